"""Whatever is sent, the answer is never a failure of ours, and has the form that the description says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from api.app import create_app
from api.settings import Settings
from geo.database.engine import make_engine

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
# An engine connects when it is first used, so the description needs no database.
DESCRIPTION = create_app(Settings(_env_file=None), make_engine("postgresql://nobody@127.0.0.1:1/none")).openapi()
OPERATIONS = [
    (path, method) for path, methods in DESCRIPTION["paths"].items() for method in methods if method != "parameters"
]


@pytest.fixture
def described(app):
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_that_is_sent_breaks_the_site(described, bearer, path, method):
    operation = described[path][method.upper()]
    # Maps take a third of a second each.
    examples = 3 if "/maps/" in path else 15
    header = bearer("office.a")

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def send(data):
        case = data.draw(operation.as_strategy())
        answer = case.call(headers=header)
        # Nothing would be tested at the door.
        assert answer.status_code != 401 or path == "/api/v1/session"
        case.validate_response(answer, checks=CHECKS)

    send()
    assert operation.path == path

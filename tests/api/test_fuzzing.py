"""Whatever is sent, the answer is never a failure of ours, and has the form that the description says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from geo.types import Role

CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)


@pytest.fixture
def described(app):
    return schemathesis.openapi.from_asgi("/openapi.json", app)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_nothing_that_is_sent_breaks_the_site(case, bearer):
    if case.operation.path.endswith(("/session", "/me/password")) or "accounts" in case.operation.path:
        # These change who can sign in; wrong bodies for them are in their own tests.
        case.body = {} if case.method.upper() in ("POST", "PUT", "PATCH") else case.body

    answer = case.call(headers=bearer(f"{Role.office}.town"))

    case.validate_response(answer, checks=CHECKS)

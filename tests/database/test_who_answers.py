from datetime import date

import pytest

from geo.errors import InvalidInput, NotFound
from geo.services.imports import import_file
from geo.services.responsibility import cell_frame, chain_at, responsibility_counts
from geo.store.scoping import Scope
from tests.files import TOWN, write_town

JUNE, JULY = date(2024, 6, 30), date(2024, 7, 1)


@pytest.fixture(autouse=True)
def town(session, tmp_path):
    for kind, paths in write_town(tmp_path).items():
        for path in paths:
            assert import_file(session, kind, path, town=TOWN, crs="EPSG:4490").stored


def test_the_chain_runs_from_the_group_to_the_town(session):
    chain = chain_at(session, Scope.whole(), 107.005, 29.005, on=JUNE)

    assert [(link.level, link.cell, link.lead, link.assists) for link in chain.links] == [
        ("group", "G1", "张三", ("赵四",)),
        ("village", "V1", "李二", ()),
        ("town", "T", "王一", ()),
    ]
    assert chain.status == "assigned"


def test_the_holder_is_the_one_of_that_day(session):
    before = chain_at(session, Scope.whole(), 107.005, 29.005, on=JUNE)
    after = chain_at(session, Scope.whole(), 107.005, 29.005, on=JULY)

    assert (before.links[0].lead, after.links[0].lead) == ("张三", "赵四")


@pytest.mark.parametrize(
    ("lon", "status"), [(107.005, "assigned"), (107.015, "vacant"), (107.01, "border"), (108.0, "outside")]
)
def test_a_place_says_where_it_stands(session, lon, status):
    assert chain_at(session, Scope.whole(), lon, 29.005, on=JUNE).status == status


def test_a_border_lists_the_cells_of_both_sides(session):
    chain = chain_at(session, Scope.whole(), 107.01, 29.005, on=JUNE)

    assert {link.cell for link in chain.links} >= {"G1", "G2"}


def test_a_village_does_not_see_who_answers_in_another(session):
    scope = Scope.of("500299108201")

    assert chain_at(session, scope, 107.015, 29.005, on=JUNE).status == "outside"
    assert [link.cell for link in chain_at(session, scope, 107.005, 29.005, on=JUNE).links] == ["G1", "V1", "T"]


def test_a_place_off_the_globe_is_refused(session):
    with pytest.raises(InvalidInput):
        chain_at(session, Scope.whole(), 29.0, 107.0, on=JUNE)


def test_the_map_shows_each_narrowest_cell_with_its_chain(session):
    cells = cell_frame(session, Scope.whole(), JUNE)

    assert cells["code"].tolist() == ["G1", "G2"]
    assert cells["status"].tolist() == ["assigned", "vacant"]
    assert [link["cell"] for link in cells["chain"].iloc[0]] == ["G1", "V1", "T"]
    assert cells["village"].tolist() == ["西村", "东村"]


def test_vacancies_are_counted(session):
    counts = responsibility_counts(session, Scope.whole(), JUNE)

    assert counts["cell"] == {"total": 5, "assigned": 3, "vacant": 2}
    assert counts["reach"] == {"total": 2, "assigned": 1, "vacant": 1}


def test_a_region_outside_the_scope_does_not_exist():
    with pytest.raises(NotFound):
        Scope.of("500299108201").narrowed("500299108202")

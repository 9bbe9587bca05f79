from datetime import date

import pytest
import shapely

from geo.crs import geodesic_area_m2
from geo.services.division import reach_shares, zone_shares
from geo.services.imports import import_file
from geo.store.scoping import Scope
from tests.database.test_importing import load
from tests.files import TOWN, write_geojson, write_town

JUNE = date(2024, 6, 1)


@pytest.fixture
def zone(session, tmp_path):
    load(session, write_town(tmp_path))
    shape = shapely.box(107.008, 29.002, 107.025, 29.004)
    file = write_geojson(
        tmp_path / "zones.geojson", [(shape, {"code": "Z", "name": "水源地", "class": "一级", "region": TOWN})]
    )
    assert import_file(session, "zones", file, town=TOWN).stored
    return shape


def test_the_metres_of_a_reach_add_up_and_each_has_its_holder(session, zone, tmp_path):
    line = shapely.LineString([(107.002, 29.006), (107.015, 29.006)])
    facts = {"code": "R9", "name": "跨界段", "river": "小河", "level": "town", "region": TOWN}
    assert import_file(session, "reaches", write_geojson(tmp_path / "r.geojson", [(line, facts)]), town=TOWN).stored

    shares = reach_shares(session, Scope.whole(), JUNE)

    across = shares[shares["reach"] == "R9"]
    assert across["cell"].tolist() == ["G1", "G2"]
    assert across["lead"].tolist() == ["张三", None]
    assert across["start_m"].tolist() == [0.0, pytest.approx(across["end_m"].iloc[0])]
    assert across["length_m"].sum() == pytest.approx(across["end_m"].iloc[-1], rel=1e-9)


def test_the_square_metres_of_a_zone_add_up_with_what_lies_in_no_cell(session, zone):
    shares = zone_shares(session, Scope.whole(), JUNE)

    assert shares["cell"].tolist() == ["G1", "G2", None]
    assert shares["area_m2"].sum() == pytest.approx(geodesic_area_m2([zone])[0], rel=1e-9)
    assert shares["area_m2"].iloc[2] == pytest.approx(
        geodesic_area_m2([shapely.box(107.02, 29.002, 107.025, 29.004)])[0], rel=1e-6
    )

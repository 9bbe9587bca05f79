"""Real partitions and real reports through import, location and responsibility."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from sqlalchemy import select

from geo.models import GridCell, Issue
from geo.readers import read_layer
from geo.services.imports import import_file
from geo.services.responsibility import chain_at
from geo.store.scoping import Scope
from tests.files import write_table

QISHAN, ZURICH, BALTIMORE = "610323000000", "990001000000", "990002000000"


@pytest.fixture
def qishan(session, shared_data):
    report = import_file(
        session, "cells", shared_data / "qishan" / "towns_polygonized_wgs84.geojson", town=QISHAN,
        mapping={"code": "tid", "name": "tid", "level": "=town"},
    )  # fmt: skip
    assert (report.stored, report.added, report.rejected) == (True, 9, [])


def test_who_answers_in_qishan_agrees_with_a_spatial_join(session, shared_data, qishan, tmp_path):
    towns = read_layer(shared_data / "qishan" / "towns_polygonized_wgs84.geojson")
    people = [f"P{i},人员{i},镇长,镇级,{QISHAN},2024-01-01" for i in range(9)]
    duties = [f"P{i},网格,{i},主要责任人,2024-01-01" for i in range(9)]
    header = "责任人编号,责任对象类型,责任对象编码,责任角色,起始日期"
    import_file(
        session,
        "people",
        write_table(tmp_path / "p.csv", "人员编号,姓名,职务,级别,区划代码,任职日期", *people),
        town=QISHAN,
    )
    assert (
        import_file(session, "responsibilities", write_table(tmp_path / "d.csv", header, *duties), town=QISHAN).added
        == 9
    )
    places = gpd.GeoDataFrame(geometry=towns.sample_points(5, rng=7).explode().reset_index(drop=True), crs=towns.crs)
    expected = gpd.sjoin(places, towns[["tid", "geometry"]], predicate="within")

    for position, tid in expected["tid"].items():
        point = places.geometry[position]
        chain = chain_at(session, Scope.whole(), point.x, point.y, on=date(2024, 6, 1))
        assert (chain.status, [link.cell for link in chain.links]) == ("assigned", [str(tid)])
        assert chain.links[0].lead == f"人员{tid}"


@pytest.fixture
def zurich(session, shared_data):
    report = import_file(
        session, "cells", shared_data / "issues" / "zurich_districts.gpkg", town=ZURICH,
        mapping={"code": "objid", "level": "=town"},
    )  # fmt: skip
    assert report.stored
    assert report.rejected == []


def test_zurichs_reports_find_the_district_that_a_spatial_join_finds(session, shared_data, zurich):
    file = shared_data / "issues" / "zurich_reports.csv"
    report = import_file(
        session, "issues", file, town=ZURICH, crs="EPSG:2056",
        mapping={"category": "service_code", "found_at": "date", "lon": "e", "lat": "n"},
    )  # fmt: skip
    assert report.added == 62_245

    rows = pd.read_csv(file)
    # PROJ knows no way from the Swiss datum to CGCS2000 and would shift by 200 m; WGS 84 is taken as equal.
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["e"], rows["n"]), crs=2056).to_crs(4326)
    points = points.set_crs(4490, allow_override=True)
    cells = read_layer(shared_data / "issues" / "zurich_districts.gpkg")
    joined = gpd.sjoin(points, cells[["objid", "geometry"]], predicate="intersects")
    once = joined.groupby(level=0)["objid"].agg(["first", "size"])
    certain = once[once["size"] == 1]["first"].astype(str)
    stored = session.execute(
        select(Issue.number, GridCell.code, Issue.place_status).outerjoin(GridCell, GridCell.id == Issue.cell_id)
    ).all()
    found = pd.DataFrame(stored, columns=["number", "cell", "status"])
    found.index = found["number"].str.rsplit("-", n=1).str[1].astype(int) - 1

    placed = found[found["cell"].notna()]
    assert placed["cell"].to_dict() == certain.loc[placed.index].to_dict()
    # What the join does not find is outside; what is left to a person lies within a hair of a border.
    assert set(found.index[found["status"] == "outside"]) == set(points.index) - set(once.index)
    assert len(found) - len(placed) - (found["status"] == "outside").sum() == (found["status"] == "border").sum()
    # No district has a lead yet, and every placed report says so.
    assert set(placed["status"]) == {"vacant"}


def test_baltimores_requests_come_in_with_their_gaps(session, shared_data):
    report = import_file(
        session, "issues", shared_data / "issues" / "baltimore311.csv", town=BALTIMORE, crs="EPSG:4326",
        mapping={
            "category": "SRType", "number": "SRRecordID", "found_at": "CreatedDate", "due_on": "DueDate",
            "closed_at": "CloseDate", "state": "SRStatus", "lon": "Longitude", "lat": "Latitude",
            "description": "Address",
        },
    )  # fmt: skip

    assert (report.stored, report.added) == (True, 10_000)
    places = session.scalars(select(Issue.place_status)).all()
    assert places.count("unplaced") == 590

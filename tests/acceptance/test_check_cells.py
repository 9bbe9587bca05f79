"""``wangge check-cells`` and the location of places on real data, against independent computations."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from geo.compute.location import locate
from geo.readers import read_layer

ROOT = Path(__file__).parents[2]


def wangge(*arguments):
    return subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def check_cells(*arguments, exit_code):
    done = wangge("check-cells", *arguments, "--json")
    assert done.returncode == exit_code, done.stderr
    return json.loads(done.stdout)


def true_areas(shapes):
    """Areas by a projection of true areas: nothing that the project uses. Edges are straight in degrees."""
    west, south, east, north = shapely.total_bounds(shapes)
    plane = CRS.from_proj4(f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +ellps=GRS80")
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # Ring by ring: GEOS repairs a whole polygon that grows invalid on the way, and loses thin ones.
    rings, part_of = shapely.get_rings(parts, return_index=True)
    outlines = geopandas.GeoSeries(shapely.polygons(shapely.segmentize(rings, 0.0005)), crs=4490).to_crs(plane).area
    signs = np.where(np.diff(part_of, prepend=-1) > 0, 1, -1)
    areas = np.bincount(part_of, weights=outlines * signs, minlength=len(parts))
    return np.bincount(owner, weights=areas, minlength=len(shapes))


@pytest.fixture
def qishan(shared_data):
    return shared_data / "qishan" / "towns_polygonized_wgs84.geojson"


@pytest.fixture
def county(shared_data, tmp_path):
    """Qishan's own border, from another source than its towns."""
    counties = geopandas.read_file(shared_data / "datum" / "counties_cgcs2000.geojson")
    file = tmp_path / "岐山县.geojson"
    counties[counties["adcode"].astype(str) == "610323"].to_file(file, driver="GeoJSON")
    return file


def test_qishans_towns_neither_overlap_nor_enclose_a_gap(qishan):
    report = check_cells(qishan, exit_code=0)

    assert report == {
        "cells": 9,
        "invalid": [],
        "overlaps": [],
        "gaps": [],
        "outside": [],
        "slivers": [],
        "complete": True,
    }
    towns = read_layer(qishan)
    assert shapely.coverage_is_valid(towns.geometry.values)
    assert shapely.area(towns.geometry.values).sum() == pytest.approx(towns.union_all().area, rel=1e-12)


def test_qishans_towns_against_the_countys_own_border_agree_with_plain_overlay(qishan, county):
    report = check_cells(qishan, "--within", county, exit_code=1)

    towns, border = geopandas.read_file(qishan).geometry, geopandas.read_file(county).union_all()
    missing = true_areas(shapely.get_parts(border - towns.union_all()))
    assert sum(gap["area_m2"] for gap in report["gaps"]) == pytest.approx(missing.sum(), rel=1e-5)
    assert len(report["gaps"]) == pytest.approx((missing > 0.01).sum(), abs=3)
    beyond = true_areas(towns.difference(border).to_numpy())
    found = {entry["cell"]: entry["area_m2"] for entry in report["outside"]}
    assert [found.get(cell, 0) for cell in range(9)] == pytest.approx(beyond.tolist(), rel=1e-5, abs=0.1)
    assert not report["complete"]


def test_every_gap_is_named_by_a_place_within_it_and_by_its_neighbours(qishan, county):
    report = check_cells(qishan, "--within", county, exit_code=1)

    towns, border = geopandas.read_file(qishan), geopandas.read_file(county).union_all()
    places = shapely.points([gap["place"] for gap in report["gaps"]])
    assert shapely.covers(border, places).all()
    assert not shapely.intersects(towns.union_all(), places).any()
    assert all(set(gap["neighbours"]) <= set(range(9)) for gap in report["gaps"])


def test_a_removed_town_is_found_as_the_gap_that_it_leaves(qishan, tmp_path):
    towns = geopandas.read_file(qishan)
    town = towns.geometry.union_all()
    cells, region = tmp_path / "cells.gpkg", tmp_path / "region.gpkg"
    towns.drop(index=4).to_file(cells)
    geopandas.GeoDataFrame(geometry=[town], crs=towns.crs).to_file(region)

    report = check_cells(cells, "--within", region, exit_code=1)

    assert [gap["area_m2"] for gap in report["gaps"]] == pytest.approx([true_areas(towns.geometry.values)[4]], rel=1e-5)
    assert report["overlaps"] == report["outside"] == []


def test_slivers_below_the_tolerance_are_listed_apart(qishan, county):
    exact = check_cells(qishan, "--within", county, exit_code=1)
    tolerant = check_cells(qishan, "--within", county, "--tolerance", 1000, exit_code=1)

    assert len(tolerant["gaps"]) == sum(gap["area_m2"] >= 1000 for gap in exact["gaps"])
    assert all(sliver["area_m2"] < 1000 for sliver in tolerant["slivers"])
    assert tolerant["slivers"]


def test_zurichs_districts_are_a_partition(shared_data):
    file = shared_data / "issues" / "zurich_districts.gpkg"

    report = check_cells(file, exit_code=0)

    assert (report["cells"], report["complete"]) == (22, True)
    districts = geopandas.read_file(file)
    assert districts.area.sum() == pytest.approx(districts.union_all().area, rel=1e-12)


@pytest.mark.slow
def test_koreas_protection_zones_overlap_as_plain_overlay_says(shared_data):
    file = shared_data / "korea" / "protect_polygons.geojson"

    report = check_cells(file, exit_code=1)

    zones = geopandas.read_file(file)
    assert [entry["cell"] for entry in report["invalid"]] == np.flatnonzero(~zones.is_valid).tolist()
    assert len(report["invalid"]) == 275
    sound = zones.make_valid(method="structure", keep_collapsed=False).to_numpy()
    first, second = shapely.STRtree(sound).query(sound, predicate="intersects")
    pairs = np.column_stack([first, second])[first < second]
    shared = true_areas(shapely.intersection(sound[pairs[:, 0]], sound[pairs[:, 1]]))
    expected = {tuple(pair): area for pair, area in zip(pairs.tolist(), shared.tolist(), strict=True) if area > 1}
    found = {tuple(entry["cells"]): entry["area_m2"] for entry in report["overlaps"]}
    assert {pair: found.get(pair, 0) for pair in expected} == pytest.approx(expected, rel=1e-5, abs=0.01)
    assert all(area < 1.01 for pair, area in found.items() if pair not in expected)


def test_koreas_holes_between_zones_are_the_holes_of_their_union(shared_data):
    file = shared_data / "korea" / "protect_polygons.geojson"

    report = check_cells(file, "--tolerance", 1, exit_code=1)

    zones = geopandas.read_file(file)
    union = zones.make_valid(method="structure", keep_collapsed=False).union_all()
    country = shapely.box(120, 30, 135, 45)
    holes = [part for part in shapely.get_parts(country - union) if part.bounds[0] > 120]
    areas = np.sort(true_areas(holes))[::-1]
    assert [gap["area_m2"] for gap in report["gaps"]] == pytest.approx(areas[areas > 1].tolist(), rel=1e-5, abs=0.01)


def test_a_layer_of_boundary_lines_is_refused_with_a_way_out(shared_data):
    done = wangge("check-cells", shared_data / "qishan" / "town.shp")

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "QGIS" in done.stderr


@pytest.fixture
def several_levels(tmp_path):
    town = shapely.box(107, 29.9, 107.02, 29.91)
    west, east = shapely.box(107, 29.9, 107.01, 29.91), shapely.box(107.009, 29.9, 107.02, 29.91)
    file = tmp_path / "网格.geojson"
    geopandas.GeoDataFrame(
        {"code": ["镇", "东", "西"], "level": ["镇级", "village", "村"]}, geometry=[town, west, east], crs=4490
    ).to_file(file, driver="GeoJSON")
    return file


def test_cells_of_different_levels_may_overlap(several_levels):
    report = check_cells(several_levels, exit_code=1)

    assert [(entry["level"], entry["cells"]) for entry in report["overlaps"]] == [("village", ["东", "西"])]
    assert report["cells"] == 3


def test_a_person_reads_a_table_with_area_place_and_names(several_levels):
    done = wangge("check-cells", several_levels)

    assert done.returncode == 1
    assert "东, 西" in done.stdout
    assert "107.009" in done.stdout
    assert done.stderr == ""


def test_a_negative_tolerance_is_wrong_usage(qishan):
    assert wangge("check-cells", qishan, "--tolerance", "-1").returncode == 2


def test_a_file_that_is_not_there_is_refused_in_one_line(tmp_path):
    done = wangge("check-cells", tmp_path / "none.shp")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def joined(points, cells):
    rows = geopandas.sjoin(
        geopandas.GeoDataFrame(geometry=points), geopandas.GeoDataFrame(geometry=cells), how="left", predicate="within"
    )
    return rows["index_right"].fillna(-1).astype(int).tolist()


def test_zurichs_reports_are_assigned_to_districts_as_sjoin_does(shared_data):
    rows = pd.read_csv(shared_data / "issues" / "zurich_reports.csv")
    points = geopandas.GeoSeries.from_xy(rows["e"], rows["n"], crs=2056).to_crs(4490)
    districts = read_layer(shared_data / "issues" / "zurich_districts.gpkg").geometry

    found = locate(points, districts)

    assert len(found) == 62_245
    assert found["cell"].tolist() == joined(points, districts)
    assert (found["status"] == "border").sum() == 0


def test_baltimores_requests_are_assigned_to_blocks_as_sjoin_does(shared_data):
    rows = pd.read_csv(shared_data / "issues" / "baltimore311.csv", low_memory=False)
    points = geopandas.GeoSeries.from_xy(rows["Longitude"], rows["Latitude"], crs=4490)
    placed = points[rows["Longitude"].notna()]
    seeds = shapely.multipoints(np.column_stack([placed.x, placed.y])[::50])
    blocks = geopandas.GeoSeries(shapely.get_parts(shapely.voronoi_polygons(seeds)), crs=4490)

    found = locate(points, blocks)

    assert (found["status"] == "outside").sum() == 590
    sure = found["status"] != "border"
    assert found["cell"][sure].tolist() == [
        cell for cell, kept in zip(joined(points, blocks), sure, strict=True) if kept
    ]

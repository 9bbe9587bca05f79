"""The demo township: what its README promises of the ground."""

import csv
import json
from collections import Counter
from itertools import pairwise

import pytest
import shapely
from shapely.geometry import shape

from data.demo import FILES, HERE
from data.tables import build_files
from geo.vocabulary import ISSUE_CATEGORIES, ISSUE_STATES, RIVER_CLASSES, SITE_KINDS, find_term


def features(name):
    return json.loads((HERE / name).read_text(encoding="utf-8"))["features"]


def rows(name):
    with (HERE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def shapes(name):
    return {feature["id"]: shape(feature["geometry"]) for feature in features(name)}


@pytest.fixture(scope="module")
def town():
    return shapes("cells-town.geojson")["WG-000"]


def test_growing_the_township_again_gives_the_same_bytes():
    grown = build_files()

    assert sorted(grown) == sorted(name for names in FILES.values() for name in names)
    assert [name for name, content in grown.items() if (HERE / name).read_bytes() != content] == []


def test_the_committed_files_are_small():
    assert sum(path.stat().st_size for path in HERE.iterdir()) < 2_000_000


@pytest.mark.parametrize("name", ["cells-village.geojson", "cells-group.geojson"])
def test_cells_of_a_level_tile_the_town_exactly(name, town):
    cells = list(shapes(name).values())

    assert shapely.coverage_is_valid(cells)
    assert shapely.coverage_union_all(cells).normalize() == town.normalize()
    assert not town.interiors


def test_each_village_is_the_union_of_its_groups():
    groups = shapes("cells-group.geojson")

    for code, village in shapes("cells-village.geojson").items():
        mine = [polygon for group, polygon in groups.items() if group.startswith(f"{code}-")]
        assert 4 <= len(mine) <= 8
        assert shapely.coverage_union_all(mine).normalize() == village.normalize()


def test_regions_and_cells_have_the_same_borders():
    regions = {f["id"]: shape(f["geometry"]) for f in features("regions.geojson") if f["geometry"]}

    for name in FILES["cells"]:
        for feature in features(name):
            assert regions[feature["properties"]["region"]].equals_exact(shape(feature["geometry"]))


def test_the_county_code_is_nobodys(shared_data):
    codes = {line[:6] for path in (shared_data / "codes").glob("*.csv") for line in path.read_text().splitlines()}

    assert "500299" not in codes


def test_rivers_and_reaches_are_simple_and_lie_in_the_town(town):
    for name in ("rivers.geojson", "reaches.geojson"):
        for code, line in shapes(name).items():
            assert line.is_simple, code
            assert town.covers(line), code


def test_rivers_meet_only_at_confluences():
    lines = list(shapes("rivers.geojson").values())

    for number, line in enumerate(lines):
        for other in lines[:number]:
            assert not line.crosses(other)


def test_a_villages_reaches_follow_one_another_without_gaps():
    village = [f for f in features("reaches.geojson") if f["properties"]["level"] == "village"]

    assert len(village) == 29
    for one, next_one in pairwise(village):
        if one["properties"]["river"] == next_one["properties"]["river"]:
            assert one["geometry"]["coordinates"][-1] == next_one["geometry"]["coordinates"][0]


def test_there_are_six_town_level_reaches():
    levels = Counter(f["properties"]["level"] for f in features("reaches.geojson"))

    assert levels == {"village": 29, "town": 6}


def test_zones_are_nested_by_class(town):
    zones = {
        feature["id"]: (feature["properties"], shape(feature["geometry"])) for feature in features("zones.geojson")
    }

    assert {facts["zone_class"] for facts, _ in zones.values()} == {"1", "2", "quasi"}
    assert [code for code, (facts, _) in zones.items() if facts["status"] == "draft"] == ["SY02-3"]
    for source in ("SY01", "SY02"):
        first, second, quasi = (zones[f"{source}-{k}"][1] for k in (1, 2, 3))
        assert second.contains(first)
        assert quasi.contains(second)
        assert town.contains(quasi)


def test_each_site_stands_in_its_village():
    villages = {f["properties"]["region"]: shape(f["geometry"]) for f in features("cells-village.geojson")}

    for row in rows("sites.csv"):
        assert villages[row["区划代码"]].covers(shapely.Point(float(row["经度"]), float(row["纬度"]))), row["点位名称"]


def test_sites_are_of_all_kinds_and_the_ledger_has_101_units():
    sites = rows("sites.csv")
    kinds = Counter(find_term(SITE_KINDS, row["点位类型"]).code for row in sites)

    assert set(kinds) == {term.code for term in SITE_KINDS}
    assert sum(bool(row["排污单位类别"]) for row in sites) == 101
    assert (kinds["livestock_farm"], kinds["restaurant"], kinds["garage"]) == (51, 22, 3)
    assert (kinds["bin_point"], kinds["public_toilet"], kinds["sewer"], kinds["black_water"]) == (18, 1, 9, 3)
    assert any("脱硫塔" in row["治理设施"] for row in sites)
    assert any(row["运行状态"] == "调试中" for row in sites)


def test_no_phone_can_be_dialled():
    phones = [row["联系电话"] for row in rows("people.csv")] + [row["上报人电话"] for row in rows("issues.csv")]

    assert all(phone == "" or phone.startswith("000-") for phone in phones)


def test_no_target_has_two_leads_on_one_day():
    held = {}
    for row in rows("responsibilities.csv"):
        if row["责任角色"] == "主要责任人":
            held.setdefault(row["责任对象编码"], []).append((row["起始日期"], row["截止日期"] or "9999"))

    for periods in held.values():
        assert all(one[1] < other[0] for one, other in pairwise(sorted(periods)))


def test_one_group_stands_without_a_lead():
    groups = {feature["id"] for feature in features("cells-group.geojson")}
    led = {
        row["责任对象编码"]
        for row in rows("responsibilities.csv")
        if row["责任角色"] == "主要责任人" and not row["截止日期"]
    }

    assert groups - led == {"WG-211-03"}


def test_the_chiefs_owe_93_and_348_patrols_in_2024():
    owed = Counter()
    for row in rows("responsibilities.csv"):
        if row["每月应巡次数"]:
            first, last = int(row["起始日期"][5:7]), int((row["截止日期"] or "2024-12-31")[5:7])
            owed["T" in row["责任对象编码"]] += int(row["每月应巡次数"]) * (last - first + 1)

    assert (owed[True], owed[False]) == (93, 348)


def roll_up(word):
    term = find_term(ISSUE_CATEGORIES, word)
    return word if term is None else term.parent or term.code


def test_the_river_issues_of_2024_add_up():
    counts = Counter(roll_up(row["问题类别"]) for row in rows("issues.csv") if row["发现时间"] < "2025")

    assert [counts[term.code] for term in RIVER_CLASSES] == [233, 130, 4, 186]


def test_the_full_list_of_2024_has_142_issues_and_29_of_units():
    listed = [row for row in rows("issues.csv") if row["发现时间"] < "2025" and row["台账"]]

    assert len(listed) == 142
    assert sum(row["台账"] == "清单库" for row in listed) == 5
    assert sum(bool(row["涉及点位"]) for row in listed) == 29


def test_all_issues_of_2024_were_closed_in_time():
    for row in rows("issues.csv"):
        if row["发现时间"] < "2025":
            assert row["发现时间"] < row["销号时间"] < "2025"
            assert row["销号时间"][:10] <= row["整改期限"]


def test_every_category_and_every_state_occurs():
    issues = rows("issues.csv")

    assert {find_term(ISSUE_STATES, row["状态"]).code for row in issues} == {term.code for term in ISSUE_STATES}
    used = {find_term(ISSUE_CATEGORIES, row["问题类别"]) for row in issues}
    # The water surface is named only by its finer classes.
    assert {term.code for term in ISSUE_CATEGORIES} - {term.code for term in used if term} == {"river_water"}


def test_some_issues_are_awkward(town):
    issues = rows("issues.csv")
    placed = [row for row in issues if row["经度"]]
    points = [shapely.Point(float(row["经度"]), float(row["纬度"])) for row in placed]
    border = shapes("cells-village.geojson")["WG-001"].exterior

    assert [row["所属村"] for row, point in zip(placed, points, strict=True) if not town.covers(point)] == [""]
    assert sum(border.distance(point) < 1e-7 for point in points) == 1
    assert sum(not row["经度"] and bool(row["所属村"]) for row in issues) == 9
    assert sum(not row["销号时间"] and "" < row["整改期限"] < "2025-06-30" for row in issues) > 10


def test_every_other_issue_lies_in_the_village_it_names():
    villages = {f["properties"]["name"]: shape(f["geometry"]) for f in features("cells-village.geojson")}
    astray = 0
    for row in rows("issues.csv"):
        if row["经度"] and row["所属村"]:
            point = shapely.Point(float(row["经度"]), float(row["纬度"]))
            astray += villages[f"{row['所属村']}网格"].distance(point) > 1e-7

    assert astray == 0

"""Pictures for documents: size, Chinese characters, odd data. Warnings are errors."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geo.errors import NotFound
from maps import Ground, coverage_png, fonts, issue_png, responsibility_png
from maps.palette import OVERDUE, RECENCY, VACANT
from tests.maps import factories

KINDS = ("issues", "coverage", "responsibility")


def a_picture(kind: str, **options: object) -> Image.Image:
    ground = options.pop("ground", factories.ground())
    title = options.pop("title", "清溪镇地图")
    if kind == "issues":
        data = issue_png(options.pop("issues", factories.issues()), ground, title=title, **options)
    elif kind == "coverage":
        reaches = options.pop("reaches", factories.reaches())
        data = coverage_png(reaches, options.pop("stretches", factories.stretches()), ground, title=title, **options)
    else:
        data = responsibility_png(options.pop("cells", factories.cells()), ground, title=title, **options)
    return Image.open(io.BytesIO(data)).convert("RGB")


def pixels_of(picture: Image.Image, colour: str) -> int:
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int((np.abs(np.asarray(picture).astype(int) - wanted).max(axis=2) <= 2).sum())


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_1600_pixels_wide_and_fits_a_page(kind):
    picture = a_picture(kind, subtitle="2024-01-01 至 2024-06-30")

    assert picture.width == 1600
    assert 700 < picture.height < 2300


def test_another_width_can_be_had():
    assert a_picture("issues", width_px=800).width == 800


@pytest.mark.parametrize("kind", KINDS)
def test_every_character_is_in_the_font(kind):
    # A missing glyph warns, and here warnings are errors.
    rare = "㵲㙍村龘𠮷组（二）—→№"

    picture = a_picture(kind, title=rare, subtitle="鿍")

    assert picture.width == 1600


@pytest.mark.parametrize("kind", KINDS)
def test_a_dollar_sign_starts_no_formula(kind):
    ground = factories.ground()
    ground.regions["name"] = "$\\frac{村"
    ground.rivers["name"] = "$x_河$"
    issues = factories.issues(category="$\\bad")

    options = {"issues": issues} if kind == "issues" else {}

    assert a_picture(kind, ground=ground, title="$\\bad{", subtitle="100 $", **options).width == 1600


def test_overdue_issues_are_outlined_in_red():
    calm = a_picture("issues", issues=factories.issues(overdue=False))
    late = a_picture("issues", issues=factories.issues(overdue=True))

    assert pixels_of(calm, OVERDUE) == 0
    assert pixels_of(late, OVERDUE) > 1000


def test_every_step_of_recency_is_drawn():
    picture = a_picture("coverage")

    assert all(pixels_of(picture, step.colour) > 200 for step in RECENCY)


def test_a_vacant_cell_is_hatched_red():
    cells = factories.cells()

    with_vacant = pixels_of(a_picture("responsibility", cells=cells), VACANT)
    without = pixels_of(a_picture("responsibility", cells=cells.assign(status="assigned", lead="甲")), VACANT)

    assert with_vacant > 2 * without


@pytest.mark.parametrize(
    ("kind", "empty"),
    [
        ("issues", {"issues": factories.issues().iloc[:0]}),
        ("issues", {"issues": factories.issues().assign(geometry=None)}),
        ("coverage", {"reaches": factories.reaches().iloc[:0], "stretches": factories.stretches().iloc[:0]}),
        ("coverage", {"stretches": factories.stretches().iloc[:0]}),
        ("responsibility", {"cells": factories.cells().iloc[:0]}),
    ],
)
def test_an_empty_picture_says_what_to_do_first(kind, empty):
    picture = a_picture(kind, **empty)

    assert pixels_of(picture, "#fffdf6") > 5000


@pytest.mark.parametrize("kind", KINDS)
def test_a_ground_without_anything_is_no_error(kind):
    assert a_picture(kind, ground=Ground.empty()).width == 1600


def test_an_unknown_coverage_draws_no_gap():
    reaches = factories.reaches().assign(covered_m=None, share=None)
    stretches = pd.DataFrame({"id": [], "start_m": [], "end_m": [], "last_walked": []})

    picture = a_picture("coverage", reaches=reaches, stretches=stretches)

    # What is left of the red is the legend's.
    assert pixels_of(picture, "#d3222a") < 400


def test_without_a_chinese_font_there_is_no_picture(monkeypatch):
    monkeypatch.setattr(fonts, "FAMILIES", ("没有这种字体",))
    fonts._families.cache_clear()

    with pytest.raises(NotFound, match="fonts-noto-cjk"):
        a_picture("issues")

    fonts._families.cache_clear()


def test_many_issues_make_one_picture():
    assert a_picture("issues", issues=factories.issues(3000)).width == 1600

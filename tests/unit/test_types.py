import pickle

import pytest

from geo.errors import InvalidInput
from geo.text import Text
from geo.types import Level, RegionCode
from geo.vocabulary import ISSUE_CATEGORIES, RIVER_CLASSES, SITE_KINDS, find_term


@pytest.mark.parametrize(
    ("code", "level", "prefix", "parent"),
    [
        ("500230000000", Level.county, "500230", None),
        ("500230108000", Level.town, "500230108", "500230000000"),
        ("500230108201", Level.village, "500230108201", "500230108000"),
        ("50023010820103", Level.group, "50023010820103", "500230108201"),
    ],
)
def test_a_region_code_tells_its_level_and_what_lies_around_it(code, level, prefix, parent):
    region = RegionCode(code)

    assert (region.level, region.prefix, region.parent) == (level, prefix, parent)


@pytest.mark.parametrize("code", ["", "50023010820", "5002301082011", "50023010820X", "５００２３０１０８２０１"])
def test_what_is_no_region_code_is_refused(code):
    with pytest.raises(InvalidInput):
        RegionCode(code)


def test_a_town_holds_its_villages_and_no_others():
    town = RegionCode("500230108000")

    assert RegionCode("500230108201").within(town)
    assert not RegionCode("500230109201").within(town)
    assert not town.within(RegionCode("500230108201"))


def test_a_sentence_keeps_its_template_through_pickling():
    sentence = Text("row {row} has no {what}", row=3, what=Text("name"))

    assert pickle.loads(pickle.dumps(sentence)) == "row 3 has no name"
    assert pickle.loads(pickle.dumps(sentence)).template == sentence.template


def test_an_error_keeps_facts_and_one_line():
    error = InvalidInput("no column for {field}", field="name")

    assert str(error) == "no column for name"
    assert error.facts == {"field": "name"}
    assert error.text.template == "no column for {field}"


def test_finer_river_categories_roll_up_to_the_four_classes_of_the_reports():
    classes = {term.code for term in RIVER_CLASSES}

    parents = {term.parent for term in ISSUE_CATEGORIES if term.parent}

    assert parents == classes


@pytest.mark.parametrize("terms", [ISSUE_CATEGORIES, SITE_KINDS])
def test_a_word_means_one_term_only(terms):
    words = [word for term in terms for word in (term.code, term.zh, term.en, *term.also)]

    for word in words:
        assert find_term(terms, word) is not None
    assert len({term.code for term in terms}) == len(terms)

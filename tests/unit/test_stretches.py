"""Unions of stretches and their gaps."""

import numpy as np
import pytest

from geo.compute.stretches import gaps_of, union_of, union_of_groups


@pytest.mark.parametrize(
    ("stretches", "united"),
    [
        ([], []),
        ([(3, 7)], [[3, 7]]),
        ([(0, 10), (10, 20)], [[0, 20]]),
        ([(0, 100), (10, 20), (30, 40), (90, 110)], [[0, 110]]),
        ([(50, 60), (0, 10)], [[0, 10], [50, 60]]),
        ([(0, 10), (0, 10), (0, 10)], [[0, 10]]),
        ([(5, 5), (20, 20.0000001)], []),
        ([(0, 10), (10.0000001, 20)], [[0, 20]]),
        ([(0, 10), (10.001, 20)], [[0, 10], [10.001, 20]]),
    ],
)
def test_stretches_are_united(stretches, united):
    assert union_of(stretches).tolist() == united


def test_groups_do_not_mix():
    group = np.array([1, 0, 1, 0])

    found = union_of_groups(group, np.array([0.0, 0.0, 5.0, 90.0]), np.array([10.0, 100.0, 15.0, 95.0]))

    assert [column.tolist() for column in found] == [[0, 1], [0.0, 0.0], [100.0, 15.0]]


@pytest.mark.parametrize(
    ("stretches", "gaps"),
    [
        ([], [[0, 50]]),
        ([(0, 50)], []),
        ([(0, 10), (30, 40)], [[10, 30], [40, 50]]),
        ([(10, 50.0000001)], [[0, 10]]),
        ([(10, 60)], [[0, 10]]),
    ],
)
def test_gaps_are_what_stretches_leave(stretches, gaps):
    assert gaps_of(stretches, 50).tolist() == gaps


def test_a_reach_without_length_has_no_gaps():
    assert gaps_of([], 0).tolist() == []

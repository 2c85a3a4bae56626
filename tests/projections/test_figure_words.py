"""Whoever is measured by a figure can read what it means: each has its question, formula and reasons in Chinese."""

from __future__ import annotations

import re

import pytest

from projections.figures import FIGURES
from projections.figures.wording import REASONS, SHORT, WORDING

NUMBERS = re.compile(r"`(\w+(?:_days|_hours))`")


def test_every_figure_and_no_other_has_its_chinese():
    assert WORDING.keys() == FIGURES.keys() == REASONS.keys()
    assert SHORT.keys() == {reason for reasons in REASONS.values() for reason in reasons}


@pytest.mark.parametrize("name", FIGURES)
def test_the_chinese_has_the_same_reasons_and_the_same_numbers_of_the_policy(name):
    figure, wording = FIGURES[name], WORDING[name]
    assert REASONS[name].keys() == figure.excluded.keys()
    for chinese, english in ((wording.formula, figure.formula), (wording.decided, figure.decided)):
        assert sorted(NUMBERS.findall(chinese)) == sorted(NUMBERS.findall(english))

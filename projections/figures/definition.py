"""What a figure is: a question, a formula, and SQL that says for each case whether it counts and why not.

The SQL of a figure (`population`) yields one row per case (or stay, or deadline) that the question is about:

    code, unit, decided_on, n, reason, cases   and a column per dimension that the figure may be broken down by

`unit` is the unit that the row is attributed to and `decided_on` the local day of the decision instant: the row counts
for an asked unit if its unit belonged to that one on that day. `n` is 1 if the row is in the numerator. `reason` is
NULL, or why the row is left out of the denominator. `cases` is 1; or, where rows come from `COUNTED(table, decided)`
(a table of kinds, projections/kinds.py), how many there are of a kind in a stretch of days: then `decided_on` is the first
of these days, and a day with which the SQL compares it must be among the figure's `edges`.

Parameters: `:cut` (knowledge cut, an instant), `:cut_day` (its local day as a number), `:end` (the last instant that
the period and the cut allow), `:end_on`, `:end_day`, `:split` (1 if broken down by the dimension that divides the
numerator), `:pending_from` (the first day whose window for referring up may still run at the cut), and the limits of
the policy. Write only SQL that SQLite and PostgreSQL both know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.policy import Limits
from domain.terms import Ground, Level, Severity

AGES = ("0-30", "31-60", "61-90", "91-180", "181-")  # days, both ends included
SKIP_RULE = "skip_rule"

# Dimensions whose every value gets a row, with null where nothing was counted.
FIXED: Mapping[str, tuple[str, ...]] = {
    "severity": tuple(str(s) for s in Severity),
    "reason": (*(str(g) for g in Ground), SKIP_RULE),
    "age": AGES,
}
# In which order rows come; what is not listed comes after, by text.
ORDER: Mapping[str, tuple[str, ...]] = {**FIXED, "level": tuple(level.name.lower() for level in Level)}

WINDOW_RESOLUTION = (
    90  # calendar days after the conclusion of a petition at which its resolution is judged (5.9.3)
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, defined once. `version` rises with every change of the formula; frozen figures keep theirs."""

    name: str
    title_zh: str
    title_en: str
    question: str
    formula: str
    decided: str  # the decision instant, in words
    population: str
    by: tuple[str, ...]  # broken down by these unless others are asked for
    may: tuple[str, ...]  # the dimensions it may be broken down by
    edges: tuple[str, ...] = ()  # parameters: days from which on the SQL judges otherwise
    excluded: Mapping[str, str] = field(default_factory=dict)  # reason -> what it means
    version: int = 1
    split: str = ""  # a dimension that divides the numerator only: every row has the whole denominator
    levels: tuple[str, ...] = ()  # levels that always get a row
    lengths: bool = False  # the rows are lengths of time, not shares
    window: str = ""  # the limit (days) for which values of a period are provisional after it
    unknown: bool = False  # the population has a column `unknown`: neither yes nor no


def limits_as_parameters(limits: Limits) -> dict[str, Any]:
    """The numbers of a policy under the names that the SQL of figures uses."""
    return {
        **{f"target_{severity}": int(level) for severity, level in limits.target_levels.items()},
        "termination_window": limits.termination_window_days,
        "reopen_window": limits.reopen_window_days,
        "escalation_window": limits.escalation_window_days,
        "resolution_window": WINDOW_RESOLUTION,
    }


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until): local days (Asia/Shanghai); the last one does not belong to it."""

    since: date
    until: date

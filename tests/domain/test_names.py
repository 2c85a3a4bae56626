"""Everything that is stored has a Chinese and an English name."""

from __future__ import annotations

import dataclasses
import enum
import inspect

import pytest

import domain.account
import domain.agreement
import domain.dispute
import domain.letter
import domain.mediation
import domain.petition
import domain.terms
from domain.case import NEW, TYPES, Party, facts_of
from domain.clock import ClockStatus
from domain.dispute import Obligation
from domain.fact_names import FACT_NAMES
from domain.names import CASE_TYPES, NAMES, name_of, state_name, value_name
from domain.terms import Level
from domain.topics import TOPICS
from workflows.dispute import DISPUTE
from workflows.petition import PETITION

ENUMS = [
    cls
    for module in (
        domain.terms,
        domain.account,
        domain.dispute,
        domain.agreement,
        domain.mediation,
        domain.petition,
        domain.letter,
    )
    for _, cls in inspect.getmembers(module, inspect.isclass)
    if issubclass(cls, enum.Enum) and cls.__module__ == module.__name__
] + [ClockStatus]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_every_member_of_an_enumeration_has_a_name_of_its_own(kind):
    names = [name_of(member) for member in kind]
    assert all(name.zh and name.en for name in names)
    assert len({name.zh for name in names}) == len({name.en for name in names}) == len(names)


def test_no_name_is_for_nobody():
    assert set(NAMES) == set(ENUMS)
    assert set(CASE_TYPES) == set(TYPES)


def test_every_fact_of_every_event_has_a_label():
    asked = {fact for event in TOPICS.values() for fact in facts_of(event)} - {"originator_topic"}
    asked |= {part.name for record in (Party, Obligation) for part in dataclasses.fields(record)}
    assert asked - set(FACT_NAMES) == set()
    assert set(FACT_NAMES) - asked == set()


def test_every_event_of_a_case_says_what_it_is_in_both_languages():
    unnamed = [
        topic
        for topic, event in TOPICS.items()
        if not topic.startswith("unit.") and not (event.ZH and event.EN)
    ]
    assert unnamed == []


@pytest.mark.parametrize("table", [DISPUTE, PETITION], ids=["dispute", "petition"])
def test_states_are_called_as_in_their_workflow(table):
    said = {name: (state.zh, state.en) for name, state in table.states.items() if name != NEW}
    assert {name: state_name(name) for name in said} == said


def test_what_is_not_known_is_called_as_it_is_written():
    assert value_name(Level, 9) == ("9", "9")
    assert state_name("reported.waiting").zh == "已上报·waiting"

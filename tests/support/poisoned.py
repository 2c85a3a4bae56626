"""Cases in which every event that there is has happened, with the same text in every fact that is free text.

No workflow decides here: what a page must be able to show is whatever may stand in the log.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date, datetime
from enum import Enum
from typing import Any

from api.examples import GRID, TOWNSHIP, VILLAGE
from api.fact_kinds import CASE, PERSON, UNIT, USER, kind_of
from domain.case import Standing, Step, case_id, facts_of
from domain.record import ActivityImported
from domain.terms import Level
from eventlog.identity import Identity
from tests.support.workbench import Workbench, actor
from workflows.dispute import DISPUTE
from workflows.facts import hints_of, named_by
from workflows.petition import PETITION
from workflows.table import Table

STANDINGS = {
    "dispute": ("li.mediator", Standing("village_mediation.mediating", Level.VILLAGE, VILLAGE)),
    "petition": ("wu.handler", Standing("township_coordination.handling", Level.TOWNSHIP, TOWNSHIP)),
}
CLOSING = frozenset({"merge", "absorb", "void", "unmerge"})  # of these the end hides what came before


def poisoned(
    bench: Workbench, text: str, people: list[Identity] | None = None, kept: str = ""
) -> tuple[str, str]:
    """The codes of a dispute and a petition full of this text. `people` are their three parties.

    `kept` is the text as the service would keep it, where that is another: the later events are written past it.
    """
    one, other, third = people or [Identity(f"S-{n}", "person", f"人{n}", "", "", "") for n in range(3)]
    dispute = bench.do(
        "report", "", "chen.reporter", [one, other], "dispute", origin=GRID, channel="visit", title=text,
        category="neighbour", found_how=text, parties=[{"subject": one.subject_id}, {"subject": other.subject_id}],
    ).case  # fmt: skip
    petition = bench.do(
        "receive", "", "zhou.window", [third], "petition", origin=TOWNSHIP, channel="visit", title=text, by_office=False,
        record=text, parties=[{"subject": third.subject_id, "part": "petitioner"}],
    ).case  # fmt: skip
    _fill(bench, DISPUTE, dispute, one.subject_id, petition, kept or text)
    _fill(bench, PETITION, petition, third.subject_id, dispute, kept or text)
    return dispute, petition


def _fill(bench: Workbench, table: Table, code: str, subject: str, other: str, text: str) -> None:
    log, (user, standing) = bench.service.log, STANDINGS[table.case_type]
    case: Any = log.load(case_id(code))
    note = {"reason": text, "basis": text, "correlation": text}
    events: dict[str, Any] = {**table.events, "": ActivityImported}
    for trigger, event in events.items():
        if "new" in table.rows.get(trigger, ()) or trigger in CLOSING:
            continue
        known = {
            UNIT: VILLAGE,
            USER: user,
            PERSON: subject,
            CASE: other,
            "reference": subject,
            "account": user,
        }
        hints = hints_of(event)
        facts = {name: _value(hints[name], name, trigger, known, text) for name in facts_of(event)}
        case.record(Step(event, facts, standing), actor=actor(user), at=bench.context.now(), note=note)
    receipt = log.append(case)
    bench.context.wait_for(receipt.positions[-1], 20)


def _value(hint: Any, path: str, trigger: str, known: dict[str, str], text: str) -> Any:
    """A value of this type; texts are the given one unless they name somebody or something that must be there."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    name = next(part for part in reversed(path.split(".")) if not part.isdigit())
    if origin in (typing.Union, types.UnionType):
        return _value(next(one for one in args if one is not types.NoneType), path, trigger, known, text)
    if origin in (tuple, list):
        return (_value(args[0], f"{path}.0", trigger, known, text),)
    if origin is dict:
        return {text: _value(args[1], path, trigger, known, text)}
    if hint is str or hint is Any:
        return known.get(named_by(path) or kind_of(trigger, name), text)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        inner = typing.get_type_hints(hint)
        return hint(**{one: _value(inner[one], f"{path}.{one}", trigger, known, text) for one in inner})
    return {
        int: 1,
        bool: True,
        date: date(2026, 3, 20),
        datetime: datetime.fromisoformat("2026-03-02T09:00+08:00"),
    }[hint]

"""A valid body for whatever has none written by hand in api/examples.py: made from the workflow tables, for the document.

It shows which facts are required and how each is written, in the township of the examples. That a step may be taken in
some state is not its matter.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from api.examples import EXAMPLES, TOWNSHIP, VILLAGE
from api.fact_kinds import CASE, CAUSE, CORRECTABLE, DANGER, PART, PARTY, PERSON, UNIT, USER, kind_of
from domain.fact_names import fact_name
from workflows.facts import hints_of, is_required, named_by
from workflows.table import Table

ACTS: Final = {"dispute": ("li.mediator", "S-1001"), "petition": ("wu.handler", "S-2001")}
CHANGED: Final = {"effective": "2026-07-01", "basis": "县编〔2026〕9号"}
BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "dispute_issue_letter": {"facts": {"kind": "agreement", "addressee": "S-1001"}},
    "petition_issue_letter": {"facts": {"kind": "receipt", "addressee": "S-2001"}},
    "dispute_correct": {
        "facts": {
            "field": "title",
            "old": "张三与李四争执",
            "new": "宅基地边界争执",
            "evidence": "原登记表",
            "approved_by": "wang.head",
        }
    },
    "petition_correct": {
        "facts": {
            "field": "title",
            "old": "王五反映",
            "new": "反映征地补偿未发放",
            "evidence": "原登记表",
            "approved_by": "zheng.head",
        }
    },
    "case_reveal": {"subject": "S-1001", "purpose": "送达调解通知"},
    "case_letter_preview": {"kind": "receipt", "addressee": "S-2001"},
    "case_letter_copy": {"purpose": "打印送达"},
    "unit_create": CHANGED | {"code": "330604-102", "name": "东岸村", "kind": "village", "parent": TOWNSHIP},
    "unit_rename": CHANGED | {"name": "白沙社区"},
    "unit_move": CHANGED | {"parent": TOWNSHIP},
    "unit_reclassify": CHANGED | {"township_class": 1, "population": 42000},
    "unit_merge_into": CHANGED | {"into": "330604-102"},
    "unit_split_into": CHANGED | {"parts": [VILLAGE, "330604-103"]},
    "unit_close": CHANGED,
}


def example(operation: str, table: Table | None = None, trigger: str = "") -> dict[str, Any]:
    """The body shown for an operation. Raises KeyError for one that is no command and has none written here."""
    written = EXAMPLES.get(operation) or BODIES.get(operation)
    if written is not None or table is None:
        return written if written is not None else BODIES[operation]
    hints = hints_of(table.events[trigger])
    asked = {name for name, fact in table.asks[trigger].items() if is_required(fact)}
    return {
        "facts": {
            name: _value(hints[name], name, table, trigger) for name in table.asks[trigger] if name in asked
        }
    }


def _value(hint: Any, path: str, table: Table, trigger: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _value(next(one for one in args if one is not types.NoneType), path, table, trigger)
    if origin in (tuple, list):
        return [_value(args[0], f"{path}.0", table, trigger)]
    if origin is dict:
        return {"S-1001": _value(args[1], path, table, trigger)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint)).value
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        inner, told = typing.get_type_hints(hint), dataclasses.fields(hint)
        return {
            one.name: _value(inner[one.name], f"{path}.{one.name}", table, trigger)
            for one in told
            if is_required(one)
        }
    return _text(path, table, trigger) if hint is str else {int: 1, bool: True, date: "2026-03-20",
                                                            datetime: "2026-03-02T09:00:00+08:00"}.get(hint, "")  # fmt: skip


def _text(path: str, table: Table, trigger: str) -> str:
    name = next(part for part in reversed(path.split(".")) if not part.isdigit())
    user, subject = ACTS[table.case_type]
    known = {
        UNIT: VILLAGE, USER: user, "account": user, PARTY: subject, PERSON: subject, "reference": subject, PART: "party",
        CASE: "D-20260302-7K3MQ", CAUSE: "appraisal", DANGER: "mass_incident", CORRECTABLE: "title",
    }  # fmt: skip
    return known.get(named_by(path) or kind_of(trigger, name), fact_name(name).zh)

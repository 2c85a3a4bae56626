"""Facts as people send them become facts as events take them: the one validation behind pages, API, command line, import.

Every field that is wrong is told at once, with what would be right. Do not check a form anywhere else: api/fields.py
only draws in the API document what is taken here.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from domain.errors import Invalid, all_of
from domain.remedies import (
    CODE,
    FIRST_DAY,
    LARGEST,
    LAST_DAY,
    LONGEST,
    LONGEST_LINE,
    MOST,
    REFERENCE,
    members,
    names,
    wrong,
)
from eventlog.learned import learn

# Facts that name people of the case: references, so that no name comes into the log. Some names are texts elsewhere, and
# references only as a list.
REFERENCES = frozenset({"subject", "party", "who", "other_side"})
LISTED = frozenset(
    {"agreed_by", "applicants", "asked_by", "attended", "consents", "signed_by", "told", "withdrawn_by"}
)
# Facts that name those who work on it: accounts.
ACCOUNTS = frozenset(
    {"approved_by", "chair", "handler", "mediator", "mediators", "proposed_by", "second_approver", "visitor"}
)
MAY_BE_EMPTY = frozenset(
    {"old", "told"}
)  # a fact that nobody had told before; units skipped where none lies between

_REFERENCE, _CODE = re.compile(REFERENCE), re.compile(CODE)
_BROKEN = re.compile("[\0\ud800-\udfff]")
_WORDS: Mapping[Any, str] = {int: "number", bool: "boolean", date: "day", datetime: "instant"}


@cache
def hints_of(event: Any) -> dict[str, Any]:
    """The type of every fact of an event, resolved, and ready to be converted to."""
    hints = typing.get_type_hints(event)
    learn(*hints.values())
    return hints


def is_required(fact: Any) -> bool:
    """Whether a fact (a dataclass field) has no default: the form must ask for it."""
    return fact.default is dataclasses.MISSING and fact.default_factory is dataclasses.MISSING


def take(event: Any, asked: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with their types. `asked` are those that the form asks for (dataclass fields).

    Raises `Invalid` that tells every field that is wrong.
    """
    if not isinstance(raw, Mapping):
        raise wrong("facts", raw, "record", choices=names(asked))
    hints, problems = hints_of(event), list(misfits(asked, raw))
    facts = {name: _taken(name, value, hints[name], problems) for name, value in raw.items() if name in asked}
    if problems:
        raise all_of(problems)
    return facts


def complete(asked: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with the defaults of the form. Raises `Invalid` for what is missing or not asked for."""
    if problems := list(misfits(asked, facts)):
        raise all_of(problems)
    defaults = {
        name: fact.default if fact.default is not dataclasses.MISSING else fact.default_factory()
        for name, fact in asked.items()
        if name not in facts
    }
    return {**facts, **defaults}


def check_written(asked: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Raise `Invalid` for what the form asks for and somebody left empty. Asked after the guards, which know the law."""
    empty = [
        wrong(name, facts[name], "blank")
        for name, fact in asked.items()
        if is_required(fact) and name not in MAY_BE_EMPTY and _is_empty(facts[name])
    ]
    if empty:
        raise all_of(empty)


def misfits(asked: Mapping[str, Any], given: Mapping[str, Any], path: str = "") -> Iterator[Invalid]:
    """What is not asked for, and what is missing."""
    for name, value in given.items():
        if name not in asked:
            yield wrong(f"{path}{name}", value, "unknown", choices=names(asked))
    for name, fact in asked.items():
        if name not in given and is_required(fact):
            yield wrong(f"{path}{name}", None, "missing")


def named_by(path: str) -> str:
    """By what the text at this path names somebody: "reference", "account", or "" for a text that names nobody."""
    *_, last = parts = path.split(".")
    fact = parts[-2] if last.isdigit() else last
    if fact in REFERENCES or (last.isdigit() and fact in LISTED):
        return "reference"
    return "account" if fact in ACCOUNTS else ""


def check_texts(most: int = LONGEST, **texts: str) -> None:
    """Raise `Invalid` for texts beside the facts that cannot be kept."""
    problems = [problem for name, text in texts.items() if (problem := _text_problem(name, text, most))]
    if problems:
        raise all_of(problems)


def check_reference(field: str, value: str) -> None:
    """Raise `Invalid` unless it is a reference to a person, or nothing."""
    if value and not _REFERENCE.match(value):
        raise wrong(field, value, "reference")


def check_code(field: str, value: str) -> None:
    """Raise `Invalid` unless it can be the code of a case."""
    if not _CODE.match(value):
        raise wrong(field, value, "code")


def _is_empty(value: object) -> bool:
    return not value.strip() if isinstance(value, str) else value == ()


def _text_problem(path: str, value: str, most: int = LONGEST) -> Invalid | None:
    if len(value) > most:
        return wrong(path, value, "text_length", most=most)
    return wrong(path, None, "text_characters") if _BROKEN.search(value) else None


def _taken(path: str, value: Any, hint: Any, problems: list[Invalid]) -> Any:
    """The value as this type. What is wrong with it is added to the problems, and then the value means nothing."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        (kind,) = (one for one in args if one is not types.NoneType)
        return None if value is None else _taken(path, value, kind, problems)
    if origin in (tuple, list):
        return _list(path, value, args[0], problems)
    if origin is dict:
        return _map(path, value, args[1], problems)
    if dataclasses.is_dataclass(hint):
        return _record(path, value, hint, problems)
    problem = _misfit(path, value, hint)
    if problem is None:
        try:
            taken = msgspec.convert(value, hint, strict=False)
        except (msgspec.ValidationError, OverflowError):
            problem = _expected(path, value, hint)
        else:
            problem = _out_of_bounds(path, taken)
            if problem is None:
                return taken
    problems.append(problem)
    return None


def _list(path: str, value: Any, hint: Any, problems: list[Invalid]) -> Any:
    if not isinstance(value, list | tuple):
        problems.append(wrong(path, value, "list"))
        return None
    if len(value) > MOST:
        problems.append(wrong(path, None, "list_length", most=MOST))
        return None
    return tuple(_taken(f"{path}.{n}", one, hint, problems) for n, one in enumerate(value))


def _map(path: str, value: Any, hint: Any, problems: list[Invalid]) -> Any:
    if not isinstance(value, Mapping):
        problems.append(wrong(path, value, "record", choices=names(["…"])))
        return None
    problems += [p for key in value if (p := _text_problem(path, str(key), LONGEST_LINE))]
    return {str(key): _taken(f"{path}.{key}", one, hint, problems) for key, one in value.items()}


def _record(path: str, value: Any, kind: Any, problems: list[Invalid]) -> Any:
    """A value that facts are made of, such as a party or an obligation."""
    asked = {field.name: field for field in dataclasses.fields(kind)}
    if isinstance(value, kind):
        value = {name: getattr(value, name) for name in asked}
    if not isinstance(value, Mapping):
        problems.append(wrong(path, value, "record", choices=names(asked)))
        return None
    before = len(problems)
    problems += misfits(asked, value, f"{path}.")
    hints = hints_of(kind)
    parts = {
        name: _taken(f"{path}.{name}", value[name], hints[name], problems) for name in asked if name in value
    }
    return kind(**parts) if len(problems) == before else None


def _misfit(path: str, value: Any, hint: Any) -> Invalid | None:
    """What is wrong before it is converted."""
    if hint is not str:
        return None
    if not isinstance(value, str):
        return wrong(path, value, "text")
    names_one = named_by(path)
    if names_one and not _REFERENCE.match(value):
        return wrong(path, value, names_one)
    return _text_problem(path, value)


def _out_of_bounds(path: str, value: Any) -> Invalid | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and not isinstance(value, Enum) and abs(value) > LARGEST:
        return wrong(path, value, "number_bounds", least=-LARGEST, most=LARGEST)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return wrong(path, value, "instant")
        value = value.date()
    if isinstance(value, date) and not FIRST_DAY <= value <= LAST_DAY:
        return wrong(path, value, "day_bounds")
    return None


def _expected(path: str, value: Any, hint: Any) -> Invalid:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return wrong(path, value, "choice", choices=members(hint))
    return wrong(path, value, _WORDS.get(hint, "unusable"))

"""The tree of errors. Every edge (API, command line, import) maps this tree once; do not invent statuses elsewhere.

GridcaseError
├── Invalid            a field is missing or wrong: names field, value and remedy     422, exit 2
├── NotFound           no such case, unit, person, figure                             404, exit 4
├── Refused            a rule says no: names the guard and what is allowed instead    409, exit 3
│   └── NotYourTurn    the actor's post or unit may not do this                       403, exit 3
├── VersionConflict    somebody was faster: tells what changed meanwhile              412, exit 5
├── KeyReused          an idempotency key came back with another command              422, exit 2
└── LogUnreadable      the log holds something this program does not know             500, exit 6
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


class GridcaseError(Exception):
    """Anything Gridcase refuses or cannot do, said in a sentence a person can act on."""


LONGEST_SHOWN = 200  # characters of a wrong value that an error repeats


class Invalid(GridcaseError):
    """A field is missing or wrong. Nothing was recorded.

    `remedy` and `remedy_zh` say in English and Chinese what would be right; `also` are the other fields that are wrong.
    """

    def __init__(
        self, field: str, value: object, remedy: str, remedy_zh: str = "", also: Sequence[Invalid] = ()
    ) -> None:
        self.field, self.value, self.remedy, self.remedy_zh = field, value, remedy, remedy_zh
        self.also = tuple(also)
        super().__init__(" ".join([_sentence(field, value, remedy), *(str(one) for one in also)]))

    @property
    def every(self) -> tuple[Invalid, ...]:
        """Each field that is wrong, as an error of its own."""
        return (Invalid(self.field, self.value, self.remedy, self.remedy_zh), *self.also)

    def named(self, name: Callable[[str], str]) -> Invalid:
        """The same with other names of the fields, as whoever sent them knows them."""
        also = [one.named(name) for one in self.also]
        return Invalid(name(self.field), self.value, self.remedy, self.remedy_zh, also)


def all_of(problems: Sequence[Invalid]) -> Invalid:
    """Several wrong fields as one error."""
    first, *others = problems
    return Invalid(first.field, first.value, first.remedy, first.remedy_zh, others)


def _sentence(field: str, value: object, remedy: str) -> str:
    if value is None:
        return f"{field}: {remedy}"
    said = shown(value)
    text = f"{said!r}" if isinstance(said, str) else json.dumps(said)
    return f"{field}: {text} is not usable. {remedy}"


def shown(value: object, most: int = LONGEST_SHOWN) -> Any:
    """A value as an answer may repeat it: short, always writable as JSON, and in no words of a programming language."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    if isinstance(value, str | date):
        text = value.isoformat() if isinstance(value, date) else str(value)
    else:
        try:
            text = json.dumps(value, ensure_ascii=False, default=str)
        except (TypeError, ValueError, RecursionError):
            text = str(value)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= most else f"{text[:most]}…"


class NotFound(GridcaseError):
    """There is no such thing under this name."""

    def __init__(self, kind: str, name: object, remedy: str = "") -> None:
        self.kind, self.name, self.remedy = kind, name, remedy
        super().__init__(f"There is no {kind} {name!r}. {remedy}".strip())


@dataclass
class Refused(GridcaseError):
    """A rule says no. Nothing was recorded.

    `guard` is the name of the failed condition, `sentence_zh`/`sentence_en` what it asks for, `allowed` the triggers
    that the same actor may fire now.
    """

    trigger: str
    state: str
    guard: str
    sentence_zh: str
    sentence_en: str
    allowed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        now = ", ".join(self.allowed) or "nothing"
        return (
            f"{self.trigger} refused in {self.state}: {self.sentence_en} [{self.guard}]. Allowed now: {now}."
        )


class NotYourTurn(Refused):
    """The trigger exists here, but not for this actor's post or unit."""


class VersionConflict(GridcaseError):
    """The case moved on since it was read. `changes` lists the events recorded meanwhile, oldest first."""

    def __init__(self, case: str, expected: int, actual: int, changes: list[dict[str, object]]) -> None:
        self.case, self.expected, self.actual, self.changes = case, expected, actual, changes
        super().__init__(
            f"Case {case} is at version {actual}, not {expected}: somebody was faster. "
            "Read it again, look at what changed, then decide anew."
        )


class KeyReused(GridcaseError):
    """An idempotency key came back with a different command."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"Idempotency key {key!r} was used for another command. Take a new key for a new command."
        )


class LogUnreadable(GridcaseError):
    """The log holds a topic or a form that this program does not know. Nothing was skipped: upgrade, then go on."""

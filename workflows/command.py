"""What somebody wants done with a case, and what became of it. The service does it, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from domain.actor import Actor
from domain.case import Case
from domain.remedies import wrong
from domain.scope import EVERYTHING, Scope
from domain.terms import Source
from eventlog.identity import Identity


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants to do with a case.

    `at` is when it happened (None: now). `expected` is the version they looked at, `key` the idempotency key.
    `people` are the identities behind references that this command brings in for the first time. `scope` is what the
    actor may see: a case outside of it is not there for them.
    """

    trigger: str
    case: str
    actor: Actor
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    reason: str = ""
    basis: str = ""
    expected: int | None = None
    key: str = ""
    correlation: str = ""
    source: Source = Source.API
    people: Sequence[Identity] = ()
    type: str = ""  # for a trigger that opens a case
    scope: Scope = EVERYTHING


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a command: where the case stands now, and where in the log it is written."""

    case: str
    type: str
    trigger: str
    event: str
    version: int
    state: str
    level: int | None
    holder: str
    outcome: str | None
    position: int
    recorded_at: datetime
    repeated: bool = False


def answer_of(case: Case, trigger: str, at: datetime) -> Answer:
    """Where the case stands after its last pending event; the place in the log is not known yet."""
    return Answer(
        case.code,
        case.TYPE,
        trigger,
        getattr(case.pending_events[-1], "TOPIC", ""),
        case.version,
        case.state,
        None if case.level is None else int(case.level),
        case.holder,
        None if case.outcome is None else str(case.outcome),
        position=0,
        recorded_at=at,
    )


def asked(command: Command) -> bytes:
    """What a command asks for, as bytes: the same command again has the same, whoever carried it.

    Raises Invalid for what cannot be written down.
    """
    # The same command again may come with another request's correlation, and of whoever may see more by then.
    told = asdict(replace(command, key="", source=Source.API, correlation=""))
    del told["scope"]
    try:
        return msgspec.json.encode(told, order="sorted")
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError):
        raise wrong("facts", None, "text_characters") from None

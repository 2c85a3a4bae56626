"""What a projection is: a pure function of the log onto its own tables. It asks no clock, no file, no other table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import sqlalchemy as sa

from projections.rows import Rows
from projections.seen import Seen


class Projection(Protocol):
    """One question and the tables that answer it.

    The object itself keeps no state, so that a rebuild can run beside it: what a fold must remember between batches
    is in its tables, or in `rows.memory` (see `Remembering`).
    """

    @property
    def name(self) -> str: ...

    @property
    def tables(self) -> tuple[sa.Table, ...]: ...

    @property
    def topics(self) -> frozenset[str]: ...

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        """Take in the next events of its topics, in the order of the log.

        Where all its topics are those of cases, a fold must not care in which order the cases come, only that the
        events of each do: a rebuild goes from case to case.
        """


@runtime_checkable
class Remembering(Protocol):
    """A projection that keeps something in `rows.memory` which its tables do not hold.

    After a restart it gets the events of the topics that begin with `remembers`, up to its position, once more.
    """

    remembers: str

    def recall(self, event: Any, rows: Rows) -> None:
        """Bring `rows.memory` up to this event. Write nothing."""

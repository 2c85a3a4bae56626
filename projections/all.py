"""Every projection of this program, in the order in which they are folded and shown."""

from __future__ import annotations

from typing import Final

from projections.accounts import Accounts
from projections.audit import Audit
from projections.deadlines import Deadlines
from projections.facts import Facts
from projections.likeness import Likeness
from projections.projection import Projection
from projections.schema import open_engine
from projections.spells import Spells
from projections.units import Units
from projections.worklist import Worklist

__all__ = ["PROJECTIONS", "open_reads"]

PROJECTIONS: Final[tuple[Projection, ...]] = (
    Units(),
    Audit(),
    Worklist(),
    Deadlines(),
    Spells(),
    Facts(),
    Likeness(),
    Accounts(),
)

open_reads = open_engine

"""Who stands behind a reference: the only shape in which names and addresses travel. Never put it in an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["person", "organisation"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A party, applicant or helper as the outside world knows them. Empty strings for what is not known."""

    subject_id: str
    kind: Kind
    name: str
    id_number: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Emptied:
    """A subject whose data was erased. The reference stays, so that history stays readable."""

    subject_id: str
    kind: Kind
    emptied_at: datetime

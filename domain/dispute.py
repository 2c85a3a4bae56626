"""A dispute (矛盾纠纷): its facts so far. The events that change them are in custody.py, mediation.py and conduct.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from domain.case import Case, CaseOpened, Party
from domain.terms import Category, Channel, Severity


class Form(StrEnum):
    """协议形式 (人民调解法 Art. 28)."""

    ORAL = "oral"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Obligation:
    """协议义务: who owes what by when. `fulfilled` is True for what was done on the spot."""

    who: str
    what: str
    due: date | None = None
    fulfilled: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """调解协议 (人民调解法 Art. 28-31). `effective_on` is None for what was settled on the spot."""

    form: Form
    effective_on: date | None = None
    obligations: tuple[Obligation, ...] = ()


class Dispute(Case):
    """One matter between parties, from the first report to its end (domain rules D1 to D28)."""

    TYPE: ClassVar[str] = "dispute"

    def know_nothing(self) -> None:
        super().know_nothing()
        self.category = Category.OTHER
        self.onset: date | None = None
        self.complex_110 = False
        self.mediators: list[str] = []
        self.chair = ""
        self.entrusted = ""  # who answers for it since it was handed down, until mediators are named
        self.chosen: dict[str, str] = {}  # party -> the mediator they chose
        self.conflicted: set[str] = set()  # mediators who disclosed a conflict
        self.recusals: set[str] = set()  # mediators somebody asked to withdraw and who were not replaced yet
        self.rights_explained = False
        self.consents: set[str] = set()
        self.attempts: dict[str, int] = {}  # stage -> sessions held there
        self.agreement: Agreement | None = None
        self.owed: dict[int, str] = {}  # obligation number -> open | fulfilled | breached
        self.visits = 0
        self.confirmation = ""  # "" | applied | granted | refused | withdrawn
        self.opted_out = False
        self.archived = False

    @property
    def subjects(self) -> set[str]:
        return {party.subject for party in self.parties}

    @property
    def people(self) -> set[str]:
        return super().people | ({*self.mediators, self.entrusted} - {""})

    @property
    def stage(self) -> str:
        return self.state.partition(".")[0]


class DisputeReported(CaseOpened):
    """排查上报: somebody noticed or brought a dispute (D1)."""

    TOPIC = "dispute.reported"
    ZH, EN = "上报矛盾纠纷", "Dispute reported"

    origin: str
    channel: Channel
    title: str
    category: Category
    parties: tuple[Party, ...] = ()
    severity: Severity = Severity.MINOR
    summary: str = ""
    found_how: str = ""
    onset: date | None = None
    complex_110: bool = False

    def change(self, case: Dispute) -> None:
        case.origin, case.channel, case.title, case.category = (
            self.origin,
            self.channel,
            self.title,
            self.category,
        )
        case.parties = list(self.parties)
        case.onset, case.complex_110 = self.onset, self.complex_110
        case.severity_is(self.severity)

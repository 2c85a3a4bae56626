"""Erasing the data of a person: asked for once nothing needs it, approved by two people in two posts, then done.

The second approval, the erasing and its event are one transaction; the log keeps every event, and its chain verifies
as before. PIPL Art. 47: delete when the purpose is reached or the term is over, but not before the archive term. Do
not add a way around the second person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

import domain.topics  # noqa: F401 - makes every topic of the log known
from domain.actor import Actor, named
from domain.calendar import TZ
from domain.case import Case, Entry
from domain.errors import Invalid, NotFound, NotYourTurn, Refused
from domain.subject import (
    Keeping,
    ShredApproved,
    Shredded,
    ShredRejected,
    ShredRequested,
    Subject,
    first_decision,
    subject_stream,
)
from domain.terms import Role, Source
from eventlog.identity import Emptied, Identity
from eventlog.log import EventLog, utc_now
from eventlog.masking import mask
from workflows.service import AHEAD

APPROVERS = (Role.PRIVACY_OFFICER, Role.UNIT_HEAD)  # one approval in each of these posts, by two people


class Decided(msgspec.Struct, frozen=True):
    """What became of a decision. `scrubbed` is False while the database's files wait for a reader to be overwritten."""

    subject: str
    state: Keeping
    approved_by: tuple[str, ...]
    position: int
    recorded_at: datetime
    scrubbed: bool = True


class Shredding:
    """What is decided about keeping people. `clock` is the edge's clock."""

    def __init__(self, log: EventLog, clock: Callable[[], datetime] = utc_now) -> None:
        self.log, self.clock = log, clock

    def subject(self, reference: str) -> Subject:
        """What is decided so far. Raises `NotFound` for a reference under which nobody was ever kept."""
        try:
            found: Subject = self.log.load(subject_stream(reference))
        except LookupError:
            self._kept(reference)
            return Subject.blank(reference, self.clock())
        return found

    def request(
        self,
        reference: str,
        *,
        actor: Actor,
        reason: str,
        retained_until: date,
        basis: str = "",
        at: datetime | None = None,
    ) -> Decided:
        """Ask for the erasure of a person. `retained_until` is the last day of the archive term.

        Raises `NotFound`, `Invalid`, `NotYourTurn`, and `Refused` while the term runs or a case is open.
        """
        entry = self._entry(reference, actor, at, _given(reason), basis)
        cases = self._cases(reference)
        with self.log.checkout(subject_stream(reference)) as (found,):
            subject = found or Subject.blank(reference, entry.occurred_at)
            self._may("request", subject, actor)
            if retained_until >= entry.occurred_at.astimezone(TZ).date():
                zh, en = (
                    f"保管期限须已届满（至{retained_until}）",
                    f"the archive term is over (it ends {retained_until})",
                )
                raise self._refused("request", subject, actor, "retention_over", zh, en)
            self._all_closed("request", subject, actor, cases)
            facts = {"retained_until": retained_until, "cases": tuple(sorted(case.code for case in cases))}
            if found is None:
                subject = first_decision(reference, ShredRequested, entry, **facts)
            else:
                subject.decide(ShredRequested, entry, **facts)
            receipt = self.log.append(subject)
        return Decided(reference, subject.state, (), receipt.positions[0], receipt.recorded_at)

    def approve(
        self, reference: str, *, actor: Actor, reason: str = "", at: datetime | None = None
    ) -> Decided:
        """Approve. The second approval erases; nothing brings the data back then.

        Raises `NotFound`, `NotYourTurn`, and `Refused`: no request, the same person or post again, a case reopened.
        """
        entry = self._entry(reference, actor, at, reason)
        head, cases = self.log.head(), self._cases(reference)  # outside of the batch: it reads the whole log
        with self.log.batch(), self.log.checkout(subject_stream(reference)) as (found,):
            subject = found or Subject.blank(reference, entry.occurred_at)
            self._may("approve", subject, actor)
            again = [self.log.load(case.id) for case in cases] + self._cases(reference, after=head)
            self._all_closed("approve", subject, actor, again)
            subject.decide(ShredApproved, entry)
            done = set(subject.approvals.values()) == set(APPROVERS)
            if done:
                subject.decide(Shredded, entry, approved_by=tuple(subject.approvals))
                self.log.subjects.empty(reference, entry.occurred_at)
            receipt = self.log.append(subject)
        scrubbed = self.log.subjects.scrub() if done else True
        approved_by = tuple(subject.approvals)
        return Decided(
            reference, subject.state, approved_by, receipt.positions[-1], receipt.recorded_at, scrubbed
        )

    def reject(self, reference: str, *, actor: Actor, reason: str, at: datetime | None = None) -> Decided:
        """Refuse the request. Raises `NotFound`, `Invalid` without a reason, `NotYourTurn`, `Refused`."""
        entry = self._entry(reference, actor, at, _given(reason))
        with self.log.checkout(subject_stream(reference)) as (found,):
            subject = found or Subject.blank(reference, entry.occurred_at)
            self._may("reject", subject, actor)
            subject.decide(ShredRejected, entry)
            receipt = self.log.append(subject)
        return Decided(reference, subject.state, (), receipt.positions[0], receipt.recorded_at)

    def allowed(self, subject: Subject, actor: Actor) -> list[str]:
        """What this actor may do about keeping the subject."""
        return [
            one for one in ("request", "approve", "reject") if self._obstacle(one, subject, actor) is None
        ]

    # Rules.

    def _may(self, trigger: str, subject: Subject, actor: Actor) -> None:
        obstacle = self._obstacle(trigger, subject, actor)
        if obstacle is not None:
            raise self._refused(trigger, subject, actor, *obstacle)

    @staticmethod
    def _obstacle(trigger: str, subject: Subject, actor: Actor) -> tuple[str, str, str] | None:
        """The first condition that does not hold: name, and what it asks for in both languages."""
        if actor.post not in APPROVERS:
            return (
                "right_post",
                "须由个人信息保护负责人或单位负责人办理",
                "the post is privacy officer or head of unit",
            )
        if trigger == "request":
            if subject.state is not Keeping.KEPT:
                return (
                    "is_kept",
                    "信息在保管中且尚未申请销毁",
                    "the data is kept, and nobody has asked to erase it yet",
                )
            return None
        if subject.state is not Keeping.SHRED_REQUESTED:
            return "is_requested", "须先有销毁申请", "somebody asked for the erasure first"
        if trigger == "approve" and named(actor.user, subject.approvals):
            return "another_person", "须由另一人批准", "the two approvals come from two different people"
        if trigger == "approve" and actor.post in subject.approvals.values():
            return "another_post", "须由另一岗位的人批准", "the two approvals come from two different posts"
        return None

    def _refused(self, trigger: str, subject: Subject, actor: Actor, guard: str, zh: str, en: str) -> Refused:
        kind = NotYourTurn if guard == "right_post" else Refused
        return kind(trigger, str(subject.state), guard, zh, en, self.allowed(subject, actor))

    def _all_closed(self, trigger: str, subject: Subject, actor: Actor, cases: Sequence[Case]) -> None:
        still_open = ", ".join(sorted({case.code for case in cases if case.is_open}))
        if still_open:
            zh = f"相关案件须均已办结（未办结：{still_open}）"
            en = f"every case that mentions it is closed (open: {still_open})"
            raise self._refused(trigger, subject, actor, "cases_closed", zh, en)

    # What the rules look at.

    def _kept(self, reference: str) -> Identity | Emptied:
        found = self.log.subjects.get([reference]).get(reference)
        if found is None:
            raise NotFound("person", reference, "Nobody was ever kept under this reference.")
        return found

    def _cases(self, reference: str, after: int = 0) -> list[Case]:
        """The cases with an event beyond `after` that mentions the reference, as party or in a text."""
        found: list[Any] = [self.log.load(id) for id in self.log.subjects.streams_about(reference, after)]
        return [one for one in found if isinstance(one, Case)]

    def _entry(
        self, reference: str, actor: Actor, at: datetime | None, reason: str, basis: str = ""
    ) -> Entry:
        now = self.clock()
        at = at or now
        if at.tzinfo is None:
            raise Invalid(
                "at",
                at.isoformat(),
                "Give the instant with its zone, such as +08:00.",
                "请填带时区的时间，例如 +08:00。",
            )
        if at > now + AHEAD:
            raise Invalid(
                "at",
                at.isoformat(),
                "It has not happened yet: record it when it has.",
                "此事尚未发生，发生之后再登记。",
            )
        known = self._kept(reference)
        people = [known] if isinstance(known, Identity) else []
        return Entry(actor, at, mask(reason, people), mask(basis, people), source=Source.API)


def _given(reason: str) -> str:
    if not reason.strip():
        raise Invalid("reason", reason, "Say why.", "请写明理由。")
    return reason

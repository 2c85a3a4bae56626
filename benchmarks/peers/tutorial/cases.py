"""A dispute as an @event aggregate with its rules in the methods, and the application that loads, calls and saves.

JSON transcoder, no cache, no snapshots, the recorder that `PERSISTENCE_MODULE` names: what the library does by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

BENCH = ("mediator", "handler", "unit_head")
CAUSES = ("appraisal", "party_absent")


class Refused(Exception):
    """The rule says no."""


class Dispute(Aggregate):
    @event("Reported")
    def __init__(self, code: str, origin: str, title: str, user: str, at: datetime) -> None:
        self.code, self.origin, self.title = code, origin, title
        self.state, self.holder, self.chair, self.cause = "reported", origin, "", ""
        self.due = at + timedelta(days=30)
        self.paused_at: datetime | None = None

    @staticmethod
    def create_id(code: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"/disputes/{code}")

    @event("Offered")
    def offer(self, unit: str, user: str, at: datetime) -> None:
        self._expect("reported")
        self.state, self.holder = "village_mediation.offered", unit

    @event("Accepted")
    def accept(self, user: str, at: datetime) -> None:
        self._expect("village_mediation.offered")
        self.state = "village_mediation.accepted"

    @event("MediatorAssigned")
    def assign_mediator(self, chair: str, user: str, at: datetime) -> None:
        self._expect("village_mediation.accepted")
        self.chair = chair

    @event("RightsExplained")
    def explain_rights(self, told: list[str], user: str, at: datetime) -> None:
        self._expect("village_mediation.accepted")

    @event("Consented")
    def consent(self, party: str, user: str, at: datetime) -> None:
        self._expect("village_mediation.accepted")

    @event("MediationOpened")
    def open_mediation(self, user: str, at: datetime) -> None:
        self._expect("village_mediation.accepted")
        self.state = "village_mediation.mediating"

    @event("Suspended")
    def suspend(self, cause: str, user: str, post: str, unit: str, reason: str, at: datetime) -> None:
        self._expect("village_mediation.mediating")
        self._holder(unit, post, ("unit_head",))
        if cause not in CAUSES:
            raise Refused(f"cause: {cause}")
        self.state, self.cause, self.paused_at = "village_mediation.suspended", cause, at

    @event("Resumed")
    def resume(self, user: str, post: str, unit: str, reason: str, at: datetime) -> None:
        self._expect("village_mediation.suspended")
        self._holder(unit, post, BENCH)
        if self.paused_at is not None:
            self.due += at - self.paused_at
        self.state, self.cause, self.paused_at = "village_mediation.mediating", "", None

    @event("Noted")
    def note(self, activity: str, user: str, at: datetime) -> None:
        """An activity of an imported history."""

    def _expect(self, state: str) -> None:
        if self.state != state:
            raise Refused(f"not possible in {self.state}")

    def _holder(self, unit: str, post: str, posts: tuple[str, ...]) -> None:
        if unit != self.holder or post not in posts:
            raise Refused("not yours to do")


class Disputes(Application[UUID]):
    def fire(
        self,
        code: str,
        trigger: str,
        expected: int,
        actor: dict[str, str],
        facts: dict[str, str],
        at: datetime,
    ) -> Dispute:
        """Load, decide, save."""
        dispute: Dispute = self.repository.get(Dispute.create_id(code))
        if dispute.version != expected:
            raise LookupError(f"version is {dispute.version}")
        getattr(dispute, trigger)(**facts, **actor, reason="", at=at)
        self.save(dispute)
        return dispute

    def in_mediation(self, code: str, origin: str, unit: str, at: datetime, waits: int) -> None:
        """A dispute with the events that the benchmark's cases begin with."""
        dispute = Dispute(code=code, origin=origin, title="宅基地边界", user="chen.reporter", at=at)
        dispute.offer(unit, user="chen.reporter", at=at)
        dispute.accept(user="li.mediator", at=at)
        dispute.assign_mediator("li.mediator", user="wang.head", at=at)
        dispute.explain_rights(["S-1", "S-2"], user="li.mediator", at=at)
        dispute.consent("S-1", user="li.mediator", at=at)
        dispute.consent("S-2", user="li.mediator", at=at)
        dispute.open_mediation(user="li.mediator", at=at)
        for _ in range(waits):
            dispute.suspend("appraisal", "wang.head", "unit_head", unit, "", at)
            dispute.resume("li.mediator", "mediator", unit, "", at)
        self.save(dispute)

    def history(self, code: str) -> list[dict[str, object]]:
        """Who, when, what; oldest first."""
        columns = ("originator_id", "originator_version", "timestamp")
        return [
            {
                "version": e.originator_version,
                "recorded_at": vars(e)["timestamp"],
                "event": type(e).__name__,
                **{name: value for name, value in vars(e).items() if name not in columns},
            }
            for e in self.events.get(Dispute.create_id(code))
        ]

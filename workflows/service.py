"""The application service: every command of people and programs on cases goes through here, and nowhere else.

A command is refused with a sentence, or recorded once with its event, its answer and the people it names, in one
transaction. Nothing is recorded on refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

import domain.topics  # noqa: F401 - makes every topic of the log known
from domain.actor import SYSTEM, Actor
from domain.calendar import TZ
from domain.case import TYPES, Case, case_id
from domain.clock import Clock
from domain.deadline import explain
from domain.errors import Invalid, KeyReused, NotFound, VersionConflict
from domain.explanation import Step
from domain.organisation import local_date
from domain.policy import PolicyBook, builtin_policies
from domain.remedies import LONGEST_LINE, names, wrong
from domain.rule import Rule
from domain.scope import EVERYTHING, Scope
from domain.terms import Role, Source
from eventlog.errors import Conflict, KeyTaken
from eventlog.identity import Identity
from eventlog.learned import decoder
from eventlog.log import CommandRecord, EventLog, utc_now
from eventlog.masking import mask_value, texts
from workflows.clocks import FOREIGN, Clockwork
from workflows.command import Answer, Command, answer_of, asked
from workflows.dispute import DISPUTE
from workflows.engine import Engine
from workflows.facts import check_code, check_reference, check_texts, take
from workflows.letter_office import LetterOffice
from workflows.petition import PETITION
from workflows.reference import Reference
from workflows.staff import Staff

AHEAD = timedelta(minutes=5)  # clocks of phones differ by a little; more is a mistake
TRIES = 3  # without an expected version a command may meet somebody faster and simply decide again
TRIES_FOR_A_NUMBER = 12  # every letter of a unit wants the next number of one book
_MADE = re.compile("[0-9a-f]{32}|")  # a correlation that a server made, or none: it holds no name

# What a command on one case does to another: trigger -> (fact that names the other case, trigger there).
COMPANIONS = {
    "merge": ("lead", "absorb"),
    "unmerge": ("lead", "release"),
    "link_repeat": ("lead", "add_submission"),
}
NUMBERED = "issue_letter"  # decided here, then made and numbered by the office


_answer = decoder(Answer).decode


class Service:
    """Cases of all types over one log. `clock` is the edge's clock, `new_code` gives the code of a new case.

    With `staff` a second person that a command names must be there, in a post that fits.
    """

    def __init__(
        self,
        log: EventLog,
        *,
        jurisdiction: str = "CN",
        policies: PolicyBook | None = None,
        clock: Callable[[], datetime] = utc_now,
        new_code: Callable[[str, datetime], str] | None = None,
        staff: Staff | None = None,
    ) -> None:
        self.log, self.clock, self.jurisdiction = log, clock, jurisdiction
        self.policies = policies or builtin_policies()
        self.reference = Reference(log)
        self.new_code = new_code
        self.clockwork = Clockwork(self.policies, self.reference.calendar)
        self.engines = {
            table.case_type: Engine(
                table,
                self.reference.organisation,
                self.policies,
                self.clockwork,
                jurisdiction,
                cases=self.knows,
                staff=staff,
            )
            for table in (DISPUTE, PETITION)
        }
        self.office: LetterOffice | None = None  # whoever can set letters gives one

    def case(self, code: str, version: int | None = None) -> Case:
        """The case as it is, or as it was at a version. Raises `NotFound`."""
        try:
            found: Case = self.log.load(case_id(code), version)
        except LookupError:
            raise _unknown(code) from None
        if version is not None and found.version < version:
            raise Invalid(
                "version",
                version,
                f"{code} has come to version {found.version}: give that one or an earlier one.",
                f"本案目前为第{found.version}版，请填此版或更早的版本。",
            )
        return found

    def seen(self, code: str, scope: Scope, version: int | None = None) -> Case:
        """The case for whoever may see this much. Raises `NotFound`: outside of the scope just as if there were none."""
        case = self.shown(self.case(code), scope)
        return case if version is None else self.case(code, version)

    def shown(self, case: Case, scope: Scope) -> Case:
        """This case, for whoever may see this much. Raises `NotFound`."""
        if not self.covers(scope, case):
            raise _unknown(case.code)
        return case

    def covers(self, scope: Scope, case: Case) -> bool:
        """Whether the case is in the scope today."""
        return scope.covers(case, self.reference.organisation(), local_date(self.clock()))

    def knows(self, code: str, scope: Scope = EVERYTHING) -> bool:
        """Whether there is a case of this code, for whoever may see this much."""
        try:
            self.seen(code, scope)
        except NotFound:
            return False
        return True

    def allowed(self, case: Case, actor: Actor, scope: Scope = EVERYTHING) -> list[str]:
        """What this actor, who sees so much, may do with the case now, as far as the case alone tells."""
        if not self.covers(scope, case):
            return []
        return self.engines[case.TYPE].allowed(case, actor, self.clock())

    def do(self, command: Command) -> Answer:
        """Carry a command out, once. Raises `Invalid`, `Refused`, `VersionConflict`, `NotFound` or `KeyReused`."""
        digest = self.log.subjects.fingerprint(asked(command)) if command.key else ""
        if command.key and (before := self.log.answer_of(command.key)):
            return self._repeat(before, command.key, digest)
        tries = TRIES_FOR_A_NUMBER if command.trigger == NUMBERED else TRIES
        for attempt in range(1, tries + 1):
            try:
                # First with the copies in memory; what another process has recorded meanwhile ends in a Conflict.
                return self._try(command, digest, trust=attempt == 1)
            except Conflict as faster:
                if attempt == tries:
                    raise self._overtaken(command, faster) from None
            except KeyTaken:
                before = self.log.answer_of(command.key)
                assert before is not None
                return self._repeat(before, command.key, digest)
        raise AssertionError("unreachable")

    def _try(self, command: Command, digest: str, trust: bool) -> Answer:
        opening = command.type
        code = command.case or (self.new_code(opening, self.clock()) if opening and self.new_code else "")
        if not code:
            raise wrong("case", command.case, "missing")
        other = COMPANIONS.get(command.trigger)
        lead = str(command.facts.get(other[0], "")) if other else ""
        office = self._office(command) if command.trigger == NUMBERED else None
        beside = office.beside(command) if office else [case_id(lead)] if lead and lead != code else []
        with self.log.checkout(case_id(code), *beside, trust=trust) as found:
            written = (
                [self._open(command, code, found[0])] if opening else self._fire(command, code, found, office)
            )
            case: Case = written[0]
            if other and len(found) > 1:
                written.append(self._companion(command, case, found[1], lead, other[1]))
            answer = answer_of(case, command.trigger, self.clock())
            record = CommandRecord(command.key, digest, msgspec.json.encode(answer)) if command.key else None
            receipt = self.log.append(*written, command=record, identities=command.people)
        return msgspec.structs.replace(answer, position=receipt.positions[0], recorded_at=receipt.recorded_at)

    def _open(self, command: Command, code: str, there: Case | None) -> Case:
        engine = self.engines.get(command.type)
        if engine is None:
            raise wrong("type", command.type, "choice", choices=names(self.engines))
        check_code("case", code)
        if there is not None:
            raise Invalid(
                "case",
                code,
                "There is a case with this code. Give another, or none to get a new one.",
                "已有使用此编号的案件。请另填编号，或留空由系统编号。",
            )
        facts, at, note = self._prepare(command, None, engine)
        kind = TYPES[command.type]
        return kind.open(code, command.trigger, engine, actor=command.actor, at=at, note=note, **facts)

    def _office(self, command: Command) -> LetterOffice:
        if self.office is None:
            raise Invalid(
                "trigger",
                command.trigger,
                "This program was started without a press for letters.",
                "本程序启动时没有文书排印功能。",
            )
        return self.office

    def _fire(
        self, command: Command, code: str, found: Sequence[Any], office: LetterOffice | None
    ) -> list[Any]:
        """The case with what the command records on it, then what else is to be written."""
        case: Case | None = found[0]
        if case is None or not self.covers(command.scope, case):
            raise _unknown(code)
        if command.expected is not None and command.expected != case.version:
            raise VersionConflict(
                code, command.expected, case.version, self.changes(case.id, command.expected)
            )
        engine = self.engines[case.TYPE].knowing(lambda other: self.knows(other, command.scope))
        facts, at, note = self._prepare(command, case, engine)
        if office is not None:
            return [case, *office.record(case, found[1:], command.actor, at, facts, note)]
        case.fire(command.trigger, engine, actor=command.actor, at=at, note=note, **facts)
        return [case]

    def _companion(self, command: Command, case: Case, lead: Case | None, code: str, trigger: str) -> Case:
        """What the other case has to record when two are merged, unmerged, or a repeat joins its matter."""
        hidden = lead is None or not self.covers(command.scope, lead)
        if lead is None or hidden or not (lead.is_open or trigger != "absorb"):
            raise Invalid("lead", code, "Give the code of an open case.", "请填未办结案件的编号。")
        if lead.TYPE != case.TYPE:
            raise Invalid(
                "lead",
                code,
                f"It is a {lead.TYPE}; a {case.TYPE} joins a {case.TYPE}. Link them instead.",
                "纠纷与信访事项不能互相合并，请改为关联案件。",
            )
        engine, at = self.engines[lead.TYPE], command.at or self._now_on(lead)
        facts: dict[str, Any] = {"other": case.code}
        if trigger == "add_submission":
            facts |= {"channel": case.channel, "received_on": local_date(at)}
        step = engine.decide(lead, trigger, actor=SYSTEM, at=at, facts=facts)
        if trigger == "absorb":
            step = replace(step, standing=replace(step.standing, clocks=earlier(lead, case.clocks)))
        lead.record(step, actor=SYSTEM, at=at, note={"source": command.source, "correlation": command.key})
        return lead

    def _prepare(
        self, command: Command, case: Case | None, engine: Engine
    ) -> tuple[dict[str, Any], datetime, dict[str, Any]]:
        """Facts with their types and without names, the instant, and the rest of the entry."""
        now = self.clock()
        at = command.at or self._now_on(case)
        if at.tzinfo is None:
            raise wrong("at", at.isoformat(), "instant")
        if command.at and at > now + AHEAD:
            raise Invalid(
                "at",
                at.isoformat(),
                "It has not happened yet: record it when it has.",
                "此事尚未发生，发生之后再登记。",
            )
        self._check_actor(command.actor)
        check_texts(reason=command.reason, basis=command.basis)
        check_texts(LONGEST_LINE, correlation=command.correlation)
        hours = self.policies.in_force(self.jurisdiction, at).limits.late_entry_hours
        seen_late = now - at > timedelta(hours=hours) and command.source is not Source.SWEEP
        late = "late" if seen_late else ""
        if late and not command.reason.strip():
            raise Invalid(
                "reason",
                command.reason,
                f"It is entered more than {hours} hours after it happened: say why.",
                f"事后超过{hours}小时补录，请写明原因。",
            )
        if (
            case is not None
            and case.opened_at is not None
            and at < case.opened_at
            and command.source is not Source.SWEEP
        ):
            raise Invalid(
                "at",
                at.isoformat(),
                f"The case was opened at {case.opened_at.isoformat()}: nothing happened before.",
                f"案件于 {case.opened_at.astimezone(TZ):%Y-%m-%d %H:%M} 登记，发生时间不能早于此时。",
            )
        event = engine.table.events.get(command.trigger)
        if event is None:
            raise wrong("trigger", command.trigger, "choice", choices=names(engine.table.verbs))
        facts = take(event, engine.table.asks[command.trigger], command.facts)
        reason, basis, correlation = command.reason, command.basis, command.correlation
        if any(texts((*facts.values(), reason, basis))) or not _MADE.fullmatch(correlation):
            told, known = (facts, reason, basis, correlation), self._people(command, case)
            facts, reason, basis, correlation = mask_value(told, known)
            if case is None and mask_value(command.case, known) != command.case:
                raise wrong("case", None, "no_person")
        note = {
            "reason": reason,
            "basis": basis,
            "source": command.source,
            "late": late,
            "command": command.key,
            "correlation": correlation,
        }
        return facts, at, note

    def _check_actor(self, actor: Actor) -> None:
        """A person in an office of a unit we know; a user name that differs by a blank would pass for somebody else."""
        if not actor.user or actor.user != actor.user.strip():
            raise Invalid(
                "actor.user",
                actor.user,
                "Give the account without blanks around it.",
                "请填账号，前后不留空格。",
            )
        check_texts(LONGEST_LINE, **{"actor.user": actor.user})
        check_reference("actor.on_behalf_of", actor.on_behalf_of)
        outside = actor.post in (Role.SYSTEM, Role.CITIZEN) and not actor.unit
        if not outside and not self.reference.organisation().exists(actor.unit):
            raise Invalid(
                "actor.unit",
                actor.unit,
                "There is no such unit: give the code of one.",
                "没有此编号的单位，请填已有单位的编号。",
            )

    def _now_on(self, case: Case | None) -> datetime:
        """Now, but never before the case began: another machine's clock may be ahead, or ours was set back."""
        now = self.clock()
        return now if case is None or case.opened_at is None else max(now, case.opened_at)

    def _people(self, command: Command, case: Case | None) -> list[Identity]:
        references = [party.subject for party in case.parties] if case else []
        stored = self.log.subjects.get(references).values() if references else []
        return [*command.people, *(one for one in stored if isinstance(one, Identity))]

    def changes(self, id: UUID, after_version: int) -> list[dict[str, object]]:
        """What was recorded on a case after a version: for whoever looked at an older one."""
        return [
            {
                "version": logged.event.originator_version,
                "event": logged.event.TOPIC,
                "zh": logged.event.ZH,
                "en": logged.event.EN,
                "user": logged.event.entry.actor.user,
                "occurred_at": logged.event.entry.occurred_at.isoformat(),
                "state": logged.event.standing.state,
            }
            for logged in self.log.history(id, after_version)
        ]

    def rule_of(self, clock: Clock) -> Rule:
        """The rule a clock was started under."""
        return self.clockwork.rule(clock)

    def explain(self, case: Case, name: str) -> list[Step]:
        """How the due date of this deadline came about, step by step. Raises `NotFound`."""
        clock = case.clocks.get(name)
        if clock is None:
            raise NotFound("deadline", name, f"{case.code} has: {', '.join(sorted(case.clocks)) or 'none'}.")
        zone = clock.policy.rpartition("@")[2] if clock.policy.startswith(FOREIGN) else ""
        return explain(clock, self.rule_of(clock), self.reference.calendar_of(clock.calendar, zone))

    def reveal(self, command: Command, subject: str) -> Identity:
        """Read who stands behind a reference. The reading itself is recorded, or nothing is shown."""
        self.do(replace(command, trigger="reveal", facts={**command.facts, "subject": subject}))
        found = self.log.subjects.get([subject]).get(subject)
        if not isinstance(found, Identity):
            raise NotFound("person", subject, "Nothing is kept about this reference (any more).")
        return found

    def _overtaken(self, command: Command, faster: Conflict) -> VersionConflict:
        """Somebody else was faster every time: say what they recorded."""
        case = self.case(command.case)
        seen = command.expected if command.expected is not None else faster.version - 1
        return VersionConflict(case.code, seen, case.version, self.changes(case.id, seen))

    def _repeat(self, before: CommandRecord, key: str, digest: str) -> Answer:
        """The first answer to this key, word for word, with the mark that it is not the first time."""
        if before.digest != digest:
            raise KeyReused(key)
        first = _answer(before.answer)
        written = self.log.history(case_id(first.case), first.version - 1)[0]
        return msgspec.structs.replace(
            first, position=written.position, recorded_at=written.recorded_at, repeated=True
        )


def earlier(lead: Case, others: Mapping[str, Clock]) -> tuple[Clock, ...]:
    """The lead's clocks that a merged case moves forward: the earlier due date is kept (D24)."""
    return tuple(
        others[clock.name]
        for clock in lead.open_clocks()
        if clock.name in others and others[clock.name].due < clock.due
    )


def _unknown(code: str) -> NotFound:
    return NotFound("case", code, "Look at its code again: one matter has one code for life.")

"""A form for a trigger, made from the workflow table: blank, as it was typed, or sent. The pages' one way to a command.

    sheet = Form(context, me, DISPUTE, "report").sheet()                 # what the template parts/sheet.html draws
    answer = Form(context, me, DISPUTE, "agree", case, typed).send()     # an Answer, or the sheet with what is wrong

What is sent is validated by the API's own form and decided by the service: nothing is judged here, and nothing typed is
ever lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeVar, overload

from pydantic import ValidationError

from api.access.signed import Signed
from api.context import Context
from api.fact_kinds import CORRECTABLE, PERSON, UNIT, USER
from api.forms import asks, command_form, command_of, opens
from api.pages import wrongs
from api.pages.bodies import Body, local_instant
from api.pages.cases import hindrance
from api.pages.changes import by_name
from api.pages.choices import Choice, Choices
from api.pages.controls import Control, Controls
from api.pages.hints import law_of
from api.pages.typed import Typed
from api.routes.commands import done_by
from domain.actor import Actor
from domain.case import TYPES, Case, case_id
from domain.errors import Invalid, KeyReused, Refused, VersionConflict
from domain.organisation import local_date
from domain.rule import Title
from domain.terms import Role, Source
from projections.accounts import officials
from workflows.authority import ON_CASES
from workflows.command import Answer, Command
from workflows.service import Service
from workflows.table import Table

T = TypeVar("T")

REASON: Final = Control(
    "area", "reason", Title("补充说明或补录原因", "Remark, or why it is entered late"), False
)
OCCURRED: Final = Control(
    "datetime-local",
    "occurred_at",
    Title("发生时间", "When it happened"),
    False,
    Title("不填即为现在", "Left empty: now"),
)
BASIS: Final = Control("line", "basis", Title("补充法律依据", "Further legal basis"), False)
BEHALF: Final = Title("代何人办理", "On behalf of")
KEY_USED: Final = Title(
    "这份表单已经提交过一次，内容与这次不同。请先查看案件；如确需再办一次，请核对后再提交。",
    "This form was sent before with other words. Look at the case first; if it has to be done once more, check and send again.",
)


@dataclass
class Sheet:
    """What the template draws: the questions, what was typed, what is wrong, what happened meanwhile."""

    trigger: str
    verb: Title
    event: Title
    law: Title
    fields: Sequence[Control]
    envelope: Sequence[Control]  # folded away until something stands in it
    conditions: Sequence[Title]
    hidden: Mapping[str, str]
    status: int = 200
    labels: Mapping[str, Title] = field(default_factory=dict)
    wrong: Mapping[str, Title] = field(default_factory=dict)
    refusal: Title | None = None
    allowed: Sequence[Choice] = ()
    changes: Sequence[Mapping[str, Any]] = ()
    usual: Sequence[
        Control
    ] = ()  # folded away with the envelope: what is filled in beforehand and seldom changed


@dataclass
class Form:
    """One trigger's form for somebody signed in, on a case or (opening) on none yet."""

    context: Context
    me: Signed
    table: Table
    trigger: str
    case: Case | None = None
    typed: Typed = field(default_factory=Typed)
    source: Source = Source.DESK
    _made: Body = field(init=False)

    @cached_property
    def actor(self) -> Actor:
        """Raises NoOffice."""
        return self.me.actor()

    @cached_property
    def at(self) -> datetime:
        return self.context.now()

    @cached_property
    def subject(self) -> Case:
        """The case, or one that does not exist yet."""
        return self.case or TYPES[self.table.case_type].blank(case_id(""), self.at)

    @cached_property
    def choices(self) -> Choices:
        return Choices(
            self.context.service, self.table, self.trigger, self.subject, self.actor, self.at, self._officials
        )

    def _officials(self, units: Sequence[str]) -> list[tuple[str, Role]]:
        """Who holds a post in these units today, but for those who do not work on cases."""
        with self.context.reads.connect() as connection:
            found = officials(connection, units, local_date(self.at), sorted(ON_CASES))
        return [(row["user"], Role(row["post"])) for row in found]

    # The sheet.

    def sheet(self, **more: Any) -> Sheet:
        """The form with what was typed so far."""
        zh, en = self.table.verbs[self.trigger]
        event = self.table.events[self.trigger]
        return Sheet(
            self.trigger, Title(zh, en), Title(event.ZH, event.EN), law_of(event), self.fields, self.envelope,
            self.conditions, self.hidden, labels=self.labels, **more,
        )  # fmt: skip

    @cached_property
    def fields(self) -> list[Control]:
        controls = Controls(self.trigger, self.choices, self.typed, self._demands())
        return [controls.of(asked, f"facts.{asked['name']}") for asked in asks(self.table, self.trigger)]

    @cached_property
    def envelope(self) -> list[Control]:
        """What every form asks beside its facts."""
        found = [replace(one, value=self.typed.one(one.name)) for one in (REASON, OCCURRED, BASIS)]
        if self._by_citizens and self.choices.parties:
            offered = list(self.choices.parties.items())
            value = self.typed.one("on_behalf_of")
            hint = Title(
                "由当事人提出、窗口代录的，请选择当事人", "Where a party asks and a desk writes it down"
            )
            found.insert(
                0,
                Control(
                    "select", "on_behalf_of", BEHALF, False, hint, choices=offered, value=value, empty=True
                ),
            )
        return found

    @property
    def _by_citizens(self) -> bool:
        return any(
            Role.CITIZEN in row.who.roles for row in self.table.source_rows if row.trigger == self.trigger
        )

    @property
    def hidden(self) -> dict[str, str]:
        """The version that was looked at, and the key that makes sure that it is done once."""
        version = self.typed.one("version") or (str(self.case.version) if self.case else "")
        key = self.typed.one("key") or uuid.uuid4().hex
        return ({"version": version} if version else {}) | {"key": key}

    @property
    def conditions(self) -> list[Title]:
        """What the table demands of this step in this state, in its own sentences."""
        lines = self.table.lines(self.trigger, str(self.subject.state))
        return list(dict.fromkeys(Title(guard.zh, guard.en) for row, _ in lines for guard in row.guards))

    def _demands(self) -> dict[str, tuple[Title, ...]]:
        """The same by the fact that a condition looks at, where it looks at one alone."""
        found: dict[str, dict[Title, None]] = {}
        for row, _ in self.table.lines(self.trigger, str(self.subject.state)):
            for guard in row.guards:
                if len(guard.asks) == 1:
                    found.setdefault(guard.asks[0], {})[Title(guard.zh, guard.en)] = None
        return {fact: tuple(said) for fact, said in found.items()}

    # Sending.

    def body(self) -> tuple[dict[str, Any], Body]:
        """The body that the JSON API would get."""
        find = self.choices
        making = Body({UNIT: find.find_unit, USER: find.find_user, PERSON: find.find_user})
        facts = making.facts(asks(self.table, self.trigger), self.typed)
        if any(asked.get("stands_for") == CORRECTABLE for asked in asks(self.table, self.trigger)):
            facts = self.choices.corrected(facts)
        actor = {"user": self.actor.user, "post": str(self.actor.post), "unit": self.actor.unit}
        if behalf := self.typed.one("on_behalf_of"):
            actor["on_behalf_of"] = behalf
        body: dict[str, Any] = {"actor": actor, "facts": facts, "source": self.source}
        for name in ("reason", "basis", "occurred_at"):
            if text := self.typed.one(name):
                body[name] = text
        if "occurred_at" in body:
            body["occurred_at"] = local_instant(body["occurred_at"])
        if making.people:
            body["people"] = making.people
        return body, making

    def command(self) -> Command:
        """The command that was typed. Raises ValidationError of the API's form, or Invalid."""
        body, self._made = self.body()
        read = command_form(self.table, self.trigger).model_validate(body)
        version = self.typed.one("version")
        return command_of(
            read,
            self.me,
            self.context,
            self.trigger,
            case=self.case.code if self.case else "",
            type=self.table.case_type if opens(self.table, self.trigger) else "",
            expected=int(version) if version.isdecimal() and len(version) < 10 else None,
            key=self.typed.one("key"),
        )

    @overload
    def send(self) -> Answer | Sheet: ...
    @overload
    def send(self, do: Callable[[Service, Command], T]) -> T | Sheet: ...
    def send(self, do: Callable[[Service, Command], Any] = done_by) -> Any:
        """Do it; or the sheet with everything that was typed, and what stands against it."""
        if self.typed.wants_rows:
            return self.sheet()
        try:
            return do(self.context.service, self.command())
        except ValidationError as error:
            return self.sheet(status=422, wrong=wrongs.of_validation(error, self._made, self.labels))
        except Invalid as error:
            return self.sheet(status=422, wrong=wrongs.of_invalid(error.every, self._made, self.labels))
        except Refused as error:
            return self._refused(error)
        except VersionConflict as error:
            return self._overtaken(error)
        except KeyReused:
            self.typed = Typed((name, value) for name, value in self.typed if name != "key")
            return self.sheet(status=409, refusal=KEY_USED)

    def _refused(self, error: Refused) -> Sheet:
        said = Title(f"{error.sentence_zh}。", f"{error.sentence_en[:1].upper()}{error.sentence_en[1:]}.")
        looked_at = next(
            (
                guard.asks
                for row, _ in self.table.lines(self.trigger, error.state)
                for guard in row.guards
                if guard.name == error.guard
            ),
            (),
        )
        asked = {name for name in self.labels if name.removeprefix("facts.") in looked_at}
        status = 403 if type(error) is not Refused else 409
        allowed = [(one, Title(*self.table.verbs[one])) for one in error.allowed if one != self.trigger]
        return self.sheet(
            status=status, refusal=said, allowed=allowed, wrong=dict.fromkeys(sorted(asked), said)
        )

    def _overtaken(self, error: VersionConflict) -> Sheet:
        """Somebody was faster: what they did, and the same form on the case as it is now."""
        self.case = self.context.service.case(error.case)
        kept = [(name, value) for name, value in self.typed if name != "version"]
        again = replace(self, typed=Typed([*kept, ("version", str(error.actual))]))
        against = hindrance(self.context, self.case, self.actor, self.trigger)
        return again.sheet(status=412, changes=by_name(self.context, error.changes), refusal=against)

    @cached_property
    def labels(self) -> dict[str, Title]:
        """What every field of the page is called, by its name, in their order."""
        found: dict[str, Title] = {}
        for control in (*self.fields, *self.envelope):
            found[control.name] = control.label
            for line in control.lines:
                found |= {part.name: part.label for part in line.controls}
        return found

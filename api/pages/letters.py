"""The letters of a case: which there may be, a preview, numbering one, and having an issued one as a file.

A form is made of what the letter asks (api/letters/views.py). Who may, and what a draft must hold, is decided by the
service; a preview names nobody, a file is handed out only after the reading was recorded. Do not decide here.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from api.access.sight import seen_case
from api.access.signed import Me, Signed
from api.context import Context
from api.fact_kinds import PERSON, UNIT, USER
from api.here import Here
from api.letters.desk import NotAsIssued
from api.letters.views import issuing_asks, letters_view
from api.pages.bodies import NOTHING, Body
from api.pages.cases import hindrance
from api.pages.choices import Choices
from api.pages.controls import Control, Controls
from api.pages.hints import law_of
from api.pages.live import SOON, Live
from api.pages.sheets import Form, Sheet
from api.pages.shell import page, see_other
from api.pages.trigger import WAIT_SECONDS, source_of
from api.pages.typed import Posted, Typed
from api.parties import called
from domain.case import Case
from domain.errors import Invalid, Refused
from domain.letter import LetterKind
from domain.names import name_of
from domain.rule import Title
from domain.terms import Source
from workflows.letters import LETTERS, Letter, ready

router = APIRouter()

FRESH: Final = Title("打印送达", "To print and deliver it")
Place = Annotated[int, Query(ge=0, le=10_000)]


@router.get("/cases/{code}/letters")
def letters(
    request: Request, context: Here, me: Me, code: str, issued: Annotated[int, Query(ge=0, le=10_000)] = 0
) -> Response:
    """Which letters the case may have, and which it has."""
    return listed(request, context, me, seen_case(context, me, code), fresh=issued)


@router.get("/cases/{code}/issue_letter")
@router.post("/cases/{code}/issue_letter")
def elsewhere(me: Me, code: str) -> Response:
    """The step is taken on the page of letters."""
    return see_other(f"/cases/{code}/letters")


@router.get("/cases/{code}/letters/{kind}")
def letter(
    request: Request,
    context: Here,
    me: Me,
    code: str,
    kind: str,
    letter: Place = 0,
    session: Place = 0,
) -> Response:
    """One letter: what it asks, and how it would look if nothing is left to fill in."""
    following = Live.of(context, code)
    case = seen_case(context, me, code)
    given = [
        ("facts.letter", str(letter)) if letter else None,
        ("facts.session", str(session)) if session else None,
    ]
    form = LetterForm.of(context, me, case, kind, Typed(one for one in given if one))
    sheet = form.looked_at() if not form.drafts else form.sheet()
    return drawn(request, context, me, form, sheet, following, fresh=True)


@router.post("/cases/{code}/letters/{kind}")
def send(request: Request, context: Here, me: Me, code: str, kind: str, typed: Posted) -> Response:
    """Look at it, as pictures or as a file, or issue it; the form comes back with everything that was typed."""
    following = Live.of(context, code)
    case = seen_case(context, me, code)
    form = LetterForm.of(context, me, case, kind, typed, source_of(request))
    match typed.one("do"):
        case "issue":
            done = form.send()
            if isinstance(done, Sheet):
                return drawn(request, context, me, form, done, following)
            context.wait_for(done.position, WAIT_SECONDS)
            count = len(context.service.case(code, done.version).letters)
            return see_other(f"/cases/{code}/letters", issued=str(count), done=f"letters/{kind}")
        case "pdf":
            found = form.previewed(as_file=True)
            if isinstance(found, bytes):
                return file(found, f"{name_of(form.letter.kind).zh}（预览）.pdf", inline=True)
    return drawn(request, context, me, form, form.looked_at(), following)


@router.post("/cases/{code}/letters/{number}/copy")
def copy(
    request: Request,
    context: Here,
    me: Me,
    code: str,
    number: Annotated[int, Path(ge=1, le=10_000)],
    typed: Posted,
) -> Response:
    """An issued letter as a file. Who reads it, and why, is recorded first."""
    case = seen_case(context, me, code)
    try:
        found = context.letters.copy(code, number, me.actor(), typed.one("purpose"))
    except Invalid as wrong:
        said = Title(f"用途：{wrong.remedy_zh}", f"Purpose: {wrong.remedy}")
        return listed(request, context, me, case, status=422, refusal=said)
    except NotAsIssued as gone:
        return listed(request, context, me, case, status=404, refusal=gone.why)
    except Refused as no:
        said = Title(f"{no.sentence_zh}。", f"{no.sentence_en[:1].upper()}{no.sentence_en[1:]}.")
        return listed(request, context, me, case, status=403, refusal=said)
    return file(found.content, found.name)


def listed(
    request: Request,
    context: Context,
    me: Signed,
    case: Case,
    *,
    status: int = 200,
    fresh: int = 0,
    refusal: Title | None = None,
) -> Response:
    """The list, with what stands against having a letter, if anything."""
    view = letters_view(case)
    actor = me.actor() if me.acting else None
    return page(
        request, context, me, "letters.html", status=status,
        case=case,
        names=called(case.parties),
        possible=[one for one in view.possible if one.kind is not LetterKind.DELIVERY],
        issued=list(reversed(view.issued)),
        fresh=next((one for one in view.issued if one.letter == fresh), None),
        fresh_purpose=FRESH,
        against=hindrance(context, case, actor, "issue_letter") if actor and view.possible else None,
        refusal=refusal,
    )  # fmt: skip


def drawn(
    request: Request,
    context: Context,
    me: Signed,
    form: LetterForm,
    sheet: Sheet,
    following: Live,
    fresh: bool = False,
) -> Response:
    case = form.subject
    return page(
        request, context, me, "letter.html", status=sheet.status,
        case=case,
        names=called(case.parties),
        sheet=sheet,
        kind=form.letter.kind,
        how=form.how,
        pages=[base64.b64encode(one).decode("ascii") for one in form.pages],
        against=hindrance(context, case, form.actor, "issue_letter"),
        live=replace(following, every=SOON, version=case.version),
        fresh=fresh,
    )  # fmt: skip


def file(content: bytes, name: str, *, inline: bool = False) -> Response:
    """A PDF that no cache keeps."""
    shown = f"{'inline' if inline else 'attachment'}; filename=letter.pdf; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": shown, "Cache-Control": "no-store"}
    return Response(content, 200, headers, "application/pdf")


@dataclass
class LetterForm(Form):
    """The form of one letter: of whom, with which letter, from which facts. It sends `issue_letter`."""

    letter: Letter = LETTERS[LetterKind.RECEIPT]
    pages: Sequence[bytes] = field(default_factory=tuple)

    @classmethod
    def of(
        cls,
        context: Context,
        me: Signed,
        case: Case,
        kind: str,
        typed: Typed,
        source: Source = Source.DESK,
    ) -> LetterForm:
        """Raises 404 for a letter that there is not, or that this case may not have now."""
        letter = next((one for one in LETTERS.values() if one.kind == kind), None)
        if letter is None or not ready(letter, case):
            raise HTTPException(404)
        table = context.service.engines[case.TYPE].table
        return cls(context, me, table, "issue_letter", case, typed, source, letter=letter)

    @property
    def how(self) -> str:
        """Whether it tells of a decision on record ("told") or comes before it ("drafted")."""
        return ready(self.letter, self.subject)

    @property
    def drafts(self) -> tuple[str, ...]:
        return self.letter.drafts if self.how == "drafted" else ()

    @cached_property
    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        """(name on the page, description) of every fact that it asks for."""
        return issuing_asks(self.letter, self.how, self.subject)

    @cached_property
    def fields(self) -> list[Control]:
        trigger = self.letter.trigger or self.trigger
        case, actor = self.subject, self.actor
        choices = Choices(self.context.service, self.table, trigger, case, actor, self.at)
        controls = Controls(trigger, choices, self.typed, self._demands())
        return [controls.of(asked, name) for name, asked in self.asked]

    @cached_property
    def envelope(self) -> list[Control]:
        return []

    def sheet(self, **more: Any) -> Sheet:
        """The form with what was typed so far."""
        zh, en = name_of(self.letter.kind)
        named, told = Title(zh, f"{en[:1].upper()}{en[1:]}"), self.letter.tells
        law = law_of(told) if told is not None else Title("", "")
        hidden = self.hidden
        return Sheet(self.trigger, named, named, law, self.fields, self.envelope, [], hidden, **more)

    def body(self) -> tuple[dict[str, Any], Body]:
        """The body that the JSON API would get."""
        find = self.choices
        making = Body({UNIT: find.find_unit, USER: find.find_user, PERSON: find.find_user})
        facts: dict[str, Any] = {"kind": str(self.letter.kind)}
        draft: dict[str, Any] = {}
        for name, asked in self.asked:
            value = making.fact(asked, name, self.typed)
            if value is not NOTHING:
                (draft if name.startswith("facts.draft.") else facts)[asked["name"]] = value
        actor = {"user": self.actor.user, "post": str(self.actor.post), "unit": self.actor.unit}
        return {
            "actor": actor,
            "facts": facts | ({"draft": draft} if draft else {}),
            "source": self.source,
        }, making

    def looked_at(self) -> Sheet:
        """The form with the pages of a preview, or with what is wrong."""
        found = self.previewed()
        if isinstance(found, Sheet):
            return found
        self.pages = found if isinstance(found, list) else [found]
        return self.sheet()

    def previewed(self, *, as_file: bool = False) -> list[bytes] | bytes | Sheet:
        """A preview as pictures of its pages or as a file; the sheet when it cannot be made."""
        desk, case, at = self.context.letters, self.subject, self.at
        make = desk.pdf if as_file else desk.pictures
        return self.send(lambda service, command: make(case, command.facts, at))

    def _demands(self) -> dict[str, tuple[Title, ...]]:
        """The sentences of the decision's conditions that look at one drafted fact alone."""
        found: dict[str, dict[Title, None]] = {}
        for row, _ in self.table.lines(self.letter.trigger, str(self.subject.state)):
            for guard in row.guards:
                if len(guard.asks) == 1 and guard.asks[0] in self.drafts:
                    found.setdefault(guard.asks[0], {})[Title(guard.zh, guard.en)] = None
        return {fact: tuple(said) for fact, said in found.items()}

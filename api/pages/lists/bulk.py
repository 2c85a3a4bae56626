"""Several cases at once: put somebody in charge of them, or give them back, with a reason.

Each case is a command of its own with its own answer: one that is refused holds nobody up, stays chosen, and can be sent
again as it was typed. What a trigger asks for is the workflow table's; here is only which of its facts the one form fills.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.access.sight import acting_scope, scope_of
from api.access.signed import Me, Signed
from api.context import Context
from api.correlation import current
from api.here import Here
from api.pages.choices import named
from api.pages.lists.rows import Line, lines_of
from api.pages.shell import page, words
from api.pages.trigger import WAIT_SECONDS, source_of
from api.pages.typed import Posted, Typed
from domain.errors import Invalid, KeyReused, NotFound, Refused, VersionConflict
from domain.names import value_name
from domain.organisation import local_date
from domain.rule import Title
from domain.terms import Role, Source
from projections.accounts import officials
from projections.worklist import one
from workflows.authority import ON_CASES
from workflows.command import Command
from workflows.staff import posts_for

router = APIRouter()

MOST: Final = 100  # cases at once
PEOPLE: Final = 60  # who is offered
T = Title
TO, REASON = "{to}", "{reason}"  # what of the form a fact is filled with


@dataclass(frozen=True)
class Deed:
    """What is done: its words, the posts that are offered it, and for each type of case the trigger with its facts."""

    name: str
    verb: Title
    lead: Title
    posts: frozenset[Role]
    triggers: Mapping[str, tuple[str, Mapping[str, str]]]
    asks_to: bool = False


DEEDS: Final = (
    Deed(
        "assign", T("指定负责人", "Put in charge"),
        T("纠纷指定主持调解员，信访更换承办人。每件案件单独办理、单独留痕。",
          "Names the chair of a mediation, or another handler of a petition. Each case is decided and recorded by itself."),
        frozenset({Role.UNIT_HEAD}),
        {"dispute": ("assign_mediator", {"chair": TO}), "petition": ("replace_handler", {"handler": TO, "ground": REASON})},
        asks_to=True,
    ),
    Deed(
        "release", T("退回", "Give back"),
        T("纠纷退回移交单位，信访对转送、交办提出异议。每件案件单独办理、单独留痕。",
          "Gives disputes back to whoever sent them, and objects to the transfer of petitions. Each case is decided by itself."),
        frozenset({Role.UNIT_HEAD, Role.INTAKE}),
        {"dispute": ("return", {"ground": REASON}),
         "petition": ("object", {"reasons": REASON, "legal_basis": "信访工作条例第二十三条第三款"})},
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What became of one case: where it stands now, or why it could not be done."""

    line: Line
    done: bool
    said: Title


@dataclass
class Chosen:
    """What the page shows: the cases, what was typed, what is wrong, what became of those that were tried."""

    deed: Deed
    lines: Sequence[Line]
    people: Sequence[tuple[str, Title]]
    to: str = ""
    reason: str = ""
    wrong: dict[str, Title] = field(default_factory=dict)
    results: Sequence[Result] = ()
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


def offered(me: Signed) -> list[Deed]:
    """What this reader may try with several cases; whether it can be done, each case says."""
    return [deed for deed in DEEDS if me.acting and me.acting.post in deed.posts]


@router.get("/work/bulk/{name}")
def choose(request: Request, context: Here, me: Me, name: str) -> Response:
    """The cases that were ticked, and the form."""
    deed = known(me, name)
    found = lines(context, me, request.query_params.getlist("case"))
    chosen = Chosen(deed, found, people_for(context, deed, found))
    return shown(request, context, me, chosen)


@router.post("/work/bulk/{name}")
def carry_out(request: Request, context: Here, me: Me, name: str, typed: Posted) -> Response:
    """Each case in turn; then what became of each, and the form again for those that were refused."""
    deed = known(me, name)
    found = lines(context, me, typed.all("case"))
    chosen = Chosen(deed, found, people_for(context, deed, found), reason=typed.one("reason"))
    chosen.to = meant(typed.one("to"), chosen.people)
    chosen.wrong = wrong_with(chosen)
    if chosen.wrong:
        chosen.key = typed.one("key") or chosen.key
        return shown(request, context, me, chosen, status=422)
    key, source = typed.one("key") or chosen.key, source_of(request)
    seen = {line.row["code"]: version_seen(typed, line) for line in chosen.lines}
    chosen.results = [
        carried_out(context, me, chosen, line, seen[line.row["code"]], f"{key}-{line.row['code']}", source)
        for line in chosen.lines
    ]
    chosen.lines = [result.line for result in chosen.results if not result.done]
    return shown(request, context, me, chosen, status=409 if chosen.lines else 200)


def known(me: Signed, name: str) -> Deed:
    """Raises 404 for what this reader is not offered."""
    deed = next((deed for deed in offered(me) if deed.name == name), None)
    if deed is None:
        raise HTTPException(404)
    return deed


def lines(context: Context, me: Signed, codes: Sequence[str]) -> list[Line]:
    """The rows of these cases, as far as the reader may see them."""
    scope, on = scope_of(context, me), local_date(context.now())
    with context.reads.connect() as connection:
        found = [one(connection, code, scope, on) for code in list(dict.fromkeys(codes))[:MOST]]
    return lines_of(context, me, [row for row in found if row is not None], actions=False)


def people_for(context: Context, deed: Deed, lines: Sequence[Line]) -> list[tuple[str, Title]]:
    """Who may be put in charge of at least one of these cases: by post, in the unit that has it. The cases' own guards decide."""
    if not deed.asks_to:
        return []
    units, on = context.service.reference.organisation(), local_date(context.now())
    posts = {
        post
        for trigger, facts in (deed.triggers[kind] for kind in {line.row["type"] for line in lines})
        for fact, filled in facts.items()
        if filled == TO
        for post in posts_for(trigger, fact) or ON_CASES
    }
    desks = {desk for line in lines for desk in units.desks(line.row["holder"], on)}
    with context.reads.connect() as connection:
        found = officials(connection, sorted(desks), on, sorted(posts))
    offices = {row["user"]: row for row in reversed(found)}
    names = context.accounts.names(offices)
    return [
        (user, at_work(names.get(user, user), Role(row["post"]), named(units, row["unit"], on)))
        for user, row in sorted(offices.items())[:PEOPLE]
    ]


def at_work(name: str, post: Role, place: str) -> Title:
    said = value_name(Role, post)
    return T(f"{name}（{place} {said.zh}）", f"{name} ({said.en}, {place})")


def meant(text: str, people: Sequence[tuple[str, Title]]) -> str:
    """The account that somebody typed: one, or a name that only one of those offered bears."""
    same = [user for user, name in people if name.zh.partition("（")[0] == text]
    return same[0] if len(same) == 1 else text


def wrong_with(chosen: Chosen) -> dict[str, Title]:
    found: dict[str, Title] = {}
    if not chosen.lines:
        found["case"] = T("请至少选择一件案件。", "Choose one case at least.")
    if chosen.deed.asks_to and not chosen.to:
        found["to"] = T("请填写负责人。", "Say who shall be in charge.")
    if not chosen.reason:
        found["reason"] = T("请填写理由。", "Give the reason.")
    return found


def version_seen(typed: Typed, line: Line) -> int:
    """The version of the case that the form was made from; where it does not tell, the one it has now."""
    told = typed.one(f"seen.{line.row['code']}")
    return int(told) if told.isdecimal() and len(told) < 10 else int(line.row["version"])


def carried_out(
    context: Context, me: Signed, chosen: Chosen, line: Line, version: int, key: str, source: Source
) -> Result:
    """One case. Whatever stands in its way is its own result."""
    actor = me.actor()
    trigger, facts = chosen.deed.triggers[line.row["type"]]
    told: dict[str, Any] = {
        name: {TO: chosen.to, REASON: chosen.reason}.get(fact, fact) for name, fact in facts.items()
    }
    command = Command(
        trigger, line.row["code"], actor, told, scope=acting_scope(context, me, actor), reason=chosen.reason,
        expected=version, key=key, correlation=current(), source=source,
    )  # fmt: skip
    try:
        answer = context.service.do(command)
    except Refused as refused:
        return Result(
            line,
            False,
            T(f"{refused.sentence_zh}。", f"{refused.sentence_en[:1].upper()}{refused.sentence_en[1:]}."),
        )
    except Invalid as invalid:
        return Result(line, False, T(invalid.remedy_zh or invalid.remedy, invalid.remedy))
    except VersionConflict:
        return Result(
            line,
            False,
            T(
                "刚有人更新了这件案件，请核对后再提交。",
                "Somebody was faster: look at the case, then send again.",
            ),
        )
    except KeyReused:
        return Result(
            line,
            False,
            T("这份表单已经提交过一次，请先查看案件。", "This form was sent before: look at the case first."),
        )
    except NotFound:
        return Result(line, False, T("没有这件案件。", "There is no such case."))
    context.wait_for(answer.position, WAIT_SECONDS)
    zh, en = context.service.engines[answer.type].table.verbs[trigger]
    return Result(line, True, T(f"已办理：{zh}", f"Done: {en}"))


def shown(request: Request, context: Context, me: Signed, chosen: Chosen, status: int = 200) -> Response:
    wrong = {name: words(request).say(title) for name, title in chosen.wrong.items()}
    return page(request, context, me, "bulk.html", status=status, chosen=chosen, wrong=wrong)

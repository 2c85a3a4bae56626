"""One route per trigger, made from the workflow tables: nobody writes or forgets one by hand.

What only the program does has no route; reading an identity has its own (routes/identities.py).
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from api.access.sight import seen_case
from api.access.signed import Me, Signed
from api.context import Context
from api.forms import IdempotencyKey, command_form, command_of, has_route, opens
from api.headers import POSITION, IfMatch, Prefer, answer, etag, version, wanted_wait
from api.here import Here
from api.openapi import problems, shows
from api.samples import example
from api.wording import description, summary
from domain.errors import GridcaseError, Invalid, NotFound
from domain.remedies import CODE
from workflows.command import Answer, Command
from workflows.dispute import DISPUTE
from workflows.petition import PETITION
from workflows.service import Service
from workflows.table import Table

TABLES = (DISPUTE, PETITION)
PLURAL = {"dispute": "disputes", "petition": "petitions"}
SENT = {"at": "occurred_at", "case": "code"}  # the service's word for a field -> the body's
BESIDE = frozenset({"actor", "reason", "basis", "correlation", "code", "occurred_at", "type", "facts"})
ELSEWHERE = frozenset({"reveal"})  # triggers with a route of their own

Key = Annotated[
    IdempotencyKey | None,
    Header(
        alias="Idempotency-Key",
        description="Yours, new for each command: sent again it gives the first answer.",
    ),
]
Code = Annotated[str, Path(pattern=CODE, description="The code of the case.")]
ANSWERED = {
    "ETag": "The version of the case now: send it as If-Match with the next command.",
    POSITION: "Where in the log it is written: send it with a GET to see it there.",
    "Idempotency-Replayed": "`true` when this key was answered before.",
    "Preference-Applied": "`wait` when the read side shows it already.",
}


def routers() -> list[APIRouter]:
    """The command routes of every case type."""
    return [_router(table) for table in TABLES]


def paths(table: Table) -> dict[str, str]:
    """trigger -> its path below /api/v1, with `{code}` in it unless it opens a case."""
    plural = PLURAL[table.case_type]
    found = {
        t: f"/{plural}/{t}" if opens(table, t) else f"/{plural}/{{code}}/{t}"
        for t in table.rows
        if has_route(table, t)
    }
    return {t: "/cases/{code}/reveal" if t in ELSEWHERE else path for t, path in found.items()}


def _router(table: Table) -> APIRouter:
    router = APIRouter(tags=[PLURAL[table.case_type]])
    for trigger, path in paths(table).items():
        if trigger in ELSEWHERE:
            continue
        opening = opens(table, trigger)
        codes = (403, 409, 422) if opening else (403, 404, 409, 412, 422, 428)
        status = 201 if opening else 200
        router.add_api_route(
            path,
            _opening(table, trigger) if opening else _firing(table, trigger),
            methods=["POST"],
            status_code=status,
            operation_id=f"{table.case_type}_{trigger}",
            summary=summary(table, trigger),
            description=description(table, trigger),
            responses={status: shows(Answer, "Recorded.", ANSWERED), **problems(400, *codes)},
            openapi_extra=_example(table, trigger),
        )
    return router


def _example(table: Table, trigger: str) -> dict[str, Any]:
    shown = example(f"{table.case_type}_{trigger}", table, trigger)
    return {"requestBody": {"content": {"application/json": {"example": shown}}}}


def _opening(table: Table, trigger: str) -> Any:
    form = command_form(table, trigger)

    def command(
        context: Here,
        me: Me,
        body: form,  # type: ignore[valid-type]
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        code = body.code or ""  # type: ignore[attr-defined]
        asked = command_of(body, me, context, trigger, case=code, type=table.case_type, key=key or "")
        return carried_out(context, asked, prefer, status=201)

    return command


def _firing(table: Table, trigger: str) -> Any:
    form = command_form(table, trigger)
    type_ = table.case_type

    def command(
        context: Here,
        me: Me,
        code: Code,
        body: form,  # type: ignore[valid-type]
        if_match: IfMatch = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        of_type(context, me, code, type_)
        try:
            expected = version(if_match, code)
        except GridcaseError:
            seen_case(context, me, code)  # what one may not see is not there, however one asks
            raise
        asked = command_of(body, me, context, trigger, case=code, expected=expected, key=key or "")
        return carried_out(context, asked, prefer)

    return command


def _sent(field: str) -> str:
    """Where the body has a field that the service names: facts stand in a member of their own."""
    name = SENT.get(field, field)
    return name if name.partition(".")[0] in BESIDE else f"facts.{name}"


def of_type(context: Context, me: Signed, code: str, type_: str) -> None:
    """Refuse a petition under /disputes, whose triggers may have the same names. Raises NotFound."""
    found = context.names.of_case(code)
    if found != type_:
        seen_case(context, me, code)
        raise NotFound(type_, code, f"It is a {found}: look under /{PLURAL[found]}.")


def done_by(service: Service, command: Command) -> Answer:
    """Do it. What is wrong is told by the names that the body has."""
    try:
        return service.do(command)
    except Invalid as wrong:
        raise wrong.named(_sent) from None
    except NotFound as missing:
        if missing.kind != "policy set":
            raise
        raise Invalid(
            "occurred_at",
            command.at,
            "No policy set that we know was in force then: give a later instant.",
            "此时尚无已知的期限政策，请填较晚的时间。",
        ) from None


def carried_out(context: Context, command: Command, prefer: str | None, status: int = 200) -> Response:
    """Do it, wait for the read side if asked, and answer."""
    done = done_by(context.service, command)
    seconds = wanted_wait(prefer)
    seen = seconds > 0 and context.wait_for(done.position, seconds)
    return answer(
        done,
        status,
        ETag=etag(done.version),
        Location=f"/api/v1/cases/{done.case}" if status == 201 else None,
        Gridcase_Position=done.position,
        Idempotency_Replayed="true" if done.repeated else None,
        Preference_Applied="wait" if seen else None,
    )

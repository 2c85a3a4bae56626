"""The tree of domain/errors.py as RFC 9457 problems: each error has its one status here, and nowhere else.

urn:gridcase:problem:…     status
invalid                    422    field, value, remedy, remedy_zh; `errors`: each field that is wrong
unreadable-body            400    the body is no JSON
bad-cursor                 400    field, value, remedy
not-found                  404    kind, value, remedy
refused                    409    trigger, state, guard, sentence_zh, sentence_en, allowed
not-your-turn              403    the same
not-signed-in              401    remedy (WWW-Authenticate); a page leads to /sign-in instead
access-refused             403    rule, sentence_zh, sentence_en, remedy
version-conflict           412    expected, actual, changes
precondition-required      428    remedy
key-reused                 422    field, value, remedy
conflict, subject-emptied  409    remedy
too-large                  413    remedy
unavailable                503    remedy (Retry-After); without a Chinese font also field and value
log-unreadable, internal   500    remedy of internal: whether it was recorded is not known
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import psycopg
import sqlalchemy.exc
from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.access.refusals import AccessRefused, NotSignedIn
from api.cursor import BadCursor
from api.letters.typeset import FontsMissing
from api.outage import is_outage
from domain.errors import (
    GridcaseError,
    Invalid,
    KeyReused,
    LogUnreadable,
    NotFound,
    NotYourTurn,
    Refused,
    VersionConflict,
    all_of,
    shown,
)
from domain.remedies import OWN_CODE, REFERENCE, REMEDIES, names, wrong
from eventlog.errors import Conflict, SubjectEmptied, Unencodable, Unreadable

logger = logging.getLogger("gridcase.api")

URN = "urn:gridcase:problem:"
MEDIA_TYPE = "application/problem+json"
UNCERTAIN = "Whether a command was recorded is not known: send it again with the same Idempotency-Key, or look at the case first."
SIGN_IN = "Send Authorization: Bearer TOKEN (`gridcase account token` issues one), or sign in at /sign-in."


class PreconditionRequired(GridcaseError):
    """A command on an existing case came without saying which version it looked at."""


class TooLarge(HTTPException):
    """The body is longer than any command."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"The body is longer than {most} bytes. Send one command at a time.")


def problem(status: int, kind: str, title: str, detail: str, /, **more: Any) -> Response:
    """A problem document. `more` are its extension members."""
    told = {"type": URN + kind, "title": title, "status": status, "detail": shown(detail, 2000), **more}
    headers = {503: {"Retry-After": "1"}, 401: {"WWW-Authenticate": 'Bearer realm="gridcase"'}}.get(
        status, {}
    )
    return Response(msgspec.json.encode(told), status, headers, MEDIA_TYPE)


def answer_to(error: Exception) -> Response:
    """The problem document of any error. This is the one mapping."""
    match error:
        case FontsMissing():
            logger.error("letters cannot be set: %s", error)
            more = field_problem(error)
            return problem(503, "unavailable", "No Chinese font is installed", str(error), **more)
        case Invalid():
            more = field_problem(error) | {"errors": [field_problem(one) for one in error.every]}
            return problem(422, "invalid", "A field is not usable", str(error), **more)
        case NotSignedIn():
            return problem(401, "not-signed-in", "Nobody is signed in", f"未登录。{error}", remedy=SIGN_IN)
        case AccessRefused():
            return problem(
                403, "access-refused", "Not like this", str(error), rule=error.rule, remedy=error.remedy,
                sentence_zh=error.sentence_zh, sentence_en=error.sentence_en,
            )  # fmt: skip
        case NotFound():
            more = {"kind": error.kind, "value": shown(error.name), "remedy": error.remedy}
            return problem(404, "not-found", "There is no such thing", str(error), **more)
        case NotYourTurn():
            return problem(403, "not-your-turn", "Not for this post or unit", str(error), **refusal(error))
        case Refused():
            return problem(409, "refused", "A rule says no", str(error), **refusal(error))
        case VersionConflict():
            more = {
                "case": error.case,
                "expected": error.expected,
                "actual": error.actual,
                "changes": error.changes,
            }
            return problem(412, "version-conflict", "Somebody was faster", str(error), **more)
        case PreconditionRequired():
            return problem(
                428, "precondition-required", "Say which version you looked at", str(error), remedy=str(error)
            )
        case BadCursor():
            remedy = "Leave cursor out, or follow the Link header of the page before."
            more = field_problem(
                Invalid("cursor", error.cursor, remedy, "请去掉 cursor，或使用上一页 Link 头中的地址。")
            )
            return problem(400, "bad-cursor", "The cursor is not usable", str(error), **more)
        case KeyReused():
            more = field_problem(
                Invalid(
                    "Idempotency-Key", error.key, "Take a new key for a new command.", "新的操作请用新的键。"
                )
            )
            return problem(422, "key-reused", "The key was used for another command", str(error), **more)
        case Conflict():
            return problem(
                409, "conflict", "Somebody was faster", str(error), remedy="Read again, then decide anew."
            )
        case SubjectEmptied():
            return problem(
                409,
                "subject-emptied",
                "This person's data was erased",
                str(error),
                remedy="Take a new reference.",
            )
        case Unencodable():
            more = field_problem(Invalid(error.field, None, str(error), REMEDIES["unusable"].zh))
            return problem(422, "invalid", "A field is not usable", str(error), **more)
        case LogUnreadable() | Unreadable():
            logger.error("the log cannot be read: %s", error)
            return problem(
                500,
                "log-unreadable",
                "The log cannot be read",
                "An event has an unknown form; it was logged which.",
            )
        case HTTPException():
            return of_http(error)
    if isinstance(error, sqlalchemy.exc.StatementError):
        error.hide_parameters = True  # what people wrote belongs into no log file
    if is_outage(error):
        logger.error("the database does not answer: %s", error)
        return problem(
            503, "unavailable", "The database does not answer", "It can be neither written nor read at the moment.",
            remedy=f"Try again in a moment. {UNCERTAIN}",
        )  # fmt: skip
    logger.error("unexpected error", exc_info=error)
    return problem(500, "internal", "Something went wrong here", "It was logged.", remedy=UNCERTAIN)


def of_http(error: HTTPException) -> Response:
    """What Starlette itself refuses: unknown address or method, an unreadable body."""
    kinds = {400: "unreadable-body", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
    kind = kinds.get(error.status_code, "http")
    answer = problem(
        error.status_code, kind, str(error.detail), str(error.detail), remedy="See /docs for what there is."
    )
    answer.headers.update(error.headers or {})
    return answer


def of_request(error: RequestValidationError) -> Response:
    """Every field that is wrong, in the same form as `Invalid`."""
    found = all_of([in_words(one) for one in error.errors()])
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return problem(400, "unreadable-body", "The body is no JSON", found.remedy, **field_problem(found))
    return answer_to(found)


# What pydantic calls a mistake -> the remedy for it.
KINDS = {
    "missing": "missing", "extra_forbidden": "unknown_here", "json_invalid": "json",
    "string_type": "text", "string_too_long": "text_length", "string_too_short": "blank",
    "string_unicode": "text_characters", "string_pattern_mismatch": "code", "too_long": "list_length",
    "greater_than_equal": "at_least", "greater_than": "at_least", "less_than_equal": "at_most", "less_than": "at_most",
    "enum": "choice", "literal_error": "choice", "list_type": "list", "dict_type": "record_here",
    "model_type": "record_here", "model_attributes_type": "record_here",
}  # fmt: skip
STEMS = {
    "int": "number",
    "float": "number",
    "bool": "boolean",
    "date": "day",
    "datetime": "instant",
    "timezone": "instant",
}


def in_words(error: Mapping[str, Any]) -> Invalid:
    """One error of pydantic as field, value and remedy."""
    where = [str(part) for part in error["loc"]]
    field = ".".join(where[1:] if where[:1] == ["body"] and len(where) > 1 else where)
    kind, told = str(error["type"]), error.get("ctx", {})
    remedy = KINDS.get(kind) or (kind if kind in REMEDIES else STEMS.get(kind.partition("_")[0], "unusable"))
    pattern = str(told.get("pattern", ""))
    if pattern.endswith(REFERENCE):
        remedy = "reference"
    elif pattern == OWN_CODE:
        remedy = "own_code"
    words = {
        "choices": names(re.findall("'([^']*)'", str(told.get("expected", "")))),
        "least": told.get("ge", told.get("gt", "")),
        "most": told.get("le", told.get("lt", told.get("max_length", ""))),
    }
    value = None if kind in ("missing", "json_invalid") else error.get("input")
    return wrong(field, value, remedy, **words)


def field_problem(error: Invalid) -> dict[str, Any]:
    """A wrong field as members of a problem."""
    told = {"field": shown(error.field), "value": shown(error.value), "remedy": shown(error.remedy, 2000)}
    return told | {"remedy_zh": shown(error.remedy_zh or REMEDIES["unusable"].zh, 2000)}


def refusal(error: Refused) -> dict[str, Any]:
    return {
        "trigger": error.trigger,
        "state": error.state,
        "guard": error.guard,
        "sentence_zh": error.sentence_zh,
        "sentence_en": error.sentence_en,
        "allowed": error.allowed,
    }


def install(app: FastAPI, seen: Callable[[Request, Response], Awaitable[Response]]) -> None:
    """Make the app answer every error with its problem; `seen` makes of it what the client wants to see."""

    async def answer(request: Request, error: Exception) -> Response:
        told = of_request(error) if isinstance(error, RequestValidationError) else answer_to(error)
        return await seen(request, told)

    kinds = (GridcaseError, PersistenceError, HTTPException, RequestValidationError, sqlalchemy.exc.SQLAlchemyError,
             psycopg.Error, sqlite3.Error, Exception)  # fmt: skip
    for kind in kinds:
        app.add_exception_handler(kind, answer)

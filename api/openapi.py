"""The API document (OpenAPI 3.1): the committed docs/openapi.json is this text, and a test compares them.

Shapes of answers are the structs that are encoded, so that the document cannot promise another thing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.samples import BODIES

REF = "#/components/schemas/{name}"
SHOWN: dict[str, type[Any]] = {}  # name -> struct of an answer


class FieldProblem(msgspec.Struct):
    """One field that is wrong."""

    field: str
    value: Any
    remedy: str
    remedy_zh: str


class Problem(msgspec.Struct, omit_defaults=True):
    """RFC 9457. Which of the further members are there depends on `type` (api/errors.py has the list)."""

    type: str
    title: str
    status: int
    detail: str
    field: str = ""
    value: Any = None
    remedy: str = ""
    remedy_zh: str = ""
    errors: list[FieldProblem] = []
    trigger: str = ""
    state: str = ""
    guard: str = ""
    sentence_zh: str = ""
    sentence_en: str = ""
    allowed: list[str] = []
    case: str = ""
    expected: int = 0
    actual: int = 0
    changes: list[dict[str, Any]] = []
    kind: str = ""
    rule: str = ""


def shows(struct: Any, text: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """An answer of this shape, for `responses=`."""
    answer: dict[str, Any] = {
        "description": text,
        "content": {"application/json": {"schema": _schema(struct)}},
    }
    if headers:
        answer["headers"] = {
            name: {"description": said, "schema": {"type": "string"}} for name, said in headers.items()
        }
    return answer


def _schema(struct: Any) -> dict[str, Any]:
    if getattr(struct, "__origin__", None) is list:
        return {"type": "array", "items": _schema(struct.__args__[0])}
    if struct is dict:
        return {"type": "object"}
    SHOWN[struct.__name__] = struct
    return {"$ref": REF.format(name=struct.__name__)}


PROBLEMS = {
    401: ("NotSignedIn", "Nobody is signed in."),
    400: ("Unreadable", "The address, the body or a cursor cannot be read."),
    403: (
        "NotYourTurn",
        "Not for this post or unit (`allowed` tells what is), or not in this office or by this token.",
    ),
    404: ("NotFound", "There is no such thing."),
    409: ("Refused", "A rule says no: which, in a sentence, and what is allowed instead."),
    412: ("VersionConflict", "Somebody was faster: `changes` tells what was recorded meanwhile."),
    413: ("TooLarge", "The body is longer than any command."),
    422: ("Invalid", "A field is not usable: field, value and remedy."),
    428: ("PreconditionRequired", "If-Match is missing."),
    503: (
        "Unavailable",
        "The database does not answer at the moment: `Retry-After` tells when to ask again.",
    ),
}
EVERYWHERE = (400, 401, 403, 422, 503)  # whatever is asked may be answered so
NAMES = {text: name for name, text in PROBLEMS.values()}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for `responses=`."""
    shape = {"application/problem+json": {"schema": _schema(Problem)}}
    return {status: {"description": PROBLEMS[status][1], "content": shape} for status in statuses}


def described(app: FastAPI) -> dict[str, Any]:
    """The document of this app."""
    if app.openapi_schema is None:
        told = get_openapi(
            title=app.title, version=app.version, summary=app.summary, description=app.description,
            routes=app.routes, tags=app.openapi_tags,
        )  # fmt: skip
        schemas = told.setdefault("components", {}).setdefault("schemas", {})
        _, shapes = msgspec.json.schema_components(list(SHOWN.values()), ref_template=REF)
        for name in shapes.keys() & schemas.keys():  # what is sent and what is answered, both called Answer
            _rename(told, name, f"{name}Sent")
        schemas.update(shapes)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        told["components"]["schemas"] = dict(sorted(schemas.items()))
        _guarded(told)
        _untitled(told["components"])
        _untitled(told["paths"])
        _once(told)
        app.openapi_schema = told
    return app.openapi_schema


SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token with scope `read` or `act` (`gridcase account token`, or the page /me).",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "gridcase",
        "description": "A browser's session (/sign-in); over https the cookie is called `__Host-gridcase`. What changes "
        "something then carries `Gridcase-CSRF`.",
    },
}
CHOICE = {
    "name": "Gridcase-Office",
    "in": "header",
    "required": False,
    "description": "In which of several offices you act: `handler@330604-100`.",
    "schema": {"type": "string"},
}


def _guarded(told: dict[str, Any]) -> None:
    """Say of every operation of the API how to tell who is there, and what happens otherwise."""
    told["components"]["securitySchemes"] = SECURITY
    told["security"] = [{name: []} for name in SECURITY]
    for path, operations in told["paths"].items():
        for operation in operations.values():
            if not path.startswith("/api/"):
                operation["security"] = []
                continue
            operation.setdefault("parameters", []).append(dict(CHOICE))
            for status, problem in problems(*EVERYWHERE, *(413,) * ("requestBody" in operation)).items():
                operation["responses"].setdefault(str(status), problem)
            operation["responses"] = dict(sorted(operation["responses"].items()))
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content.setdefault("example", BODIES.get(operation["operationId"]))


def _once(told: dict[str, Any]) -> None:
    """Say once what many operations share: problems, what a command answers, headers that are asked for."""
    counted = Counter(_text(part) for _, part in _parts(told))
    shared: dict[str, dict[str, Any]] = {"responses": {}, "parameters": {}}
    for kind, part in _parts(told):
        if counted[_text(part)] < 5 or "$ref" in part:
            continue
        known = [n for n, one in shared[kind].items() if _text(one) == _text(part)]
        name = known[0] if known else _name(kind, part, shared[kind])
        shared[kind].setdefault(name, dict(part))
        part.clear()
        part["$ref"] = f"#/components/{kind}/{name}"
    told["components"] |= {kind: dict(sorted(found.items())) for kind, found in shared.items()}


def _parts(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in told["paths"].values():
        for operation in path.values():
            yield from (("parameters", one) for one in operation.get("parameters", ()))
            yield from (("responses", one) for one in operation["responses"].values())


def _name(kind: str, part: dict[str, Any], taken: dict[str, Any]) -> str:
    said = part["name"] if kind == "parameters" else part["description"]
    stem = re.sub(
        r"[^A-Za-z]", "", NAMES.get(said, said).title() if said[0].islower() else NAMES.get(said, said)
    )
    return (
        stem if stem not in taken else next(f"{stem}{n}" for n in range(2, 99) if f"{stem}{n}" not in taken)
    )


def _rename(told: dict[str, Any], old: str, new: str) -> None:
    """Give a schema of what is sent another name, wherever it is referred to: answers refer to their own of that name."""
    schemas = told["components"]["schemas"]
    schemas[new] = schemas.pop(old)
    operations = [operation for path in told["paths"].values() for operation in path.values()]
    sent = [operation.get(part) for operation in operations for part in ("parameters", "requestBody")]
    todo: list[Any] = [sent, schemas]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            if part.get("$ref") == REF.format(name=old):
                part["$ref"] = REF.format(name=new)
            todo += part.values()
        elif isinstance(part, list):
            todo += part


def _untitled(part: Any) -> None:
    """Take away the titles that pydantic makes of names: they say nothing that the name does not. Examples keep theirs."""
    inside = part if isinstance(part, list) else ()
    if isinstance(part, dict):
        inside = [inner for name, inner in part.items() if name not in ("example", "examples")]
    for inner in inside:
        if isinstance(inner, dict) and isinstance(inner.get("title"), str):
            del inner["title"]
        _untitled(inner)


def _text(part: dict[str, Any]) -> str:
    return json.dumps(part, sort_keys=True)


def document() -> str:
    """The text of docs/openapi.json. Opens no database."""
    from api.app import create_app

    return json.dumps(described(create_app()), ensure_ascii=False, indent=1) + "\n"

"""Letters of a case: which there may be and are, a preview, an issued one again. Issuing is a command like the others.

A preview names nobody and records nothing. An issued letter names people: who has it, and for what, is recorded first.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.access.sight import seen_case
from api.access.signed import Me
from api.fields import Form, Reference, Text
from api.forms import ActorForm, actor_of
from api.headers import answer, etag
from api.here import Here
from api.letters.views import LettersView, letters_view
from api.openapi import problems, shows
from api.routes.commands import Code
from domain.letter import LetterKind

router = APIRouter(prefix="/cases", tags=["cases"])

Place = Annotated[int, Field(ge=0, le=10_000)]
Number = Annotated[int, Path(ge=1, le=10_000, description="Which letter of the case, counted from 1.")]
IDENTICAL = "Gridcase-Letter-Identical"


def _pdf(text: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """An answer that is a file."""
    told: dict[str, Any] = {
        "description": text,
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
    if headers:
        told["headers"] = {
            n: {"description": said, "schema": {"type": "string"}} for n, said in headers.items()
        }
    return told


class PreviewForm(Form):
    """The letter that somebody wants to see: the facts of `issue_letter`."""

    kind: LetterKind
    addressee: Reference | None = None
    letter: Place = 0
    session: Place = 0
    draft: dict[str, Any] = Field({}, max_length=20)


class CopyForm(Form):
    """Who wants an issued letter, and for what purpose."""

    actor: ActorForm | None = None
    purpose: Annotated[Text, Field(min_length=1)]


@router.get(
    "/{code}/letters",
    operation_id="case_letters",
    summary="案件文书 · Letters of a case",
    responses={
        200: shows(
            LettersView, "What may be issued now, and what was.", {"ETag": "The version of the case."}
        ),
        **problems(404, 422),
    },
)
def case_letters(context: Here, me: Me, code: Code) -> Response:
    """Issue one by `issue_letter`; the facts of a decision that is not recorded yet go into `draft`."""
    case = seen_case(context, me, code)
    return answer(letters_view(case), ETag=etag(case.version))


@router.post(
    "/{code}/letters/preview",
    operation_id="case_letter_preview",
    summary="预览文书 · Preview a letter",
    response_class=Response,
    responses={200: _pdf("The letter without names and number."), **problems(400, 404, 409, 422)},
)
def preview(context: Here, me: Me, code: Code, body: PreviewForm) -> Response:
    """How the letter would look. Nobody's data is read and nothing is recorded."""
    facts = body.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    content = context.letters.pdf(seen_case(context, me, code), facts, context.now())
    return Response(content, 200, {"Cache-Control": "no-store"}, "application/pdf")


@router.post(
    "/{code}/letters/{number}/copy",
    operation_id="case_letter_copy",
    summary="调取文书 · Have an issued letter",
    response_class=Response,
    responses={
        200: _pdf(
            "Recorded, then shown.",
            {
                IDENTICAL: "`true`: the file that was issued, byte for byte; `false`: the same words, set otherwise."
            },
        ),
        **problems(400, 403, 404, 409, 422),
    },
)
def copy(context: Here, me: Me, code: Code, number: Number, body: CopyForm) -> Response:
    """An issued letter again: 404 when a person in it was erased or corrected since, for then it cannot be what it was."""
    seen_case(context, me, code)  # what one may not see is not there, however one asks
    found = context.letters.copy(code, number, actor_of(me, body.actor), body.purpose)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f"attachment; filename=letter.pdf; filename*=UTF-8''{quote(found.name)}",
        "Gridcase-Position": str(context.service.log.head()),
        IDENTICAL: "true" if found.identical else "false",
    }
    return Response(found.content, 200, headers, "application/pdf")

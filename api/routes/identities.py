"""Who stands behind a reference. The only route that answers with a name, and every reading of it is recorded."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from api.access.sight import acting_scope
from api.access.signed import Me
from api.fields import Form, Reference, Text
from api.forms import ActorForm, actor_of
from api.headers import answer
from api.here import Here
from api.openapi import problems, shows
from api.routes.commands import Code
from eventlog.identity import Identity
from workflows.command import Command

router = APIRouter(prefix="/cases", tags=["cases"])


class RevealForm(Form):
    """Who asks, about whom, and for what purpose."""

    actor: ActorForm | None = None
    subject: Reference
    purpose: Annotated[Text, Field(min_length=1)]


class Revealed(msgspec.Struct):
    """The identity behind a reference."""

    subject: Identity


@router.post(
    "/{code}/reveal",
    operation_id="case_reveal",
    summary="查看身份信息 · Reveal an identity",
    responses={200: shows(Revealed, "Recorded, then shown."), **problems(400, 403, 404, 409, 422)},
)
def reveal(context: Here, me: Me, code: Code, body: RevealForm) -> Response:
    """Read who stands behind a reference of this case. Who read it, and why, is recorded first."""
    actor = actor_of(me, body.actor)
    scope = acting_scope(context, me, actor, code)
    command = Command("reveal", code, actor, {"purpose": body.purpose}, scope=scope)
    shown = Revealed(context.service.reveal(command, body.subject))
    position = (
        context.service.log.head()
    )  # the reading itself is an event: who goes on to the history will see it
    return answer(shown, Cache_Control="no-store", Gridcase_Position=position)

"""Who stands behind a reference: shown on a page of its own, after the reading was recorded, and kept nowhere.

The form that asks for the purpose is the trigger's own (trigger.py).
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from api.access.signed import Me
from api.here import Here
from api.pages.live import Live
from api.pages.sheets import Form, Sheet
from api.pages.shell import page
from api.pages.trigger import case_and_table, shown, source_of
from api.pages.typed import Posted
from api.parties import called
from eventlog.identity import Identity
from workflows.command import Command
from workflows.service import Service

router = APIRouter()


@router.post("/cases/{code}/reveal")
def reveal(request: Request, context: Here, me: Me, code: str, typed: Posted) -> Response:
    """Record the reading, then show; or the form again."""
    following = Live.of(context, code)
    case, table = case_and_table(context, me, code, "reveal")
    found = Form(context, me, table, "reveal", case, typed, source_of(request)).send(revealed)
    if isinstance(found, Sheet):
        return shown(request, context, me, case, found, following)
    names = called(case.parties)
    return page(
        request, context, me, "reveal.html", case=case, identity=found, name=names.get(found.subject_id)
    )


def revealed(service: Service, command: Command) -> Identity:
    """Each look is a reading of its own: it goes without a key that would let it be answered twice and recorded once."""
    return service.reveal(replace(command, key=""), str(command.facts["subject"]))

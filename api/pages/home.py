"""The first address: on to one's work, or to the sign-in."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.access.signed import Visitor
from api.pages.shell import see_other

router = APIRouter()


@router.get("/")
def home(me: Visitor) -> Response:
    """To one's work when signed in."""
    return see_other("/work" if me else "/sign-in")

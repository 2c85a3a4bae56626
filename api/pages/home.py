"""The first address: on to one's work, or to the sign-in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.pages.shell import see_other

router = APIRouter()


@router.get("/")
def home(request: Request) -> Response:
    """To one's work when signed in."""
    signed: Any = getattr(request.state, "signed", None)
    return see_other("/work" if signed else "/sign-in")

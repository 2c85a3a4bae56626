"""The application behind FastAPI: uvicorn benchmarks.peers.tutorial.app:app."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from eventsourcing.persistence import IntegrityError
from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel

from benchmarks.peers.tutorial.cases import Disputes, Refused

app = FastAPI()
disputes = Disputes()


class Actor(BaseModel):
    user: str
    post: str
    unit: str


class Fire(BaseModel):
    actor: Actor
    facts: dict[str, str] = {}


@app.post("/cases/{code}/{trigger}")
def fire(
    code: str,
    trigger: Literal["suspend", "resume"],
    body: Fire,
    response: Response,
    if_match: Annotated[str, Header()],
) -> dict[str, Any]:
    try:
        at = datetime.now(tz=UTC)
        found = disputes.fire(
            code, trigger, int(if_match.strip('"')), body.actor.model_dump(), body.facts, at
        )
    except Refused as refused:
        raise HTTPException(409, str(refused)) from refused
    except (LookupError, IntegrityError) as conflict:
        raise HTTPException(412, str(conflict)) from conflict
    response.headers["ETag"] = f'"{found.version}"'
    return {
        "case": found.code,
        "trigger": trigger,
        "version": found.version,
        "state": found.state,
        "holder": found.holder,
        "recorded_at": found.modified_on,
    }


@app.get("/cases/{code}/history")
def history(code: str) -> dict[str, Any]:
    return {"items": disputes.history(code)}

"""What docs/openapi.json promises is kept for every post: no 5xx, no answer in a status, a type or a shape that it does not tell.

Requests are made from the document by schemathesis, always the same ones. `GRIDCASE_API_EXAMPLES=50` makes fifty of each
kind for every operation instead of one.
"""

from __future__ import annotations

import contextlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access.signed import COOKIE
from tests.support.workbench import COUNTY, PEOPLE, Workbench, two_cases

ROOT = Path(__file__).parents[2]
EXAMPLES = int(os.environ.get("GRIDCASE_API_EXAMPLES", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OURS = (
    "authorization",
    "gridcase-office",
    "gridcase-csrf",
)  # headers that say who asks: nothing is made up there
UNENDING = "events"  # a stream has no end to wait for: tests/api/test_events.py looks at it
STRANGER = ""
FEW = ("zheng.head", "xu.auditor", STRANGER)  # what is wrong in itself is wrong for everybody
KNOWN = {"name": "containment", "id": "CN-2022", "version": 1, "type": "petition", "number": 1}


@cache
def operations() -> dict[str, list[Any]]:
    """The document's operations by tag. Without a tag: what tells how the house is."""
    config = schemathesis.Config()
    config.projects.default.generation.update(with_security_parameters=False)
    told = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    found: dict[str, list[Any]] = {}
    document: Any = schemathesis.openapi.from_dict(told, config=config)
    for one in document.get_all_operations():
        operation = one.ok()
        found.setdefault((operation.tags or ["house"])[0], []).append(operation)
    return found


@pytest.mark.timeout(60 + 60 * EXAMPLES)
@pytest.mark.parametrize("tag", sorted(operations()))
def test_every_operation_answers_as_the_document_says(module_bench: Workbench, tag: str) -> None:
    dispute, petition = two_cases(module_bench)
    codes = {"disputes": dispute, "petitions": petition, "cases": dispute, "units": COUNTY}
    wrong: dict[str, str] = {}
    with TestClient(module_bench.app, raise_server_exceptions=False, follow_redirects=False) as client:
        for operation in operations()[tag]:
            if operation.definition.raw["operationId"] == UNENDING:
                continue
            for mode in GenerationMode:
                for case in cases(operation, mode):
                    if mode is GenerationMode.POSITIVE:
                        aimed(case, codes)
                    for user in (STRANGER, *PEOPLE) if mode is GenerationMode.POSITIVE else FEW:
                        for said in held_against(client, case, module_bench, user):
                            wrong.setdefault(f"{operation.label}: {said}"[:600], user or "a stranger")
    assert wrong == {}


def cases(operation: Any, mode: GenerationMode) -> list[Any]:
    """Requests of this kind, always the same."""
    made: list[Any] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode))
    def collect(case: Any) -> None:
        made.append(case)

    if mode is GenerationMode.POSITIVE:
        collect()
    else:
        with contextlib.suppress(Unsatisfiable):  # it asks for nothing that could be wrong
            collect()
    return made


def aimed(case: Any, codes: dict[str, str]) -> None:
    """Send a request that would be right to something that is there: made-up codes meet nothing."""
    for name in case.path_parameters:
        plural = case.operation.path.split("/")[3]
        case.path_parameters[name] = codes[plural] if name == "code" else KNOWN[name]
    if "unit" in (case.query or {}):
        case.query["unit"] = COUNTY
    if "{code}" in case.operation.path:
        case.headers["If-Match"] = "*"


def held_against(client: TestClient, case: Any, bench: Workbench, user: str) -> list[str]:
    """What this person's answer has that the document does not tell."""
    sent = case.as_transport_kwargs(base_url="http://testserver")
    headers = {name: value for name, value in sent["headers"].items() if name.lower() not in OURS}
    client.cookies.clear()
    if user:
        headers |= {"Cookie": f"{COOKIE}={bench.session(user)}", "Gridcase-CSRF": f"csrf-of-{user}"}
    raw = {"content": sent.pop("data")} if isinstance(sent.get("data"), bytes) else {}
    answer = client.request(**sent | raw | {"headers": headers, "cookies": None})
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as failed:
        return [f"{answer.status_code}: {one}" for one in failed.exceptions]
    return []

"""The API document: committed, complete, and a page that asks no third party."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from jsonschema_rs import Draft202012Validator

from api import openapi
from api.examples import EXAMPLES
from api.samples import example
from workflows.dispute import DISPUTE
from workflows.facts import complete, take
from workflows.petition import PETITION

document = cache(openapi.document)
ROOT = Path(__file__).parents[2]
PROGRAM_ONLY = {"miss_deadline", "absorb", "release", "lapse"}


def test_the_committed_document_is_what_the_code_tells():
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert committed == document(), "Run `make docs`, read the difference, and commit it."


def test_every_trigger_has_its_route_but_those_that_only_the_program_fires():
    told = json.loads(document())
    operations = {one["operationId"] for path in told["paths"].values() for one in path.values()}
    for table in (DISPUTE, PETITION):
        expected = {f"{table.case_type}_{trigger}" for trigger in set(table.rows) - PROGRAM_ONLY - {"reveal"}}
        assert {one for one in operations if one.startswith(f"{table.case_type}_")} == expected
    assert told["openapi"].startswith("3.1")
    assert "case_reveal" in operations
    assert set(EXAMPLES) <= operations


def test_an_operation_tells_its_conditions_in_both_languages_and_its_deadlines():
    told = json.loads(document())["paths"]["/api/v1/disputes/{code}/open_mediation"]["post"]
    assert told["summary"] == "开始调解 · Open mediation"
    for said in ("dispute.mediation_opened", "须先指定主持调解员", "chair_named", "`D-WORK`", "holder:"):
        assert said in told["description"]
    for status in ("200", "403", "404", "409", "412", "422", "428"):
        assert status in told["responses"]


def test_the_documentation_page_and_all_it_loads_come_from_here(web):
    page = web.client.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    assert loaded
    for address in loaded:
        assert address.startswith("/"), f"{address} is not ours"
        assert web.client.get(address).status_code == 200
    assert not re.search(r"https?://", page.text)


def test_what_is_sent_and_what_is_answered_have_names_of_their_own_and_examples_are_whole():
    told = json.loads(document())
    schemas = told["components"]["schemas"]
    assert (
        schemas["AnswerSent"]["enum"] == ["yes", "no", "unanswered"]
        and "recorded_at" in schemas["Answer"]["properties"]
    )
    body = told["paths"]["/api/v1/disputes/report"]["post"]["requestBody"]["content"]["application/json"]
    assert body["example"]["facts"] == EXAMPLES["dispute_report"]["facts"]


def test_every_body_has_an_example_that_is_valid_and_every_status_a_shape_and_a_sentence():
    told = json.loads(document())
    missing, wrong = [], []
    for path, ways in told["paths"].items():
        for way, operation in ways.items():
            name = operation["operationId"]
            if not operation["summary"] or (path.startswith("/api") and not operation.get("description")):
                missing.append(f"{name}: no words")
            for status, answer in operation["responses"].items():
                kinds = resolved(told, answer)
                if not kinds["description"] or not all(
                    one.get("schema") for one in kinds["content"].values()
                ):
                    missing.append(f"{name} {status}")
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = content["schema"] | {"components": told["components"]}
                if content.get("example") is None:
                    missing.append(f"{name}: no example")
                elif found := [
                    one.message for one in Draft202012Validator(schema).iter_errors(content["example"])
                ]:
                    wrong.append((name, found))
            assert way in ("get", "post")
    assert (missing, wrong) == ([], [])


def test_the_facts_of_every_example_are_taken_as_the_workflow_takes_them():
    for table in (DISPUTE, PETITION):
        for trigger in set(table.rows) - PROGRAM_ONLY - {"reveal"}:
            facts = example(f"{table.case_type}_{trigger}", table, trigger).get("facts", {})
            complete(table.asks[trigger], take(table.events[trigger], table.asks[trigger], facts))


def resolved(told, part):
    return told["components"]["responses"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def test_docs_api_md_tells_every_path():
    told = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    paths = json.loads(document())["paths"]
    commands = re.compile(r"^/api/v1/(disputes|petitions)/")
    missing = [
        path for path in paths if not commands.match(path) and path.removeprefix("/api/v1") not in told
    ]
    assert missing == []

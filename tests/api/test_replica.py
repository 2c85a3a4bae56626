"""People may read from another database than the one that commands write: they see what is there, and wait for it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.context import opened
from gridcase.settings import Settings
from tests.api.conftest import Web
from tests.support.accounts import People
from tests.support.township import Now, at
from tests.support.waiting import eventually


@pytest.fixture
def copied(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes a copy of the database as it is now, as a replica that has fallen behind; answers with its URL."""

    def copy() -> str:
        if database_url.startswith("sqlite"):
            shutil.copyfile(tmp_path / "log.db", tmp_path / "replica.db")
            return f"sqlite:///{tmp_path / 'replica.db'}"
        server, _, name = database_url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}_replica TEMPLATE {name}")
        return f"{server}/{name}_replica"

    return copy


def test_lists_come_from_the_replica_and_commands_go_to_the_database(database_url, copied):
    told = Settings(
        database_url=database_url, worker_inside=True, cursor_key=SecretStr("for tests"), read_wait_seconds=0.3,
        master_key=SecretStr(secrets.token_hex(32)), sweep_every_seconds=3600,
    )  # fmt: skip
    with opened(told, Now(at(3, 2))):
        pass  # makes the tables
    elsewhere = told.model_copy(update={"read_database_url": copied()})
    with opened(elsewhere, Now(at(3, 2))) as context, TestClient(create_app(context=context)) as client:
        web = Web(client, People(context.accounts, context.door.forget))
        web.found()
        code = web.report()
        head = context.service.log.head()
        assert eventually(lambda: context.runner.position() == head)
        assert context.service.case(code).state == "reported"
        listed = client.get("/api/v1/worklist", headers={"Gridcase-Position": str(head)})
        assert listed.json()["items"] == [] and listed.headers["Gridcase-Read-Position"] == "0"
        ready = client.get("/readyz").json()
        assert (ready["position"], ready["lag"]) == (0, head)
        assert context.seen.standing(context.now()).lags["facts"].events == head


def test_without_a_replica_people_read_where_commands_write(context):
    assert context.seen is context.runner and context.reads is context.runner.engine

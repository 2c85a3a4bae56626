"""eventlog/roles.sql: the program's role on PostgreSQL does its work and cannot change history."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

import eventlog
from eventlog.log import CommandRecord, open_log
from eventlog.subjects import Emptied, Identity
from tests.support.chain import broken_at
from tests.support.keys import KEYS
from tests.support.notebook import Notebook

ROLES = Path(eventlog.__path__[0]) / "roles.sql"
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def owner(postgres_url):
    """The log as who made the tables, with a first event."""
    log = open_log(postgres_url, keys=KEYS)
    log.prepare()
    log.append(Notebook("before"))
    for _ in range(2):  # again after an upgrade
        with psycopg.connect(postgres_url) as connection:
            connection.execute(ROLES.read_text(encoding="utf-8"))
    yield log
    log.close()


@pytest.fixture
def app_url(owner, postgres_url):
    """The URL of a login that is in the program's role and in no other."""
    name = f"server_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN IN ROLE gridcase_app")
    return postgres_url.replace("gridcase@", f"{name}@")


def test_the_programs_role_does_all_of_its_work(owner, app_url):
    log = open_log(app_url, keys=KEYS)
    log.prepare()
    for n in range(6):
        log.append(Notebook(f"alone {n}"), command=CommandRecord(f"{n}", "d", b""))
    with log.batch():
        for n in range(120):
            log.append(Notebook(f"batch {n}"), identities=[Identity("p", "person", "王某")])
    log.subjects.put(Identity("p", "person", "王大"))
    log.subjects.empty("p", NOON)
    assert not log.subjects.scrub()
    assert isinstance(log.subjects.get(["p"])["p"], Emptied)
    with psycopg.connect(app_url) as connection:
        connection.execute("CREATE TABLE read_table_of_the_program (position bigint)")
    assert log.head() == 127
    assert broken_at(log) is None
    assert owner.subjects.scrub()
    log.close()


def test_every_table_of_the_log_has_the_owner(owner):
    found = owner.recorder.query("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert {owner for _, owner in found} == {"gridcase_owner"}, f"roles.sql names not all of {found}"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET topic = 'x'", "DELETE FROM events", "TRUNCATE events", "DROP TABLE events",
        "ALTER TABLE events DISABLE TRIGGER events_never_change", "DROP TRIGGER events_never_change ON events",
        "SET session_replication_role = replica", "UPDATE commands SET answer = ''", "DELETE FROM commands",
        "DELETE FROM subjects", "TRUNCATE subjects", "INSERT INTO hash_suites VALUES (9, 'none')",
        "UPDATE log_schema SET version = 9", "CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger "
        "LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    ],
)  # fmt: skip
def test_the_programs_role_cannot_change_history(app_url, statement):
    with psycopg.connect(app_url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE events SET topic = 'x'", "DELETE FROM events", "TRUNCATE events"]
)
def test_the_triggers_refuse_it_to_the_owner_as_well(owner, postgres_url, statement):
    with psycopg.connect(postgres_url) as connection:
        connection.execute("SET ROLE gridcase_owner")
        with pytest.raises(errors.RaiseException, match="append-only"):
            connection.execute(statement)

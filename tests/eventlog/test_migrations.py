"""A database of the first version is brought to this one, whole or not at all; a new one is the same as an upgraded one."""

import importlib
import sqlite3
from uuid import uuid4

import psycopg
import pytest

from eventlog.errors import Unavailable
from eventlog.log import CommandRecord, open_log
from eventlog.migrations import SCHEMA_VERSION
from tests.support.chain import broken_at
from tests.support.notebook import Notebook

first = importlib.import_module("eventlog.migrations.versions.v0001_tables")

BOOK = Notebook.create_id("of the first version")
EVENTS = [
    (1, BOOK, 1, "notebook.opened", b'{"originator_topic":"notebook","title":"of the first version"}'),
    *((n, BOOK, n, "notebook.noted", b'{"line":"%d"}' % n) for n in range(2, 7)),
]
WHEN = "2025-03-01T12:00:00.000007+00:00"


@pytest.fixture
def old_url(database_url):
    """A database as version 1 left it."""
    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            for statement in first.SQLITE.split("\n--\n"):
                connection.execute(statement)
            rows = [(p, str(i), v, t, WHEN, s) for p, i, v, t, s in EVENTS]
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.execute("INSERT INTO commands VALUES ('key', 'd', x'01', ?)", (WHEN,))
            connection.execute("INSERT INTO subjects VALUES ('p', 'person', x'7b7d', NULL)")
        connection.close()
    else:
        with psycopg.connect(database_url) as server:
            for statement in first.POSTGRESQL.split("\n--\n"):
                server.execute(statement)
            for p, i, v, t, s in EVENTS:
                server.execute("INSERT INTO events VALUES (%s, %s, %s, %s, %s, %s)", (p, i, v, t, WHEN, s))
            server.execute("INSERT INTO commands VALUES ('key', 'd', '\\x01', %s)", (WHEN,))
            server.execute("INSERT INTO subjects VALUES ('p', 'person', '\\x7b7d', NULL)")
    return database_url


def tables(log):
    """What the database says of the log's tables, without the order in which it was told."""
    if type(log.recorder).__name__ == "SQLiteRecorder":
        found = log.recorder.query("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return {name: " ".join(sql.replace('"', "").split()) for name, sql in found}
    columns = log.recorder.query(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
    )
    constraints = log.recorder.query(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1"
    )
    indexes = log.recorder.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
    triggers = log.recorder.query(
        "SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger ORDER BY 1"
    )
    return columns, constraints, indexes, triggers


def test_history_of_the_first_version_is_chained_and_goes_on(old_url, monkeypatch):
    monkeypatch.setattr("eventlog.migrations.AT_ONCE", 4)  # more than one page
    log = open_log(old_url)
    log.prepare()
    assert broken_at(log) is None
    assert log.load(BOOK).lines == ["2", "3", "4", "5", "6"]
    assert log.answer_of("key") == CommandRecord("key", "d", b"\x01")
    assert log.recorder.schema_version() == SCHEMA_VERSION  # which a program of the first version refuses
    assert log.read(0)[0].recorded_at.isoformat() == WHEN
    book = log.load(BOOK)
    book.note("of this version")
    assert log.append(book).positions == (7,)
    assert broken_at(log) is None
    with pytest.raises(Exception, match="append-only"):
        log.recorder.query("DELETE FROM events")
    log.prepare()
    assert log.head() == 7
    log.close()


def test_an_upgraded_database_is_the_same_as_a_new_one(old_url, tmp_path, request):
    upgraded = open_log(old_url)
    upgraded.prepare()
    if old_url.startswith("sqlite"):
        new = open_log(f"sqlite:///{tmp_path / 'new.db'}")
    else:
        new = open_log(request.getfixturevalue("postgres_cluster").fresh())
    new.prepare()
    assert tables(upgraded) == tables(new)
    upgraded.close()
    new.close()


def test_an_upgrade_that_fails_leaves_the_first_version_as_it_was(old_url, monkeypatch):
    before = open_log(old_url)
    kept = tables(before)
    monkeypatch.setattr("eventlog.migrations.run", _stumbling)
    with pytest.raises(Exception, match="stumbled"):
        before.prepare()
    monkeypatch.undo()
    assert tables(before) == kept
    assert len(before.recorder.query("SELECT * FROM events")) == 6
    before.prepare()
    assert broken_at(before) is None
    before.close()


def _stumbling(bind, script):
    for statement in script.split("\n--\n"):
        if "UPDATE log_schema SET version = 2" in statement:
            raise RuntimeError("stumbled")
        bind.exec_driver_sql(statement, execution_options={"no_parameters": True})


def test_a_log_that_was_not_prepared_since_says_what_to_do(old_url):
    log = open_log(old_url)
    with pytest.raises(Unavailable, match=r"prepare\(\)"):
        log.append(Notebook(str(uuid4())))
    log.close()

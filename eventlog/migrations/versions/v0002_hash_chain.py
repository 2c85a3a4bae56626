"""Every event carries a hash that follows from the one before; the rare topics get an index of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from alembic import op

from eventlog import migrations
from eventlog.chain import BEFORE_THE_FIRST, SUITES

revision, down_revision = "0002", "0001"

link = SUITES["sha256-v1"]

RARE = """
CREATE INDEX events_rare ON events (position)
WHERE substr(topic, 1, 5) = 'unit.' OR substr(topic, 1, 9) = 'calendar.'
"""

SQLITE_BEFORE = """
CREATE TABLE hash_suites (since INTEGER PRIMARY KEY, suite TEXT NOT NULL)
--
INSERT INTO hash_suites VALUES (1, 'sha256-v1')
--
CREATE TABLE chained (
    position INTEGER PRIMARY KEY,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    state BLOB NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (originator_id, originator_version)
)
"""

SQLITE_AFTER = f"""
DROP TABLE events
--
ALTER TABLE chained RENAME TO events
--
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: UPDATE refused'); END
--
CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: DELETE refused'); END
--
CREATE TRIGGER hash_suites_never_change BEFORE UPDATE ON hash_suites
BEGIN SELECT RAISE(ABORT, 'hash_suites is append-only: UPDATE refused'); END
--
CREATE TRIGGER hash_suites_never_go BEFORE DELETE ON hash_suites
BEGIN SELECT RAISE(ABORT, 'hash_suites is append-only: DELETE refused'); END
--
{RARE}
--
UPDATE log_schema SET version = 2
"""

POSTGRESQL_BEFORE = """
CREATE TABLE hash_suites (since bigint PRIMARY KEY, suite text NOT NULL)
--
INSERT INTO hash_suites VALUES (1, 'sha256-v1')
--
ALTER TABLE events ADD COLUMN hash bytea
--
ALTER TABLE events DISABLE TRIGGER events_never_change
"""

POSTGRESQL_AFTER = f"""
ALTER TABLE events ENABLE TRIGGER events_never_change
--
ALTER TABLE events ALTER COLUMN hash SET NOT NULL
--
CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% are append-only: % refused', TG_TABLE_NAME, TG_OP; END $$
--
CREATE TRIGGER hash_suites_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hash_suites
FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()
--
{RARE}
--
UPDATE log_schema SET version = 2
"""


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        migrations.run(bind, SQLITE_BEFORE)
        _copy_chained(bind.connection.driver_connection)
        migrations.run(bind, SQLITE_AFTER)
    else:
        migrations.run(bind, POSTGRESQL_BEFORE)
        _put_hashes(bind.connection.driver_connection)
        migrations.run(bind, POSTGRESQL_AFTER)


def _copy_chained(connection: Any) -> None:
    hash_ = BEFORE_THE_FIRST
    rows = connection.execute("SELECT * FROM events ORDER BY position")
    while page := rows.fetchmany(migrations.AT_ONCE):
        chained = []
        for position, id_, version, topic, at, state in page:
            hash_ = link(hash_, position, UUID(id_), version, topic, datetime.fromisoformat(at), state)
            chained.append((position, id_, version, topic, at, state, hash_))
        connection.executemany("INSERT INTO chained VALUES (?, ?, ?, ?, ?, ?, ?)", chained)


def _put_hashes(connection: Any) -> None:
    hash_, position = BEFORE_THE_FIRST, 0
    columns = "position, originator_id, originator_version, topic, recorded_at, state"
    read = f"SELECT {columns} FROM events WHERE position > %s ORDER BY position LIMIT {migrations.AT_ONCE}"
    put = """
    UPDATE events SET hash = n.hash
    FROM unnest(%s::bigint[], %s::bytea[]) AS n (position, hash) WHERE events.position = n.position
    """
    while page := connection.execute(read, (position,), binary=True).fetchall():
        hashes = []
        for position, *rest in page:
            hash_ = link(hash_, position, *rest)
            hashes.append(hash_)
        connection.execute(put, ([row[0] for row in page], hashes))

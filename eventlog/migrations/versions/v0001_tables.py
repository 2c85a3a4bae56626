"""Events, commands, people: the first tables."""

from alembic import op

from eventlog import migrations

revision, down_revision = "0001", None

SQLITE = """
CREATE TABLE log_schema (version INTEGER NOT NULL)
--
CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    state BLOB NOT NULL,
    UNIQUE (originator_id, originator_version)
)
--
CREATE TABLE commands (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, answer BLOB NOT NULL, recorded_at TEXT NOT NULL
) WITHOUT ROWID
--
CREATE TABLE subjects (
    subject_id TEXT PRIMARY KEY, kind TEXT NOT NULL, content BLOB, emptied_at TEXT
) WITHOUT ROWID
--
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: UPDATE refused'); END
--
CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: DELETE refused'); END
--
INSERT INTO log_schema VALUES (1)
"""

POSTGRESQL = """
CREATE TABLE log_schema (version integer NOT NULL)
--
CREATE TABLE events (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    recorded_at timestamptz NOT NULL,
    state bytea NOT NULL,
    CONSTRAINT events_version UNIQUE (originator_id, originator_version)
)
--
CREATE TABLE commands (
    key text CONSTRAINT commands_key PRIMARY KEY, digest text NOT NULL, answer bytea NOT NULL,
    recorded_at timestamptz NOT NULL
)
--
CREATE TABLE subjects (
    subject_id text PRIMARY KEY, kind text NOT NULL, content bytea, emptied_at timestamptz
)
--
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only: % refused', TG_OP; END $$
--
CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()
--
INSERT INTO log_schema VALUES (1)
"""


def upgrade() -> None:
    bind = op.get_bind()
    migrations.run(bind, SQLITE if bind.dialect.name == "sqlite" else POSTGRESQL)

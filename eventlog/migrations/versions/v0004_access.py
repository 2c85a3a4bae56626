"""What opens an account: hashes of passwords, digests of tokens and sessions, attempts that failed."""

from alembic import op

from eventlog import migrations

revision, down_revision = "0004", "0003"

# Instants are whole seconds since 1970: nothing here is history, and nothing here is read by people.
TABLES = """
CREATE TABLE passwords (account text PRIMARY KEY, hash text NOT NULL, set_at {integer} NOT NULL)
--
CREATE TABLE tokens (
    id text PRIMARY KEY, digest {bytes} NOT NULL UNIQUE, account text NOT NULL, reach text NOT NULL,
    office text NOT NULL, expires_at {integer} NOT NULL
)
--
CREATE TABLE sessions (
    digest {bytes} PRIMARY KEY, account text NOT NULL, csrf text NOT NULL, started_at {integer} NOT NULL,
    seen_at {integer} NOT NULL, ends_at {integer} NOT NULL, office text NOT NULL, language text NOT NULL,
    device text NOT NULL
)
--
CREATE INDEX sessions_of ON sessions (account)
--
CREATE TABLE attempts (place text NOT NULL, tried_at {integer} NOT NULL)
--
CREATE INDEX attempts_at ON attempts (place, tried_at)
--
UPDATE log_schema SET version = 4
"""


def upgrade() -> None:
    bind = op.get_bind()
    on_sqlite = bind.dialect.name == "sqlite"
    types = {"integer": "INTEGER", "bytes": "BLOB"} if on_sqlite else {"integer": "bigint", "bytes": "bytea"}
    migrations.run(bind, TABLES.format(**types))

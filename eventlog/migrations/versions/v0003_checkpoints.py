"""Signed checkpoints, and the nodes of the tree that are kept for proofs."""

from alembic import op

from eventlog import migrations

revision, down_revision = "0003", "0002"

TABLES = """
CREATE TABLE checkpoints (size {integer} PRIMARY KEY, note text NOT NULL, frontier {bytes} NOT NULL)
--
CREATE TABLE tree_blocks (block {integer} PRIMARY KEY, root {bytes} NOT NULL)
"""

SQLITE_NEVER = """
CREATE TRIGGER {table}_never_change BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are append-only: UPDATE refused'); END
--
CREATE TRIGGER {table}_never_go BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are append-only: DELETE refused'); END
"""

POSTGRESQL_NEVER = """
CREATE TRIGGER {table}_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()
"""


def upgrade() -> None:
    bind = op.get_bind()
    on_sqlite = bind.dialect.name == "sqlite"
    types = {"integer": "INTEGER", "bytes": "BLOB"} if on_sqlite else {"integer": "bigint", "bytes": "bytea"}
    migrations.run(bind, TABLES.format(**types))
    for table in ("checkpoints", "tree_blocks"):
        migrations.run(bind, (SQLITE_NEVER if on_sqlite else POSTGRESQL_NEVER).format(table=table))
    migrations.run(bind, "UPDATE log_schema SET version = 3")

"""Searches that users keep under a name."""

from alembic import op

from eventlog import migrations

revision, down_revision = "0005", "0004"

TABLES = """
CREATE TABLE saved_searches (
    account text NOT NULL, name text NOT NULL, query text NOT NULL, PRIMARY KEY (account, name)
)
--
UPDATE log_schema SET version = 5
"""


def upgrade() -> None:
    migrations.run(op.get_bind(), TABLES)

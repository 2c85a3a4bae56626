"""Alembic asks here how to run. The connection, in a transaction that alembic must not end, comes from upgrade()."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()

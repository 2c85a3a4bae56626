"""A stopped clock for tests that need one, without stopping the event loop. Prefer `at=`: most code takes its time as
an argument."""

from freezegun import configure, freeze_time

# What must keep running while time stands still: event loops, pools, servers, hypothesis' own deadlines.
KEEPS_RUNNING = [
    "anyio", "asyncio", "concurrent", "httpx2", "hypothesis", "psycopg", "psycopg_pool", "queue", "selectors",
    "sqlalchemy.pool", "starlette", "threading", "uvicorn",
]  # fmt: skip


def let_the_machinery_run():
    configure(extend_ignore_list=KEEPS_RUNNING)


def frozen(instant, **options):
    """`with frozen("2025-03-01T09:00:00+08:00"):` or as a decorator."""
    return freeze_time(instant, real_asyncio=True, **options)

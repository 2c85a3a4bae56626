"""How a PostgreSQL server is reached: whoever died without a word is noticed, and the URL's other server is tried.

What the database URL says itself wins over what stands here. Nothing goes through `options`, which PgBouncer refuses.
Never set a statement_timeout: a COMMIT that it cuts short while a standby is waited for is told as if it were safe.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

PATIENCE: dict[str, str | int] = {
    "connect_timeout": 3,  # seconds for each server of the URL
    "keepalives_idle": 10,  # a machine that lost its power closes no connection: ask it,
    "keepalives_interval": 3,
    "keepalives_count": 3,  # … and believe it gone after 20 seconds
    "tcp_user_timeout": 20_000,  # milliseconds for what was sent and never received
    "fallback_application_name": "gridcase",
}
FREE_SECONDS = 5.0  # for a connection to become free, or to be made
GIVE_UP_SECONDS = 2.0  # then nobody goes on trying to connect in the background: who wants one tries again

# The other way round: the server lets go of a client that is gone, or hangs, with the lock that all writers wait for.
_SETTINGS = (
    "SET timezone TO 'UTC'",
    "SET default_transaction_isolation TO 'read committed'",
    "SET idle_in_transaction_session_timeout TO '10s'",
    "SET tcp_keepalives_idle TO 10",
    "SET tcp_keepalives_interval TO 3",
    "SET tcp_keepalives_count TO 3",
)

# Two places where a program may hang and none of the server's time limits looks: in the middle of a COPY, whose rest the server
# waits for; and after a pipeline, since psycopg sends a Flush behind the Sync, which stops the clock of
# idle_in_transaction_session_timeout. Locks are held in both: who holds none that others wait for (a long export, a person
# who looks at a table) is left alone. Our COPYs hold rows that are made already and take milliseconds, and so do our
# transactions. Parameter: seconds.
END_WHO_HANGS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity AS those
WHERE datname = current_database() AND usename = current_user AND wait_event = 'ClientRead'
    AND now() - make_interval(secs => %s) > CASE
        WHEN state = 'active' AND query ~ '^COPY (read_|events FROM STDIN)' THEN query_start
        WHEN state LIKE 'idle in transaction%%' AND application_name <> 'psql' THEN state_change
    END
    AND EXISTS (
        SELECT FROM pg_locks WHERE pg_locks.pid = those.pid AND granted
            AND (locktype = 'advisory' OR locktype = 'relation' AND mode <> 'AccessShareLock')
    )
"""


def conninfo(url: str) -> str:
    """The URL as libpq takes it, with patience where it says nothing. Raises psycopg.ProgrammingError."""
    given = {name: said for name, said in conninfo_to_dict(url).items() if said is not None}
    return make_conninfo("", **{**PATIENCE, **given})


def connect(url: str) -> Connection[tuple[Any, ...]]:
    """A connection that commits each statement by itself. Raises psycopg.OperationalError when nobody answers."""
    connection = psycopg.connect(conninfo(url), autocommit=True)
    configure(connection)
    return connection


def configure(connection: Connection[Any]) -> None:
    """What the server must know of its client."""
    connection.execute("; ".join(_SETTINGS))

"""A group of ordinary commands in one statement, which commits by itself. Only for who knows where the log ends.

When somebody else has written meanwhile, nothing happens: `here` is empty then, or the positions are taken (the
snapshot may be older than the lock). A version or key that is taken refuses the whole statement; who it was is found
out by the transaction that follows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from eventlog.draft import Draft, Last
from eventlog.group import Waiting
from eventlog.wire import (
    ARRAY_OF,
    BIGINT,
    BOOL,
    BYTEA,
    TEXT,
    TIMESTAMPTZ,
    UUID,
    Statement,
    answer,
    array,
    bigint,
    timestamptz,
)  # fmt: skip

WRITERS_LOCK = 0x6772_6964_6361_7365  # "gridcase"; held until the commit by whoever gives out positions
LOCK = f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})"
GIVE_BACK = "SELECT pg_advisory_unlock_all(), set_config('idle_session_timeout', '0', false)"
TURN_SECONDS = 5  # that a session may be idle with the turn
LARGEST = 100  # events; more of them go faster by COPY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_HASH = "decode(repeat('00', 32), 'hex')"
_LAST = "SELECT position, hash FROM events ORDER BY position DESC LIMIT 1"

# Statements in one message: each looks after the one before has got the lock. It is the session's until $9 gives it
# back, at the moment that the transaction's own lock takes its place. A program that hangs meanwhile (its machine is
# suspended, its network gone) must not keep it: the server ends a session that does nothing while it has its turn.
_TURN = f"""
SELECT set_config('idle_session_timeout', '{TURN_SECONDS}s', false), pg_advisory_lock({WRITERS_LOCK});
SELECT position, (extract(epoch FROM recorded_at) * 1000000)::bigint, encode(hash, 'hex')
FROM events ORDER BY position DESC LIMIT 1
"""

_EVENTS = f"""
WITH turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock({WRITERS_LOCK}),
        CASE WHEN $9 THEN pg_advisory_unlock({WRITERS_LOCK}) END,
        CASE WHEN $9 THEN set_config('idle_session_timeout', '0', false) END
),
here AS MATERIALIZED (
    SELECT FROM (VALUES (1)) AS one LEFT JOIN ({_LAST}) AS last ON true
    WHERE coalesce(position, 0) = $1 AND coalesce(hash, {_NO_HASH}) = $2
){{commands}}
INSERT INTO events
SELECT $1 + n, id, version, topic, $3, state, e.hash
FROM turn, here, unnest($4::uuid[], $5::bigint[], $6::text[], $7::bytea[], $8::bytea[])
    WITH ORDINALITY AS e (id, version, topic, state, hash, n)
"""
_COMMANDS = """,
commands_too AS (
    INSERT INTO commands SELECT key, digest, answer, $3
    FROM turn, here, unnest($10::text[], $11::text[], $12::bytea[]) AS c (key, digest, answer)
)"""
_EVENT_OIDS = (
    BIGINT,
    BYTEA,
    TIMESTAMPTZ,
    *(ARRAY_OF[oid] for oid in (UUID, BIGINT, TEXT, BYTEA, BYTEA)),
    BOOL,
)
_COMMAND_OIDS = (*_EVENT_OIDS, *(ARRAY_OF[oid] for oid in (TEXT, TEXT, BYTEA)))


class AtOnce:
    """The two statements, prepared on the recorder's connection."""

    def __init__(self) -> None:
        self._events = Statement("events", _EVENTS.format(commands=""), _EVENT_OIDS)
        self._both = Statement("events_and_commands", _EVENTS.format(commands=_COMMANDS), _COMMAND_OIDS)

    @staticmethod
    def fits(group: list[Waiting]) -> bool:
        """Whether it can go this way: events in each, no people, not too many, no key twice."""
        keys = [one.write.command.key for one in group if one.write.command is not None]
        return (
            all(one.write.events and not one.write.subjects for one in group)
            and sum(len(one.write.events) for one in group) <= LARGEST
            and len(set(keys)) == len(keys)
        )

    @staticmethod
    def take_turn(line: Connection[Any]) -> Last:
        """The session's lock, and where the log ends under it. Raises Lost."""
        row = answer(line, _TURN)
        if row is None:
            return Last()
        position, micros, hash_ = row
        return Last(
            int(position), _EPOCH + timedelta(microseconds=int(micros)), bytes.fromhex(hash_.decode())
        )

    def send(self, line: Connection[Any], draft: Draft, *, give_back: bool) -> int:
        """How many events were recorded: all or none. `give_back` the session's lock. Raises Lost, psycopg's errors."""
        began = draft.began
        batch = draft.take()
        _, ids, versions, topics, at, states, hashes = zip(*batch.rows, strict=True)
        parameters = [
            bigint(began.position),
            began.hash,
            timestamptz(at[0]),
            array(UUID, [id_.bytes for id_ in ids]),
            array(BIGINT, [bigint(version) for version in versions]),
            array(TEXT, [topic.encode() for topic in topics]),
            array(BYTEA, states),
            array(BYTEA, hashes),
            b"\x01" if give_back else b"\x00",
        ]
        if not batch.commands:
            return self._events.run(line, parameters)
        commands = [command for command, _ in batch.commands]
        parameters += [
            array(TEXT, [command.key.encode() for command in commands]),
            array(TEXT, [command.digest.encode() for command in commands]),
            array(BYTEA, [command.answer for command in commands]),
        ]
        return self._both.run(line, parameters)

"""What psycopg does not do by itself: statements with arrays at a third of the cost, and its errors in our words.

Only for types whose binary form is one line; everything else goes through psycopg's own adaptation.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID as Id

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError, PersistenceError
from psycopg import Connection, errors
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

from eventlog.errors import Conflict, KeyTaken, Unavailable

BIGINT, BOOL, BYTEA, TEXT, TIMESTAMPTZ, UUID = (
    20,
    16,
    17,
    25,
    1184,
    2950,
)  # object ids, the same on every server
ARRAY_OF = {BIGINT: 1016, BYTEA: 1001, TEXT: 1009, UUID: 2951}

UNKNOWN_STATEMENT = b"26000"

bigint = struct.Struct("!q").pack
_array_head = struct.Struct("!iiiii").pack
_length = struct.Struct("!i").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def timestamptz(at: datetime) -> bytes:
    return bigint((at - _EPOCH) // _MICROSECOND)


def array(oid: int, items: Sequence[bytes]) -> bytes:
    """One dimension, nothing null."""
    parts = [_array_head(1, 0, oid, len(items), 1)]
    for item in items:
        parts += (_length(len(item)), item)
    return b"".join(parts)


class Lost(Exception):
    """The connection went away: nobody knows whether the statement was carried out."""


class Statement:
    """A statement prepared once per connection."""

    def __init__(self, name: str, sql: str, oids: Sequence[int]) -> None:
        self._name, self._sql, self._oids = name.encode(), sql.encode(), oids
        self._binary = [Format.BINARY] * len(oids)
        self._prepared_on: object = None

    def run(self, line: Connection[Any], parameters: Sequence[bytes]) -> int:
        """How many rows it touched. Raises Lost, or psycopg's error. The interpreter's lock is free meanwhile."""
        pgconn = line.pgconn
        for _ in range(2):
            if self._prepared_on is not pgconn:
                _checked(line, pgconn.prepare(self._name, self._sql, self._oids))
                self._prepared_on = pgconn
            result = pgconn.exec_prepared(self._name, parameters, self._binary, Format.BINARY)
            if result.error_field(DiagnosticField.SQLSTATE) != UNKNOWN_STATEMENT:
                break
            self._prepared_on = None  # after a ROLLBACK psycopg lets go of all that is prepared
        _checked(line, result)
        return result.command_tuples or 0


def answer(line: Connection[Any], sql: str) -> tuple[bytes, ...] | None:
    """The first row of the last of these statements, as text. Raises like Statement.run."""
    result = line.pgconn.exec_(sql.encode())
    _checked(line, result)
    if not result.ntuples:
        return None
    return tuple(result.get_value(0, column) or b"" for column in range(result.nfields))


def _checked(line: Connection[Any], result: PGresult) -> None:
    if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        return
    state = result.error_field(DiagnosticField.SQLSTATE) or b""
    if line.pgconn.status == ConnStatus.BAD or state.startswith(b"57P") or not state:
        line.close()
        raise Lost
    raise errors.error_from_result(result, encoding=line.info.encoding)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """The driver's errors as ours or the library's."""
    try:
        yield
    except errors.UniqueViolation as error:
        key = re.search(r"^Key \(key\)=\((.*)\) already exists", error.diag.message_detail or "", re.S)
        if error.diag.constraint_name == "commands_key" and key:
            raise KeyTaken(key[1]) from error
        version = re.search(r"=\(([0-9a-f-]{36}), (\d+)\)", error.diag.message_detail or "")
        if error.diag.constraint_name == "events_version" and version:
            raise Conflict(Id(version[1]), int(version[2])) from error
        raise IntegrityError(error) from error
    except (errors.UndefinedTable, errors.UndefinedColumn) as error:
        raise Unavailable(
            f"The log has no tables yet, or older ones ({error.diag.message_primary}). Call prepare() first."
        ) from error
    except psycopg.IntegrityError as error:
        raise IntegrityError(error) from error
    except errors.DiskFull as error:
        raise Unavailable(
            f"PostgreSQL's disk is full ({error.diag.message_primary}). Nothing was recorded: make room."
        ) from error
    except errors.ReadOnlySqlTransaction as error:
        raise Unavailable(
            f"PostgreSQL takes no writes ({error.diag.message_primary}): it is a standby, or set to read only. Nothing was "
            "recorded: name the primary, or both with target_session_attrs=read-write."
        ) from error
    except psycopg.OperationalError as error:
        raise OperationalError(error) from error
    except psycopg.Error as error:
        raise PersistenceError(error) from error

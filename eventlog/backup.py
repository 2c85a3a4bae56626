"""Backup of a log while it is written, and its way back into an empty database of either kind.

    manifest = backup(url, Path("gridcase-2026-03-02.backup"), at=now)
    manifest = restore(Path("gridcase-2026-03-02.backup"), url)

A backup is everything the log holds, as it was at one instant: events with their hashes, commands, people sealed as they
are, checkpoints. Read tables are not in it, they are made anew. The master key is not in it and must never be: whoever
finds a backup reads nobody's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from eventlog import keeping
from eventlog.archive import FORMAT, Lines, Manifest, Reader, Table, Writer
from eventlog.errors import BadBackup, LogError, NotEmpty, Unavailable
from eventlog.log import open_log
from eventlog.master import MasterKeys
from eventlog.migrations import SCHEMA_VERSION
from eventlog.tables import Tables, filling, plain, snapshot

Progress = Callable[[int, int], None]  # rows done, rows known

MADE_BY_PREPARE = ("hash_suites", "vault")  # hold something before the first event does


def nobody(done: int, total: int) -> None:
    """No progress is told."""


def backup(url: str, path: Path, at: datetime, progress: Progress = nobody) -> Manifest:
    """Writes the log to a new file while others write. Raises Unavailable or BadBackup; then there is no file."""
    with snapshot(url) as tables:
        if not tables.schema:
            raise Unavailable("The database holds no log. Look at GRIDCASE_DATABASE_URL.")
        writer = Writer(path)
        try:
            told = _Told(progress, sum(tables.count(name) for name in tables.names))
            written = {
                name: writer.table(name, list(tables.columns(name)), told.counting(tables.rows(name)))
                for name in tables.names
            }
            manifest = Manifest(
                format=FORMAT, made_at=at.isoformat(timespec="seconds"), made_from=tables.dialect,
                schema=tables.schema, master_key=_master_key(tables), head=_head(tables), tables=written,
            )  # fmt: skip
            writer.finish(manifest)
        except BaseException as error:
            writer.give_up()
            if isinstance(error, OSError):
                raise BadBackup(path, f"cannot be written: {error.strerror}.") from error
            raise
    return manifest


def check(path: Path) -> Manifest:
    """Reads a backup through and compares every count and digest. Raises BadBackup naming what is wrong."""
    reader = Reader(path)
    try:
        reader.check()
        return reader.manifest
    finally:
        reader.close()


def restore(path: Path, url: str, keys: MasterKeys | None = None, progress: Progress = nobody) -> Manifest:
    """Fills an empty database with a backup, whole or not at all, and compares what is in it then with the manifest.

    A backup of an older version is filled in as it is and upgraded. `keys` are as for `open_log`. Raises BadBackup,
    NotEmpty, MasterKeyMissing (nothing is restored that nobody could start) or Unavailable.
    """
    manifest = check(path)
    if manifest.schema > SCHEMA_VERSION:
        said = f"is of a newer program: its tables have version {manifest.schema}, this program knows {SCHEMA_VERSION}."
        raise BadBackup(path, said + " Upgrade the program.")
    log = open_log(url, keys=keys)
    try:
        if manifest.master_key:
            log.subjects.keys.get(manifest.master_key)
        log.recorder.prepare(manifest.schema)
        if "vault" in manifest.tables:
            keeping.make_table(log.recorder)
        reader = Reader(path)
        try:
            with filling(url) as tables:
                _fill(tables, reader, manifest, progress)
        finally:
            reader.close()
        log.recorder.prepare()
    finally:
        log.close()
    return manifest


def _fill(tables: Tables, reader: Reader, manifest: Manifest, progress: Progress) -> None:
    if tables.schema != manifest.schema:
        said = f"The tables there have version {tables.schema} already, the backup {manifest.schema}"
        raise NotEmpty(f"{said}: give it a new database, it is upgraded afterwards.")
    for name in tables.names:
        if name not in MADE_BY_PREPARE and (rows := tables.count(name)):
            raise NotEmpty(
                f"The database is not empty: {name} has {rows} rows. A backup comes back into a new one."
            )
    told = _Told(progress, 2 * sum(table.rows for table in manifest.tables.values()))
    for name, table in manifest.tables.items():
        if name not in tables.names or set(tables.columns(name)) != set(table.columns):
            raise BadBackup(reader.path, f"holds a table {name} of another form: {', '.join(table.columns)}.")
        there = _emptied(tables, name)
        for rows in told.counting(reader.rows(name)):
            kept = _as_kept(rows, table, tables.columns(name))
            tables.insert(name, table.columns, [row for row in kept if tuple(row) not in there])
    for name, table in manifest.tables.items():
        found = Lines()
        for some in told.counting(tables.rows(name)):
            found.add(some)
        if (found.rows, found.sha256) != (table.rows, table.sha256):
            raise LogError(f"What came into {name} is not what the backup holds. Nothing was restored.")


def _emptied(tables: Tables, name: str) -> set[tuple[Any, ...]]:
    """Takes away what `prepare` has put; answers what has to stay."""
    if name == "hash_suites":  # never changes, and begins with the suite of new logs
        return {tuple(row) for some in tables.rows(name) for row in some}
    if name in MADE_BY_PREPARE:
        tables.clear(name)
    return set()


def _as_kept(rows: list[list[Any]], table: Table, holds_bytes: dict[str, bool]) -> Sequence[list[Any]]:
    """Rows of a backup as the database takes them."""
    places = [n for n, name in enumerate(table.columns) if holds_bytes[name]]
    for row in rows:
        for n in places:
            if isinstance(row[n], str):
                row[n] = row[n].encode()
    return rows


def _master_key(tables: Tables) -> str:
    if "vault" not in tables.names:
        return ""
    found = tables.ask(f"SELECT value FROM vault WHERE name = '{keeping.MASTER}'")
    return str(found[0][0]) if found else ""


def _head(tables: Tables) -> dict[str, Any]:
    columns = [name for name in ("position", "recorded_at", "hash") if name in tables.columns("events")]
    rows = tables.ask(f"SELECT {', '.join(columns)} FROM events ORDER BY position DESC LIMIT 1")
    if not rows:
        return {"position": 0}
    found = dict(zip(columns, map(plain, rows[0]), strict=True))
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in found.items()}


class _Told:
    """Tells how many rows went by."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def counting(self, pages: Iterator[Any]) -> Iterator[Any]:
        for page in pages:
            yield page
            self._done += len(page)
            self._progress(self._done, self._total)

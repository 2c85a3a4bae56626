"""A backup is the log at one instant; it comes back whole, into either kind of database, or not at all."""

from __future__ import annotations

import io
import itertools
import json
import secrets
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from eventlog import archive, backup, tables, verify
from eventlog.checkpoints import Checkpoints
from eventlog.errors import BadBackup, MasterKeyMissing, NotEmpty, Unavailable
from eventlog.log import CommandRecord, EventLog, open_log
from eventlog.master import MasterKeys
from eventlog.migrations import SCHEMA_VERSION
from eventlog.signing import SigningKeys
from eventlog.subjects import Identity
from tests.support.keys import KEYS
from tests.support.notebook import Notebook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIGNING = SigningKeys.of("71" * 31 + "5a", "tests")
KINDS = ("sqlite", "postgresql")

New = Callable[[str], str]


@pytest.fixture
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[New]:
    """Makes empty databases: `new("sqlite")` and `new("postgresql")` give URLs."""
    numbers, made = itertools.count(1), []

    def url(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / f'log{next(numbers)}.db'}"
        cluster = request.getfixturevalue("postgres_cluster")
        made.append((cluster, cluster.fresh()))
        return made[-1][1]

    yield url
    for cluster, one in made:
        cluster.drop(one)


def prepared(url: str) -> EventLog:
    log = open_log(url, keys=KEYS)
    log.prepare()
    return log


def written(url: str) -> EventLog:
    """A log with everything that a log may hold: odd texts, people, one of them erased, checkpoints, not all signed."""
    log = prepared(url)
    for n in range(7):
        book = Notebook(f"第{n}本 \U0001f4d3 \"'\\\t")
        book.note("界石被移")
        people = [Identity(f"S-{n}", "person", name=f"张{n}", phone=f"1380000000{n}")]
        log.append(book, command=CommandRecord(f"key\u00e9-{n}", "d" * 64, b"\xff\x00{}"), identities=people)
    log.subjects.empty("S-3", NOON)
    Checkpoints(log.recorder, SIGNING).make(NOON)
    log.append(Notebook("not signed yet"))
    return log


def everything(url: str) -> dict[str, Any]:
    """Every table of the log, in the one form that both kinds share."""
    with tables.snapshot(url) as found:
        return {
            name: (
                list(found.columns(name)),
                [list(map(archive.packed, row)) for some in found.rows(name) for row in some],
            )
            for name in found.names
        }


@pytest.mark.parametrize("into", KINDS)
@pytest.mark.parametrize("of", KINDS)
def test_what_comes_back_is_what_was_there(new: New, tmp_path: Path, of: str, into: str) -> None:
    source, target, file = new(of), new(into), tmp_path / "b"
    with closing(written(source)):
        made = backup.backup(source, file, NOON)
    assert (made.head["position"], made.made_from, made.schema) == (15, of, SCHEMA_VERSION)
    assert made.master_key == KEYS.first.id
    assert backup.restore(file, target, KEYS) == made
    assert everything(target) == everything(source)
    with closing(prepared(target)) as log:
        assert log.subjects.get(["S-1"])["S-1"].name == "张1"  # type: ignore[union-attr]
        assert verify.log(log.recorder, SIGNING).signed == 14
        assert log.append(Notebook("it goes on")).positions == (16,)
        assert verify.log(log.recorder, SIGNING).good


def test_every_table_of_the_log_is_in_a_backup_or_said_to_end_with_it(database_url: str) -> None:
    with closing(prepared(database_url)) as log:
        query = (
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
            if database_url.startswith("sqlite")
            else "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
        )
        there = {row[0] for row in log.recorder.query(query)}
    assert there == {*tables.TABLES, *tables.NOT_KEPT, "log_schema", "alembic_version"}


def test_a_backup_holds_nobody_s_name_and_no_key(new: New, tmp_path: Path) -> None:
    url = new("sqlite")
    with closing(written(url)):
        backup.backup(url, tmp_path / "b", NOON)
    with tarfile.open(tmp_path / "b") as tar:
        for member in tar.getmembers():
            reader = archive.Reader(tmp_path / "b")
            text = reader._read(member.name)
            text = reader._unpacked(member.name) if member.name.endswith(".gz") else text
            for secret in ("张1".encode(), b"13800000001", KEYS.first.derived("x", 32)):
                assert secret not in text
            reader.close()
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0


def test_a_backup_while_others_write_is_one_instant(database_url: str, tmp_path: Path) -> None:
    stop, made = threading.Event(), []

    def write(writer: int) -> None:
        for n in itertools.count():
            if stop.is_set():
                return
            key = CommandRecord(f"{writer}-{n}", "d", b"{}")
            log.append(
                Notebook(f"{writer}-{n}"),
                command=key,
                identities=[Identity(f"S-{writer}-{n}", "person", name="张")],
            )

    with closing(prepared(database_url)) as log:
        log.append(Notebook("the first"))
        writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        for thread in writers:
            thread.start()
        try:
            for n in range(4):
                before = log.head()
                made.append(backup.backup(database_url, tmp_path / f"b{n}", NOON))
                assert before <= made[-1].head["position"] <= log.head()
        finally:
            stop.set()
            for thread in writers:
                thread.join()
    for one in made:
        rows = {name: table.rows for name, table in one.tables.items()}
        assert rows["events"] == one.head["position"]
        assert (
            rows["events"] - 1 == rows["commands"] == rows["subjects"]
        )  # each command is in it whole or not
    assert len({one.head["position"] for one in made}) > 1


@pytest.mark.parametrize("into", KINDS)
def test_a_backup_comes_back_into_an_empty_database_only(new: New, tmp_path: Path, into: str) -> None:
    url, target = new("sqlite"), new(into)
    with closing(written(url)):
        backup.backup(url, tmp_path / "b", NOON)
    with closing(prepared(target)) as log:
        log.append(Notebook("mine"))
        before = everything(target)
        with pytest.raises(NotEmpty, match="events has 1 rows"):
            backup.restore(tmp_path / "b", target, KEYS)
        assert everything(target) == before
        with pytest.raises(NotEmpty):
            backup.restore(tmp_path / "b", url, KEYS)


def test_a_database_that_was_only_prepared_counts_as_empty(new: New, tmp_path: Path) -> None:
    source, target = new("sqlite"), new("sqlite")
    other = MasterKeys.of(secrets.token_hex(32), "other")
    with closing(written(source)):
        backup.backup(source, tmp_path / "b", NOON)
    with closing(open_log(target, keys=other)) as log:
        log.prepare()
    backup.restore(tmp_path / "b", target, KEYS)
    assert everything(target) == everything(source)


def test_nothing_is_restored_that_nobody_could_read(new: New, tmp_path: Path) -> None:
    url, target = new("sqlite"), new("sqlite")
    with closing(written(url)):
        backup.backup(url, tmp_path / "b", NOON)
    other = MasterKeys.of(secrets.token_hex(32), "other")
    with pytest.raises(MasterKeyMissing, match=KEYS.first.id):
        backup.restore(tmp_path / "b", target, other)
    with pytest.raises(MasterKeyMissing):
        backup.restore(tmp_path / "b", target)


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar.getmembers()}  # type: ignore[union-attr]


def rewritten(path: Path, parts: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def other_packing(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda parts: {**parts, name: flipped(parts[name], len(parts[name]) // 2)}


def without(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda parts: {n: data for n, data in parts.items() if n != name}


def manifest(**changes: Any) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def change(parts: dict[str, bytes]) -> dict[str, bytes]:
        told = json.loads(parts["manifest.json"])
        return {**parts, "manifest.json": json.dumps(told | changes).encode()}

    return change


EVENTS = "events/000001.jsonl.gz"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (other_packing(EVENTS), f"is damaged: {EVENTS}"),
        (
            lambda parts: {**parts, EVENTS: parts["commands/000001.jsonl.gz"]},
            f"{EVENTS} is not what the manifest says",
        ),
        (without("subjects/000001.jsonl.gz"), "subjects/000001.jsonl.gz is missing"),
        (without("manifest.json"), "ends without its manifest.json"),
        (lambda parts: {**parts, "manifest.json": b"{"}, "manifest.json cannot be read"),
        (manifest(format="gridcase-backup/9"), "has the form 'gridcase-backup/9'"),
        (manifest(schema=99), "Upgrade the program"),
        (manifest(head=3), "manifest.json cannot be read"),
    ],
)
def test_a_damaged_backup_is_refused_with_the_part_that_is_wrong(
    new: New, tmp_path: Path, damage: Callable[[dict[str, bytes]], dict[str, bytes]], said: str
) -> None:
    url, target, file = new("sqlite"), new("sqlite"), tmp_path / "b"
    with closing(written(url)):
        backup.backup(url, file, NOON)
    rewritten(file, damage(members(file)))
    with pytest.raises(BadBackup, match=said.replace("(", r"\(")):
        backup.restore(file, target, KEYS)
    assert not Path(target.removeprefix("sqlite:///")).exists()


def test_a_backup_that_was_cut_anywhere_is_refused(new: New, tmp_path: Path) -> None:
    url, file = new("sqlite"), tmp_path / "b"
    with closing(written(url)):
        backup.backup(url, file, NOON)
    whole = file.read_bytes()
    ends = whole.rindex(b"manifest.json")
    for length in (0, 1, 511, 512, 2000, ends, ends + 300, ends + 600):
        file.write_bytes(whole[:length])
        with pytest.raises(BadBackup):
            backup.check(file)
    file.write_bytes(b"PK\x03\x04 something else entirely" * 40)
    with pytest.raises(BadBackup, match="is no backup"):
        backup.check(file)
    with pytest.raises(BadBackup, match="cannot be read: No such file"):
        backup.check(tmp_path / "nowhere")


def test_nothing_is_written_over_and_a_failed_backup_leaves_no_file(
    new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new("sqlite")
    with closing(written(url)):
        (tmp_path / "b").write_text("mine")
        with pytest.raises(BadBackup, match="is there already"):
            backup.backup(url, tmp_path / "b", NOON)
        assert (tmp_path / "b").read_text() == "mine"

        def full(self: archive.Writer, name: str, data: bytes) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(archive.Writer, "_member", full)
        with pytest.raises(BadBackup, match="No space left"):
            backup.backup(url, tmp_path / "c", NOON)
    assert {one.name for one in tmp_path.iterdir()} & {"c", "c.part"} == set()
    with pytest.raises(Unavailable, match="There is no database"):
        backup.backup(new("sqlite"), tmp_path / "d", NOON)


def test_a_restore_that_fails_leaves_the_database_empty(
    database_url: str, new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new("sqlite")
    with closing(written(url)):
        backup.backup(url, tmp_path / "b", NOON)
    with monkeypatch.context() as patched:
        patched.setattr(
            archive, "_encode_lines", lambda rows: b"other"
        )  # what is compared at the end differs
        patched.setattr(archive.Reader, "check", lambda self: None)
        with pytest.raises(Exception, match="is not what the backup holds"):
            backup.restore(tmp_path / "b", database_url, KEYS)
    assert everything(database_url)["events"][1] == []
    backup.restore(tmp_path / "b", database_url, KEYS)
    assert everything(database_url) == everything(url)


@pytest.mark.parametrize("into", KINDS)
def test_a_backup_of_the_first_version_comes_back_upgraded(new: New, tmp_path: Path, into: str) -> None:
    old, target = new("sqlite"), new(into)
    with closing(open_log(old, keys=KEYS)) as log:
        log.recorder.prepare(1)
    with (
        closing(written(new("sqlite"))) as modern,
        closing(sqlite3.connect(old.removeprefix("sqlite:///"))) as to,
    ):
        for row in modern.recorder.query(
            "SELECT position, originator_id, originator_version, topic, recorded_at, state FROM events"
        ):
            to.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", row)
        to.commit()
        hashes = modern.recorder.query("SELECT hash FROM events ORDER BY position")
    assert backup.backup(old, tmp_path / "b", NOON).schema == 1
    backup.restore(tmp_path / "b", target, KEYS)
    with closing(prepared(target)) as log:
        assert log.recorder.schema_version() == SCHEMA_VERSION
        assert log.recorder.query("SELECT hash FROM events ORDER BY position") == hashes
    again = new(into)
    with closing(prepared(again)), pytest.raises(NotEmpty, match="give it a new database"):
        backup.restore(tmp_path / "b", again, KEYS)


def test_a_role_that_may_only_read_can_make_a_backup(postgres_url: str, tmp_path: Path) -> None:
    with closing(written(postgres_url)), psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("CREATE ROLE backup_reader LOGIN")
        owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup_reader")
        try:
            reading = postgres_url.replace("gridcase@", "backup_reader@")
            assert backup.backup(reading, tmp_path / "b", NOON).head["position"] == 15
        finally:
            owner.execute("DROP OWNED BY backup_reader; DROP ROLE backup_reader")

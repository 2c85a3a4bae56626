"""Whoever changes the log, with every right on the database, is found out, and the place is named."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import timedelta
from uuid import UUID

import pytest
from eventsourcing.persistence import PersistenceError, StoredEvent

from eventlog import checkpoints, merkle, proofs, verify
from eventlog.checkpoints import Checkpoints
from eventlog.errors import NotVouchedFor, Tampered
from eventlog.findings import Kind
from eventlog.log import open_log
from eventlog.merkle import BLOCK
from eventlog.rows import Write
from eventlog.sources import DatabaseRows
from eventlog.subjects import Identity
from tests.support.keys import KEYS
from tests.support.notebook import Notebook
from tests.support.tampering import OURS, THEIRS, changed, intruding, rechained, renumbered, stranger

CASE = UUID(int=5)


@pytest.fixture
def intruder(database_url, signed):
    with intruding(database_url) as intruder:
        yield intruder


def check(log, **options):
    return verify.log(log.recorder, OURS, **options)


def first_in(report):
    return report.first and (report.first.kind, report.first.first, report.first.last)


# What is right is found right


def test_what_was_recorded_is_found_to_be_so(signed):
    report = check(signed)
    assert (report.good, report.after, report.upto, report.signed) == (True, 0, 60, 40)
    assert [anchor.checkpoint.size for anchor in report.agreed] == [20, 40]


@pytest.mark.parametrize(
    ("first", "last", "after", "upto", "vouched"),
    [(1, 10, 0, 20, 20), (20, 21, 0, 40, 40), (21, 40, 20, 40, 40), (45, 50, 40, 60, 40), (60, None, 40, 60, 40)],
)  # fmt: skip
def test_a_range_is_checked_between_the_checkpoints_around_it(signed, first, last, after, upto, vouched):
    report = check(signed, first=first, last=last)
    assert (report.good, report.after, report.upto, report.signed) == (True, after, upto, vouched)


def test_a_case_is_checked_by_itself(signed):
    report = verify.case(signed.recorder, OURS, CASE)
    assert (report.good, report.signed) == (True, 40)


def test_an_empty_log_is_as_it_was_recorded(timed, clock):
    assert check(timed).good
    assert Checkpoints(timed.recorder, OURS).make(clock()) is None


def test_erasing_a_person_leaves_every_hash_as_it_is(signed, clock):
    signed.subjects.put(Identity("p1", "person", "王某"), Identity("p2", "person", "李某"))
    with signed.batch():
        signed.append(Notebook("about p1"))
        signed.subjects.empty("p1", clock())
    signed.subjects.scrub()
    Checkpoints(signed.recorder, OURS).make(clock())
    report = check(signed)
    assert (report.good, report.signed) == (True, 61)
    assert signed.subjects.get(["p2"])["p2"].name == "李某"


# What was done to the events


def swapped(one, two, columns=slice(1, 7)):
    def swap(rows):
        a, b = list(rows[one - 1]), list(rows[two - 1])
        a[columns], b[columns] = b[columns], a[columns]
        rows[one - 1], rows[two - 1] = tuple(a), tuple(b)
        return rows

    return swap


def with_row(position, column, value):
    def change(rows):
        was = rows[position - 1]
        rows[position - 1] = changed(was, column, value(was) if callable(value) else value)
        return rows

    return change


DEEDS = {
    "one byte of a state": (with_row(33, "state", lambda row: row[5][:-3] + b"?" + row[5][-2:]), Kind.CHANGED, 33, 33),
    "a state that became text": (with_row(33, "state", b""), Kind.CHANGED, 33, 33),
    "a topic": (with_row(1, "topic", "notebook.opened"), Kind.CHANGED, 1, 1),
    "a version": (with_row(60, "originator_version", 99), Kind.CHANGED, 60, 60),
    "an instant": (with_row(25, "recorded_at", "2026-03-02T09:00:00.000000+00:00"), Kind.CHANGED, 25, 25),
    "a hash": (with_row(44, "hash", bytes(32)), Kind.CHANGED, 44, 44),
    "one removed": (lambda rows: rows[:32] + rows[33:], Kind.REMOVED, 33, 33),
    "several removed": (lambda rows: rows[:9] + rows[15:], Kind.REMOVED, 10, 15),
    "the first removed": (lambda rows: rows[1:], Kind.REMOVED, 1, 1),
    "one removed and the gap closed": (lambda rows: renumbered(rows[:32] + rows[33:]), Kind.REMOVED, 33, 33),
    "neighbours swapped": (swapped(33, 34), Kind.SWAPPED, 33, 34),
    "two far apart swapped": (swapped(7, 51), Kind.SWAPPED, 7, 51),
    "two swapped without their hashes": (swapped(7, 51, slice(1, 6)), Kind.SWAPPED, 7, 51),
    "two states swapped": (swapped(7, 51, slice(5, 6)), Kind.SWAPPED, 7, 51),
    "everything after 40 cut off": (lambda rows: rows[:38], Kind.CUT, 39, 40),
    "the chain computed anew": (lambda rows: rechained(with_row(33, "state", b"{}")(rows)), Kind.REWRITTEN, 21, 40),
    "the chain computed anew after a removal": (lambda rows: rechained(rows[:4] + rows[5:]), Kind.REWRITTEN, 1, 20),
    "time went back, and the chain was computed anew": (
        lambda rows: rechained(with_row(50, "recorded_at", rows[10][4])(rows)), Kind.WENT_BACK, 50, 50,
    ),
}  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_done_to_the_events_is_found_and_its_place_named(signed, intruder, deed):
    change, *expected = DEEDS[deed]
    intruder.replace_events(change)
    assert first_in(check(signed)) == tuple(expected)


def test_one_that_was_put_between_is_found(signed, intruder, database_url):
    new = stranger(database_url, intruder.events()[32])
    intruder.replace_events(lambda rows: renumbered([*rows[:32], new, *rows[32:]]))
    assert first_in(check(signed)) == (Kind.INSERTED, 33, 33)


def test_one_that_was_put_between_with_all_hashes_anew_is_found_by_the_checkpoint(
    signed, intruder, database_url
):
    new = stranger(database_url, intruder.events()[32])
    intruder.replace_events(lambda rows: rechained([*rows[:32], new, *rows[32:]]))
    assert first_in(check(signed)) == (Kind.REWRITTEN, 21, 40)


def test_what_an_update_leaves_behind_is_found(signed, intruder):
    intruder.run("UPDATE events SET topic = 'notebook.other' WHERE position = 17")
    assert first_in(check(signed)) == (Kind.CHANGED, 17, 17)
    assert first_in(check(signed, first=5, last=6)) == (Kind.CHANGED, 17, 17)
    assert check(signed, first=21).good, "what is before a range is not looked at"


def test_a_byte_changed_in_the_file_itself_is_found(tmp_path, clock):
    path = tmp_path / "log.db"
    log = open_log(f"sqlite:///{path}", keys=KEYS, clock=clock)
    log.prepare()
    for n in range(30):
        log.append(Notebook(f"book {n} of thirty"))
    log.close()
    whole = path.read_bytes()
    assert whole.count(b"book 12 of thirty") == 1
    path.write_bytes(whole.replace(b"book 12 of thirty", b"book 12 of thirtx"))
    log = open_log(f"sqlite:///{path}", keys=KEYS)
    assert first_in(check(log)) == (Kind.CHANGED, 13, 13)
    log.close()
    path.write_bytes(whole.replace(b"notebook.opened", b"notebook.\xff\xfeened", 3))  # no text any more
    log = open_log(f"sqlite:///{path}", keys=KEYS)
    assert check(log).first.kind is Kind.CHANGED
    log.close()


def test_spellings_that_mean_the_same_to_a_program_are_changes_all_the_same(tmp_path, clock):
    """On SQLite an id in capitals is no longer found by who looks for it: the event has left its case."""
    path = tmp_path / "log.db"
    log = open_log(f"sqlite:///{path}", keys=KEYS, clock=clock)
    log.prepare()
    log.append(Notebook("one"))
    for sql in (
        "UPDATE events SET originator_id = upper(originator_id)",
        "UPDATE events SET recorded_at = replace(recorded_at, '+00:00', 'Z')",
        "UPDATE events SET state = CAST(state AS TEXT)",
    ):
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TRIGGER IF EXISTS events_never_change")
            rows = connection.execute("SELECT * FROM events").fetchall()
            connection.execute(sql)
        assert first_in(check(log)) == (Kind.CHANGED, 1, 1)
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TRIGGER IF EXISTS events_never_go")
            connection.execute("DELETE FROM events")
            connection.executemany(f"INSERT INTO events VALUES ({', '.join('?' * 7)})", rows)
    connection.close()
    assert check(log).good
    log.close()


# What was done to the checkpoints


def note_of(log, size):
    return next(one for one in checkpoints.kept(log.recorder) if one.size == size)


def put_note(intruder, size, note):
    intruder.run("UPDATE checkpoints SET note = ? WHERE size = ?", note, size)


def test_a_root_that_was_changed_no_longer_fits_its_signature(signed, intruder):
    note = note_of(signed, 40).note
    put_note(intruder, 40, note.replace(note.splitlines()[2], note_of(signed, 20).note.splitlines()[2]))
    finding = check(signed).first
    assert (finding.kind, finding.first) == (Kind.CHECKPOINT_FORGED, 40)
    assert "does not fit its text" in finding.sentence


def test_a_log_written_anew_and_signed_with_another_key_is_found(signed, intruder, database_url, clock):
    intruder.replace_events(lambda rows: rechained(rows[:4] + rows[5:]))
    intruder.run("DELETE FROM checkpoints")
    assert Checkpoints(signed.recorder, THEIRS).make(clock()) is not None
    finding = check(signed).first
    assert (finding.kind, finding.first) == (Kind.CHECKPOINT_FORGED, 59)
    assert "not among those of our key" in finding.sentence


def test_a_wrong_root_under_the_right_signature_is_found(signed, intruder):
    made = checkpoints.unchecked(note_of(signed, 40).note)
    wrong = checkpoints.Checkpoint(made.origin, 40, bytes(32), made.head, made.recorded_at)
    note = OURS.sign(made.origin, wrong.text())
    report = check(signed, elsewhere=[note])
    assert {(one.kind, one.first) for one in report.findings} == {
        (Kind.CHECKPOINT_FORGED, 40), (Kind.CHECKPOINT_REMOVED, 40),
    }  # fmt: skip


def test_a_checkpoint_moved_to_another_size_is_found(signed, intruder):
    put_note(intruder, 40, note_of(signed, 20).note)
    assert first_in(check(signed)) == (Kind.CHECKPOINT_FORGED, 40, 40)


def test_what_is_kept_of_the_tree_is_not_believed_either(signed, intruder, clock):
    intruder.run("UPDATE checkpoints SET frontier = ? WHERE size = 40", bytes(64))
    assert first_in(check(signed)) == (Kind.CHECKPOINT_FORGED, 40, 40)
    with pytest.raises(NotVouchedFor, match="does not give its root"):
        Checkpoints(signed.recorder, OURS).make(clock())


def test_a_cut_that_takes_the_checkpoints_along_is_found_by_one_that_is_kept_elsewhere(signed, intruder):
    held = note_of(signed, 40).note
    intruder.run("DELETE FROM events WHERE position > 30")
    intruder.run("DELETE FROM checkpoints WHERE size > 30")
    assert check(signed).good, "nothing inside the database tells"
    report = check(signed, elsewhere=[held])
    assert {(one.kind, one.first, one.last) for one in report.findings} == {
        (Kind.CUT, 31, 40), (Kind.CHECKPOINT_REMOVED, 40, 40),
    }  # fmt: skip


@pytest.mark.parametrize("table", ["checkpoints", "tree_blocks"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {0} SET {1} = {1}"])
def test_the_database_refuses_to_change_or_forget_a_checkpoint(large, table, sql):
    key = {"checkpoints": "size", "tree_blocks": "block"}[table]
    with pytest.raises(PersistenceError, match=f"{table} are append-only"), large.recorder.transaction():
        large.recorder.run(sql.format(table, key))


# Making them


def test_nothing_is_signed_over_events_that_were_changed(signed, intruder, clock):
    intruder.run("UPDATE events SET topic = 'notebook.other' WHERE position = 47")
    with pytest.raises(Tampered) as refused:
        Checkpoints(signed.recorder, OURS).make(clock())
    assert refused.value.position == 47
    assert len(checkpoints.kept(signed.recorder)) == 2


def test_a_checkpoint_costs_only_what_is_new(signed, clock, monkeypatch):
    read: list[int] = []
    pages = DatabaseRows.pages

    def counted(self, after, upto):
        for page in pages(self, after, upto):
            read.extend(row[0] for row in page)
            yield page

    monkeypatch.setattr(DatabaseRows, "pages", counted)
    anchor = Checkpoints(signed.recorder, OURS).make(clock())
    assert anchor is not None
    assert (anchor.checkpoint.size, read) == (60, list(range(41, 61)))


def test_a_checkpoint_is_due_after_so_many_events_and_after_midnight(timed, clock):
    def record(n, to):
        for k in range(n, to):
            timed.recorder.record(Write([StoredEvent(UUID(int=k), 1, "a", b"{}")]))

    made = Checkpoints(timed.recorder, OURS, every=10)
    assert not made.due(clock())
    record(0, 1)
    assert made.due(clock()), "the first event is anchored at once"
    made.make(clock())
    record(1, 10)
    assert not made.due(clock())
    assert made.due(clock() + timedelta(days=1))
    record(10, 11)
    assert made.due(clock())
    elsewhere = Checkpoints(timed.recorder, OURS, every=10)
    there = elsewhere.make(clock())
    assert there is not None and there.checkpoint.size == 11
    assert not made.due(clock()), "another process has made it"
    assert made.make(clock()) is None
    assert not made.due(clock() + timedelta(days=1)), "nothing new, nothing to sign"


# Proofs, and cases


@pytest.fixture
def large(timed, clock):
    """Two blocks of the tree and a half, signed in two steps that end inside of blocks."""
    maker = Checkpoints(timed.recorder, OURS)
    size = BLOCK * 5 // 2
    for begin, end in ((0, 700), (700, BLOCK + 300), (BLOCK + 300, size)):
        events = [StoredEvent(UUID(int=n % 50), n // 50 + 1, "a", b'{"n":%d}' % n) for n in range(begin, end)]
        timed.recorder.record(Write(events))
        if end != BLOCK + 300:
            maker.make(clock())
    return timed


def newest(log):
    return checkpoints.opened(checkpoints.kept(log.recorder, newest=True)[0].note, OURS)


def test_every_event_can_be_proved_to_be_in_the_signed_log(large):
    anchor = newest(large)
    for position in (1, 2, 700, BLOCK, BLOCK + 1, BLOCK * 2, BLOCK * 2 + 1, BLOCK * 5 // 2):
        proof = proofs.inclusion(large.recorder, anchor, position)
        hash_ = hashlib.sha256(proof.previous + proof.event).digest()
        made = anchor.checkpoint
        assert merkle.includes(hash_, position - 1, made.size, proof.path, made.root)
    with pytest.raises(ValueError, match="1 to 2560"):
        proofs.inclusion(large.recorder, anchor, BLOCK * 5 // 2 + 1)


def test_a_later_checkpoint_is_proved_to_continue_an_earlier_one(large):
    earlier, later = (checkpoints.opened(one.note, OURS) for one in checkpoints.kept(large.recorder))
    proof = proofs.continuation(large.recorder, earlier, later)
    old, new = earlier.checkpoint, later.checkpoint
    assert merkle.continues(old.size, old.root, new.size, new.root, proof.path)
    with pytest.raises(ValueError, match="cannot continue"):
        proofs.continuation(large.recorder, later, earlier)


def test_kept_nodes_that_are_wrong_are_computed_anew(large, database_url):
    with intruding(database_url) as intruder:
        intruder.run("UPDATE tree_blocks SET root = ? WHERE block = 0", bytes(32))
    assert proofs.inclusion(large.recorder, newest(large), 5).position == 5
    assert verify.case(large.recorder, OURS, CASE).good


@pytest.mark.parametrize("hashes_too", [False, True])
def test_a_changed_event_of_a_case_is_found_in_the_case_and_by_its_proof(large, database_url, hashes_too):
    position = BLOCK + 6  # of the case: 5 + 50 n + 1
    position += (6 - position) % 50
    with intruding(database_url) as intruder:
        if hashes_too:
            intruder.replace_events(lambda rows: rechained(with_row(position, "state", b"{}")(rows)))
        else:
            intruder.run("UPDATE events SET state = ? WHERE position = ?", b"{}", position)
    expected = (Kind.REWRITTEN, 701, 2560) if hashes_too else (Kind.CHANGED, position, position)
    assert first_in(verify.case(large.recorder, OURS, CASE)) == expected
    with pytest.raises(Tampered):
        proofs.inclusion(large.recorder, newest(large), position)


def test_an_event_that_was_taken_from_a_case_is_missed_in_the_case(signed, intruder):
    intruder.run("DELETE FROM events WHERE originator_id = ? AND originator_version = 4", str(CASE))
    report = verify.case(signed.recorder, OURS, CASE)
    assert any(one.kind is Kind.REMOVED and one.first <= 24 <= one.last for one in report.findings)


def test_a_case_whose_last_events_are_not_signed_yet_is_checked_along_the_chain(signed, intruder):
    intruder.run("UPDATE events SET topic = 'notebook.other' WHERE position = 54")
    assert first_in(verify.case(signed.recorder, OURS, CASE)) == (Kind.CHANGED, 54, 54)


def test_what_an_import_has_brought_is_signed_in_steps_so_that_a_forgery_is_narrowed_down(timed, clock):
    events = [StoredEvent(UUID(int=n), 1, "a", b"{}") for n in range(25)]
    timed.recorder.record(Write(events))
    maker = Checkpoints(timed.recorder, OURS, every=10)
    while maker.due(clock() + timedelta(days=1)):
        maker.make(clock())
    assert [one.size for one in checkpoints.kept(timed.recorder)] == [10, 20, 25]
    assert check(timed).signed == 25

"""A log that was handed out is checked without its database: by us, and by a program that knows nothing of us."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eventlog import checkpoints, exports, proofs
from eventlog.checkpoints import Checkpoints
from eventlog.errors import NotAnExport
from eventlog.findings import Kind
from eventlog.signing import lines
from tests.support.tampering import OURS, THEIRS, intruding, rechained

STANDALONE = Path(__file__).parents[2] / "docs" / "verify_standalone.py"


@pytest.fixture
def whole(signed, clock):
    """The log of `signed`, all of it signed."""
    Checkpoints(signed.recorder, OURS).make(clock())
    return signed


@pytest.fixture
def put(tmp_path):
    """Puts lines into a file."""

    def write(lines, name="log.jsonl"):
        path = tmp_path / name
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def public(whole, put):
    found = lines(OURS.all, checkpoints.origin_of(whole.recorder))
    return put([f"{line}\n" for line in found], "keys")


def standalone(path, public):
    done = subprocess.run(
        [sys.executable, STANDALONE, path, public],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": ""},
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.strip()


def first_in(report):
    return report.first and (report.first.kind, report.first.first, report.first.last)


def test_an_export_is_checked_by_us_and_by_the_program_of_140_lines(whole, put, public):
    path = put(exports.lines(whole.recorder))
    report = exports.file(path, OURS)
    assert (report.good, report.after, report.upto, report.signed) == (True, 0, 60, 60)
    assert standalone(path, public) == (0, "good: events 1 to 60 are what was recorded; signed up to 60")


def test_a_range_begins_behind_a_checkpoint_and_is_checked_from_there(whole, put, public):
    path = put(exports.lines(whole.recorder, first=25, last=45))
    report = exports.file(path, OURS)
    assert (report.good, report.after, report.upto, report.signed) == (True, 20, 45, 40)
    assert standalone(path, public) == (0, "good: events 21 to 45 are what was recorded; signed up to 40")


def test_checkpoints_alone_are_for_keeping_elsewhere(whole, put):
    path = put(exports.lines(whole.recorder, events=False))
    assert exports.ExportedRows(path).notes == [one.note for one in checkpoints.kept(whole.recorder)]
    with pytest.raises(NotAnExport, match="--checkpoints"):
        exports.file(path, OURS)


def edited(lines, number, **change):
    """Event `number`'s line with something else in it (the head and three checkpoints stand before the events)."""
    at = number + 3
    lines[at] = json.dumps({**json.loads(lines[at]), **change}) + "\n"
    return lines


DEEDS = {
    "a byte": (
        lambda ls: edited(ls, 33, event=json.loads(ls[36])["event"][:-8] + "AAAAAAA="), Kind.CHANGED, 33, 33
    ),
    "a hash": (lambda ls: edited(ls, 33, hash="AAAA"), Kind.CHANGED, 33, 33),
    "no JSON": (lambda ls: [*ls[:36], "gone\n", *ls[37:]], Kind.CHANGED, 33, 33),
    "one line removed": (lambda ls: ls[:36] + ls[37:], Kind.REMOVED, 33, 33),
    "two lines swapped": (lambda ls: [*ls[:36], ls[37], ls[36], *ls[38:]], Kind.SWAPPED, 33, 33),
    "one line twice": (lambda ls: [*ls[:37], ls[36], *ls[37:]], Kind.INSERTED, 34, 34),
    "the tail cut": (lambda ls: ls[:-10], Kind.REMOVED, 51, 51),
    "the tail cut, and the head told so": (
        lambda ls: [ls[0].replace('"upto":60', '"upto":50'), *ls[1:-10]], Kind.CUT, 51, 60
    ),
    "more than the head says": (
        lambda ls: [ls[0].replace('"upto":60', '"upto":50'), *ls[1:]], Kind.INSERTED, 51, 51
    ),
    "a checkpoint": (lambda ls: [ls[0], ls[1], ls[2].replace("\\n40\\n", "\\n41\\n"), *ls[3:]], Kind.CHECKPOINT_FORGED, 41, 41),
}  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_done_to_an_export_is_found_by_both(whole, put, public, deed):
    change, *expected = DEEDS[deed]
    path = put(change(list(exports.lines(whole.recorder))))
    assert first_in(exports.file(path, OURS)) == tuple(expected)
    code, said = standalone(path, public)
    assert code == 1 and said.startswith("NOT GOOD: ")


def test_a_log_computed_anew_is_found_by_the_checkpoints_in_its_export(whole, put, public, database_url):
    with intruding(database_url) as intruder:
        intruder.replace_events(lambda rows: rechained([*rows[:32], *rows[33:], rows[32]]))
    path = put(exports.lines(whole.recorder))
    assert first_in(exports.file(path, OURS)) == (Kind.REWRITTEN, 21, 40)
    assert standalone(path, public)[0] == 1


def test_keys_of_another_vouch_for_nothing(whole, put):
    path = put(exports.lines(whole.recorder))
    report = exports.file(path, THEIRS)
    assert {one.kind for one in report.findings} == {Kind.CHECKPOINT_FORGED} and len(report.findings) == 3
    stranger = put(
        [f"{line}\n" for line in lines(THEIRS.all, checkpoints.origin_of(whole.recorder))], "theirs"
    )
    assert standalone(path, stranger) == (1, "NOT GOOD: signed by none of the keys")


def test_a_range_that_nobody_vouches_for_is_refused(whole, put, public):
    lines = list(exports.lines(whole.recorder, first=25))
    report = exports.file(put([lines[0], *lines[2:]]), OURS)
    assert first_in(report) == (Kind.CHECKPOINT_FORGED, 20, 20)
    assert standalone(put([lines[0], *lines[2:]]), public)[0] == 1


@pytest.mark.parametrize("text", ["", "no export\n", '{"form": "gridcase-log-9", "after": 0, "upto": 1}\n'])
def test_what_is_no_export_is_told_so(put, text):
    with pytest.raises(NotAnExport):
        exports.file(put([text]), OURS)


def test_a_proof_is_checked_by_who_has_nothing_but_a_public_key(whole, put, public):
    anchor = checkpoints.opened(checkpoints.kept(whole.recorder)[1].note, OURS)
    proof = proofs.inclusion(whole.recorder, anchor, 33).as_json()
    path = put([json.dumps(proof)], "proof.json")
    assert standalone(path, public) == (0, "good: event 33 is one of the 40 that were signed")
    for change in ({"position": 32}, {"path": proof["path"][::-1]}, {"event": proof["event"][:-4] + "AA=="}):
        code, said = standalone(put([json.dumps({**proof, **change})], "proof.json"), public)
        assert code == 1 and said.startswith("NOT GOOD: ")

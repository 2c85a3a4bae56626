"""The master key is changed while people are read and written, can be interrupted anywhere, and loses nobody."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from eventlog import keeping
from eventlog.errors import BadMasterKey, MasterKeyMissing, Unavailable
from eventlog.log import open_log
from eventlog.master import MasterKeys, new_key, put_first
from eventlog.subjects import Identity

OLD, NEW = new_key(), new_key()
OLD_ONLY, NEW_ONLY, BOTH = (MasterKeys.of(text, "tests") for text in (OLD, NEW, f"{NEW}\n{OLD}"))
PEOPLE = [Identity(f"P-{n:04}", "person", f"某{n}") for n in range(1200)]


@pytest.fixture
def peopled(database_url):
    """The URL of a database with people sealed under the old key."""
    log = open_log(database_url, keys=OLD_ONLY)
    log.prepare()
    log.subjects.put(*PEOPLE)
    log.close()
    return database_url


@pytest.fixture
def opened(peopled):
    """Opens that database with some keys."""
    logs = []

    def open_with(keys):
        log = open_log(peopled, keys=keys)
        logs.append(log)
        return log

    yield open_with
    for log in logs:
        log.close()


def everybody(log):
    found = log.subjects.get(one.subject_id for one in PEOPLE)
    return [found[one.subject_id] for one in PEOPLE]


def test_after_a_rotation_the_new_key_opens_everything_and_the_old_one_nothing(opened):
    log = opened(BOTH)
    log.prepare()
    assert log.subjects.rotation_pending and everybody(log) == PEOPLE
    seen: list[int] = []
    assert log.subjects.rotate(seen.append) == 1200
    assert seen[:3] == [500, 1000, 1200]
    assert not log.subjects.rotation_pending
    assert log.subjects.masters() == {NEW_ONLY.first.id: 1200}
    after = opened(NEW_ONLY)
    after.prepare()
    assert everybody(after) == PEOPLE
    before = opened(OLD_ONLY)
    with pytest.raises(MasterKeyMissing, match=NEW_ONLY.first.id):
        before.prepare()
    with pytest.raises(MasterKeyMissing):
        everybody(before)


@pytest.mark.parametrize("after", [1, 499, 700, 1200])
def test_an_interrupted_rotation_leaves_everybody_readable_and_goes_on(opened, monkeypatch, after):
    log = opened(BOTH)
    done = 0

    def dies(*arguments):
        nonlocal done
        if done == after:
            raise KeyboardInterrupt
        done += 1
        put(*arguments)

    put = keeping._put
    monkeypatch.setattr(keeping, "_put", dies)
    if after < 1200:
        with pytest.raises(KeyboardInterrupt):
            log.subjects.rotate()
    else:  # everything is wrapped, and it dies before that is noted
        monkeypatch.setattr(keeping, "note", lambda *arguments: dies())
        with pytest.raises(KeyboardInterrupt):
            log.subjects.rotate()
    monkeypatch.undo()
    again = opened(BOTH)
    again.prepare()
    assert again.subjects.rotation_pending and everybody(again) == PEOPLE
    assert (
        again.subjects.rotate() == {1: 1200, 499: 1200, 700: 700, 1200: 0}[after]
    )  # 500 at once, or none of them
    assert again.subjects.masters() == {NEW_ONLY.first.id: 1200} and not again.subjects.rotation_pending


def test_people_who_come_and_change_during_a_rotation_are_not_lost(opened):
    rotating, serving = opened(BOTH), opened(OLD_ONLY)  # a server that has not seen the new key yet
    stop = threading.Event()
    put: list[Identity] = []

    def serve():
        while not stop.is_set() and len(put) < 50:
            one = Identity(f"P-{len(put) * 20:04}", "person", f"改名{len(put)}")
            serving.subjects.put(one, Identity(f"Q-{len(put)}", "person", "新来"))
            put.append(one)

    thread = threading.Thread(target=serve)
    thread.start()
    rotating.subjects.rotate()
    stop.set()
    thread.join()
    rotating.subjects.rotate()
    assert set(rotating.subjects.masters()) == {NEW_ONLY.first.id}
    assert rotating.subjects.get(one.subject_id for one in put) == {one.subject_id: one for one in put}


def test_an_erased_person_stays_erased(opened):
    log = opened(BOTH)
    log.subjects.empty("P-0007", datetime(2026, 1, 1, tzinfo=UTC))
    assert log.subjects.rotate() == 1199
    assert log.recorder.query("SELECT subject_id FROM subjects WHERE content IS NULL") == [("P-0007",)]


def test_the_key_beside_the_database_is_changed_and_then_forgotten(tmp_path):
    log = open_log(f"sqlite:///{tmp_path}/town.db")
    log.prepare()
    log.subjects.put(*PEOPLE)
    before = log.subjects.keys.first.id
    put_first(log.subjects.keys.file)  # as far as an interrupted change came
    with pytest.raises(Unavailable, match=before):
        log.subjects.forget_masters()
    assert log.subjects.change_master() == 1200
    assert len(log.subjects.keys.ids) == 2 and log.subjects.forget_masters() == [before]
    assert everybody(log) == PEOPLE
    log.close()


def test_keys_of_a_variable_are_changed_by_hand(opened):
    with pytest.raises(BadMasterKey, match="tests"):
        log = opened(OLD_ONLY)
        log.subjects.change_master()


def test_without_the_old_key_nothing_is_rewrapped_and_the_one_that_is_missing_is_named(opened):
    log = opened(NEW_ONLY)
    with pytest.raises(MasterKeyMissing, match=OLD_ONLY.first.id):
        log.subjects.rotate()
    assert log.subjects.masters() == {OLD_ONLY.first.id: 1200}

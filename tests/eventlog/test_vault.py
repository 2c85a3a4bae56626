"""What is known of people opens for its own subject, with the right master key, and in no other way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from eventlog import vault
from eventlog.errors import BadMasterKey, MasterKeyMissing, SealBroken
from eventlog.log import open_log
from eventlog.master import MasterKeys, keep_first, made_once, new_key, put_first
from eventlog.subjects import Identity
from eventlog.vault import SUITES, Suite, rewrap, seal, unseal
from tests.support.keys import KEYS

OTHERS = MasterKeys.of(new_key(), "somewhere else")
references = st.text(min_size=1, max_size=20)


@given(references, st.binary(max_size=300))
def test_what_is_sealed_opens_again_and_never_twice_alike(subject_id, content):
    sealed = seal(subject_id, content, KEYS.first)
    assert unseal(subject_id, sealed, KEYS) == content
    assert sealed != seal(subject_id, content, KEYS.first)


@given(references, references, st.binary(min_size=4))
def test_nobody_gets_what_belongs_to_another(mine, yours, content):
    sealed = seal(mine, content, KEYS.first)
    assert content not in sealed
    if mine != yours:
        with pytest.raises(SealBroken, match="for another subject"):
            unseal(yours, sealed, KEYS)
        with pytest.raises(SealBroken):
            rewrap(yours, sealed, KEYS, KEYS.first)


@given(st.data())
def test_a_changed_byte_is_never_read_over(data):
    sealed = bytearray(seal("P-1", b"content", KEYS.first))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((SealBroken, MasterKeyMissing)):  # the key's id is among the bytes
        unseal("P-1", bytes(sealed), KEYS)


def test_key_and_content_of_one_person_do_not_mix_with_those_of_another():
    mine, yours = (vault.read(who, seal(who, b"content", KEYS.first)) for who in ("P-1", "P-2"))
    mixed = vault.Sealed(mine.suite, mine.master, mine.key, yours.content)
    with pytest.raises(SealBroken):
        unseal("P-1", vault._encode(mixed), KEYS)


@given(references, st.binary(max_size=300))
def test_wrapping_anew_leaves_the_content_as_it_is(subject_id, content):
    both = MasterKeys.of(f"{new_key()}\n{new_key()}", "both")
    old = MasterKeys("old", [both.get(both.ids[1])])
    sealed = seal(subject_id, content, old.first)
    wrapped = rewrap(subject_id, sealed, both, both.first)
    assert unseal(subject_id, wrapped, both) == content
    assert vault.read(subject_id, wrapped).content == vault.read(subject_id, sealed).content
    with pytest.raises(MasterKeyMissing):
        unseal(subject_id, wrapped, old)


class SM4GCM:
    """As a second suite might be written (GB/T 32907)."""

    def __init__(self, key):
        self.key = key

    def encrypt(self, nonce, data, associated_data):
        at_work = Cipher(algorithms.SM4(self.key), modes.GCM(nonce)).encryptor()
        at_work.authenticate_additional_data(associated_data)
        return at_work.update(data) + at_work.finalize() + at_work.tag

    def decrypt(self, nonce, data, associated_data):
        if len(data) < 16:
            raise InvalidTag
        at_work = Cipher(algorithms.SM4(self.key), modes.GCM(nonce, data[-16:])).decryptor()
        at_work.authenticate_additional_data(associated_data)
        return at_work.update(data[:-16]) + at_work.finalize()


def test_the_suite_stands_in_the_data_so_another_one_can_follow(monkeypatch):
    before = seal("P-1", b"content", KEYS.first)
    monkeypatch.setitem(SUITES, "sm4gcm-v1", Suite("sm4gcm-v1", 16, SM4GCM))
    after = seal("P-1", b"content", KEYS.first, "sm4gcm-v1")
    assert [vault.read("P-1", one).suite for one in (before, after)] == ["aes256gcm-v1", "sm4gcm-v1"]
    assert unseal("P-1", before, KEYS) == unseal("P-1", after, KEYS) == b"content"
    monkeypatch.undo()
    with pytest.raises(SealBroken, match="sm4gcm-v1"):
        unseal("P-1", after, KEYS)


# On a database


WANG = Identity("P-1", "person", "王建国", "330501196001011234", "13800001111", "龙山村3组")
LI = Identity("P-2", "person", "李四")


def test_the_table_holds_no_readable_byte(log):
    log.subjects.put(WANG)
    assert log.subjects.get(["P-1"]) == {"P-1": WANG}
    (content,) = log.recorder.query("SELECT content FROM subjects")[0]
    for known in (WANG.name, WANG.id_number, WANG.phone, WANG.address):
        assert known.encode() not in bytes(content)


def test_a_row_copied_over_another_does_not_open(log):
    log.subjects.put(WANG, LI)
    with log.recorder.transaction():
        log.recorder.run(
            "UPDATE subjects SET content = (SELECT content FROM subjects WHERE subject_id = ?) WHERE subject_id = ?",
            ("P-1", "P-2"),
        )
    with pytest.raises(SealBroken, match=r"'P-2' was changed, or was sealed for another subject"):
        log.subjects.get(["P-2"])
    assert log.subjects.get(["P-1"]) == {"P-1": WANG}


def test_a_wrong_master_key_stops_the_start_and_says_which_one_is_wanted(database_url):
    log = open_log(database_url, keys=KEYS)
    log.prepare()
    log.subjects.put(WANG)
    log.close()
    stranger = open_log(database_url, keys=OTHERS)
    with pytest.raises(MasterKeyMissing) as missing:
        stranger.prepare()
    with pytest.raises(MasterKeyMissing):
        stranger.subjects.get(["P-1"])
    stranger.close()
    assert KEYS.first.id in str(missing.value) and OTHERS.first.id in str(missing.value)
    assert "somewhere else" in str(missing.value)


def test_on_postgresql_without_a_key_events_are_kept_and_people_refused_with_the_remedy(postgres_url):
    log = open_log(postgres_url)
    log.prepare()
    with pytest.raises(MasterKeyMissing, match="Set GRIDCASE_MASTER_KEY_FILE"):
        log.subjects.put(WANG)
    log.close()


def test_a_database_in_memory_has_a_key_in_memory():
    log = open_log("sqlite:///:memory:")
    log.prepare()
    log.subjects.put(WANG)
    assert log.subjects.get(["P-1"]) == {"P-1": WANG}
    log.close()


def test_on_sqlite_the_key_is_made_once_beside_the_file_for_its_owner_only(tmp_path):
    for _ in range(2):
        log = open_log(f"sqlite:///{tmp_path}/town.db")
        log.prepare()
        log.subjects.put(WANG)
        assert log.subjects.get(["P-1"]) == {"P-1": WANG}
        log.close()
    key = tmp_path / "town.master.key"
    assert key.stat().st_mode & 0o077 == 0
    key.rename(tmp_path / "lost")
    log = open_log(f"sqlite:///{tmp_path}/town.db")
    with pytest.raises(MasterKeyMissing, match=r"town\.master\.key holds no key"):
        log.prepare()
    log.close()
    assert not key.exists()  # a new one would hide that the right one is missing


def test_people_kept_unsealed_by_the_first_version_are_sealed_at_the_start(tmp_path):
    log = open_log(f"sqlite:///{tmp_path}/town.db")
    log.recorder.prepare()
    with log.recorder.transaction():
        plain = '{"subject_id":"P-1","kind":"person","name":"王建国","phone":"13800001111"}'.encode()
        log.recorder.run(
            "INSERT INTO subjects (subject_id, kind, content) VALUES (?, ?, ?)", ("P-1", "person", plain)
        )
        log.recorder.run(
            "INSERT INTO subjects (subject_id, kind, content) VALUES (?, ?, ?)", ("P-0", "person", plain)
        )
    with log.recorder.transaction():
        log.recorder.run("DELETE FROM subjects WHERE subject_id = ?", ("P-0",))
    log.prepare()
    assert log.subjects.get(["P-1"]) == {"P-1": Identity("P-1", "person", "王建国", phone="13800001111")}
    assert not [file for file in tmp_path.iterdir() if "王建国".encode() in file.read_bytes()]
    log.close()


def test_a_fingerprint_can_neither_be_tried_without_the_master_key_nor_changes_with_it(database_url):
    old, new = new_key(), new_key()
    told = []
    for text in (old, f"{new}\n{old}", new):
        log = open_log(database_url, keys=MasterKeys.of(text, "tests"))
        log.prepare()
        log.subjects.rotate()
        told.append(log.subjects.fingerprint("王建国".encode()))
        log.close()
    assert len(set(told)) == 1
    assert told[0] != hashlib.sha256("王建国".encode()).hexdigest()


# Master keys


def test_no_message_and_no_repr_tells_a_key():
    secret = new_key()
    keys = MasterKeys.of(secret, "here")
    assert secret not in f"{keys!r} {keys.first!r} {keys.__dict__}"
    with pytest.raises(BadMasterKey) as bad:
        MasterKeys.of(f"{secret}\n{secret[:-1]}", "the variable")
    assert "the variable, line 2" in str(bad.value) and secret[:16] not in str(bad.value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "secret", "0" * 64, "ab" * 31, "zz" * 32])
def test_what_is_no_random_key_is_refused(text):
    with pytest.raises(BadMasterKey, match="openssl rand -hex 32"):
        MasterKeys.of(text, "here")


def test_a_key_added_to_the_file_is_seen_by_a_running_process(tmp_path):
    path = tmp_path / "master.key"
    made_once(path)
    keys = MasterKeys.in_file(path)
    before = keys.first.id
    added = put_first(path)
    assert keys.ids == [added, before]
    assert keep_first(path) == [before]
    assert keys.ids == [added]
    assert path.stat().st_mode & 0o077 == 0 and [one.name for one in tmp_path.iterdir()] == ["master.key"]


def test_a_file_that_goes_away_leaves_a_running_process_its_keys(tmp_path):
    path = Path(tmp_path) / "master.key"
    made_once(path)
    keys = MasterKeys.in_file(path)
    before = keys.first.id
    path.unlink()
    assert keys.first.id == before

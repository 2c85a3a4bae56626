"""The people store: found by reference, corrected, erased for good."""

import random
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest

from eventlog.errors import SubjectEmptied
from eventlog.log import open_log
from eventlog.subjects import Emptied, Identity
from tests.support.notebook import Notebook

AT = datetime(2025, 3, 1, 12, tzinfo=UTC)
WANG = Identity("P-1", "person", "王建国", "330501196001011234", "13800001111", "龙山村3组")


def test_people_are_got_by_reference(log):
    shop = Identity("O-1", "organisation", "茶叶合作社")
    log.append(Notebook("with people"), identities=[WANG])
    log.subjects.put(shop)
    assert log.subjects.get(["P-1", "O-1", "P-404"]) == {"P-1": WANG, "O-1": shop}
    assert log.subjects.get([]) == {}


def test_many_people_are_got_at_once(log):
    with log.batch():
        log.subjects.put(*(Identity(f"P-{n}", "person", f"某{n}") for n in range(1200)))
    assert len(log.subjects.get(f"P-{n}" for n in range(1200))) == 1200


def test_a_correction_replaces_what_was_known(log):
    log.subjects.put(WANG)
    corrected = Identity("P-1", "person", "王建民")
    log.subjects.put(corrected)
    assert log.subjects.get(["P-1"]) == {"P-1": corrected}


def test_an_erased_person_stays_as_a_reference_and_no_byte_of_the_name_remains_in_the_table(log):
    log.subjects.put(WANG)
    log.subjects.empty("P-1", AT)
    log.subjects.empty("P-1", AT.replace(year=2026))
    assert log.subjects.get(["P-1"]) == {"P-1": Emptied("P-1", "person", AT)}
    assert "王建国" not in str(log.recorder.query("SELECT * FROM subjects"))


def test_no_copy_of_an_erased_person_stays_in_a_page_that_was_split(tmp_path):
    """SQLite's secure_delete alone leaves some: a row that moves leaves its bytes in the gap of its old page."""
    log, dice = open_log(f"sqlite:///{tmp_path}/log.db"), random.Random(1)
    log.prepare()
    for _ in range(60):
        with log.batch():
            for n in dice.choices(range(3000), k=100):
                address = "x" * dice.randrange(300)
                log.subjects.put(Identity(f"P-{n}", "person", "某", address=address))
    gone = dict(dice.sample(log.recorder.query("SELECT subject_id, content FROM subjects"), 500))
    with log.batch():
        for subject_id in gone:
            log.subjects.empty(subject_id, AT)
    assert log.subjects.scrub()
    data = (tmp_path / "log.db").read_bytes() + (tmp_path / "log.db-wal").read_bytes()
    assert [subject_id for subject_id, sealed in gone.items() if sealed[60:90] in data] == []
    log.close()


def test_what_could_not_be_scrubbed_is_scrubbed_at_the_next_start(tmp_path, monkeypatch):
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    log.prepare()
    log.subjects.put(WANG)
    log.subjects.empty("P-1", AT)
    monkeypatch.setattr(log.recorder, "scrub", lambda whole: False)  # somebody is reading
    assert not log.subjects.scrub()
    monkeypatch.undo()
    scrub = Mock(wraps=log.recorder.scrub)
    monkeypatch.setattr(log.recorder, "scrub", scrub)
    log.prepare()
    log.prepare()
    scrub.assert_called_once_with(whole=False)
    log.close()


def test_an_erased_person_does_not_come_back(log):
    log.subjects.put(WANG)
    log.subjects.empty("P-1", AT)
    with pytest.raises(SubjectEmptied, match="P-1"):
        log.append(Notebook("late"), identities=[Identity("P-2", "person", "李某"), WANG])
    assert log.head() == 0
    assert set(log.subjects.get(["P-1", "P-2"])) == {"P-1"}


def test_erasing_an_unknown_person_changes_nothing(log):
    log.subjects.empty("P-404", AT)
    assert log.subjects.get(["P-404"]) == {}


def test_a_refused_person_inside_a_batch_undoes_its_append_alone(log):
    log.subjects.put(WANG)
    log.subjects.empty("P-1", AT)
    with log.batch():
        log.append(Notebook("first"))
        with pytest.raises(SubjectEmptied):
            log.append(Notebook("second"), identities=[WANG])
        log.append(Notebook("third"))
    assert [logged.event.title for logged in log.read(0)] == ["first", "third"]

"""The people store: found by reference, corrected, erased for good."""

from datetime import UTC, datetime

import pytest

from eventlog.errors import SubjectEmptied
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

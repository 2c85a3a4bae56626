"""Our recorders behind the library's own interface."""

from uuid import uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder, EventStore, IntegrityError, StoredEvent

from eventlog.encoding import EventMapper
from eventlog.log import open_log
from tests.support.notebook import Notebook


def stored(originator_id, version, topic="a"):
    return StoredEvent(originator_id, version, topic, b"{}")


def ids(notifications):
    return [notification.id for notification in notifications]


def test_events_of_one_aggregate_are_selected_by_version(log):
    recorder, one = log.recorder, uuid4()
    assert isinstance(recorder, ApplicationRecorder)
    assert recorder.insert_events([]) is None
    assert recorder.insert_events([stored(one, n) for n in range(1, 5)]) == [1, 2, 3, 4]

    def versions(**options):
        return [event.originator_version for event in recorder.select_events(one, **options)]

    assert versions() == [1, 2, 3, 4]
    assert versions(gt=1, lte=3) == [2, 3]
    assert versions(desc=True, limit=2) == [4, 3]
    assert recorder.select_events(uuid4()) == []
    first = recorder.select_events(one)[0]
    assert (first.originator_id, first.topic, first.state) == (one, "a", b"{}")


def test_a_repeated_version_is_an_integrity_error_and_nothing_is_written(log):
    one = uuid4()
    log.recorder.insert_events([stored(one, 1)])
    for refused in ([stored(one, 1)], [stored(one, 2), stored(one, 1)], [stored(one, 2), stored(one, 2)]):
        with pytest.raises(IntegrityError):
            log.recorder.insert_events(refused)
    assert log.recorder.max_notification_id() == 1


def test_notifications_are_selected_by_position_and_topic(log):
    recorder = log.recorder
    assert recorder.max_notification_id() is None
    assert recorder.select_notifications(None, 10) == []
    recorder.insert_events([stored(uuid4(), 1, topic) for topic in "abac"])
    assert ids(recorder.select_notifications(None, 10)) == [1, 2, 3, 4]
    assert ids(recorder.select_notifications(2, 2)) == [2, 3]
    assert ids(recorder.select_notifications(2, 10, inclusive_of_start=False)) == [3, 4]
    assert ids(recorder.select_notifications(1, 10, stop=3, topics=["a"])) == [1, 3]
    assert recorder.max_notification_id() == 4


def test_a_subscription_gives_every_notification_once_and_goes_on_after_the_last(log, database_url):
    log.recorder.insert_events([stored(uuid4(), 1, topic) for topic in "aba"])
    with log.recorder.subscribe(gt=1) as everything, log.recorder.subscribe(topics=["a"]) as only_a:
        assert ids(next(everything) for _ in range(2)) == [2, 3]
        assert ids(next(only_a) for _ in range(2)) == [1, 3]
        elsewhere = open_log(database_url)
        elsewhere.recorder.insert_events([stored(uuid4(), 1, topic) for topic in "ba"])
        elsewhere.close()
        assert ids(next(everything) for _ in range(2)) == [4, 5]
        assert next(only_a).id == 5
        everything.stop()
        assert list(everything) == []


def test_the_librarys_event_store_works_on_it(log):
    store = EventStore(EventMapper(), log.recorder)
    book = Notebook("through the library")
    book.note("line")
    events = book.collect_events()
    recordings = store.put(events)
    assert [recording.notification.id for recording in recordings] == [1, 2]
    assert list(store.get(book.id)) == [logged.event for logged in log.history(book.id)]

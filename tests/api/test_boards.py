"""A board of a large house may be a minute old; of a small one it is as new as what was last recorded."""

from datetime import UTC, datetime, timedelta

from api.boards import LARGE, OLDEST, Boards

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOON = timedelta(seconds=5)


def test_the_same_answer_is_given_while_nothing_was_recorded_and_no_longer_than_a_minute():
    boards, asked = Boards(), []

    def ask():
        asked.append(1)
        return [{"n": len(asked)}]

    def rows(at):
        return boards.rows(at, "containment", ask)

    at = boards.instant(NOW, 7)
    assert at == NOW and rows(at) is rows(at)
    assert boards.instant(NOW + SOON, 7) == NOW and rows(NOW)[0]["n"] == 1
    assert boards.instant(NOW + SOON, 8) == NOW + SOON and rows(NOW + SOON)[0]["n"] == 2
    later = NOW + SOON + OLDEST
    assert boards.instant(later, 8) == later
    assert rows(later)[0]["n"] == 3 and rows(NOW)[0]["n"] == 4, (
        "another instant is asked for anew, and not kept"
    )
    assert rows(later)[0]["n"] == 3


def test_of_many_events_a_board_is_kept_though_more_are_recorded_but_never_beyond_the_day():
    boards = Boards()
    boards.instant(NOW, LARGE)
    assert not boards.behind(LARGE) and boards.behind(LARGE + 1)  # then the page looks again by itself
    assert boards.instant(NOW + SOON, LARGE + 1) == NOW
    midnight = datetime(2026, 3, 2, 16, tzinfo=UTC)  # in Shanghai
    boards.instant(midnight - SOON, LARGE + 2)
    assert boards.instant(midnight, LARGE + 2) == midnight
    assert boards.instant(midnight - SOON, LARGE + 2) == midnight - SOON, "a clock set back"

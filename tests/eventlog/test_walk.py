"""Whatever is done to the rows, the walk stops at the first that is not as it was recorded. No database here."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from eventlog.chain import BEFORE_THE_FIRST, SUITE, SUITES
from eventlog.findings import Kind, explained
from eventlog.sources import Suites
from eventlog.walk import Walk

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT, STATE, HASH = 4, 5, 6  # columns


class Rows:
    """A log as a list, as a database would give it."""

    def __init__(self, rows):
        self.rows = rows
        self.link = Suites([(1, SUITE)]).link

    def pages(self, after, upto):
        found = [row for row in sorted(self.rows) if after < row[0] <= upto]
        for n in range(0, len(found), 7):
            yield found[n : n + 7]


def chained(contents):
    rows, previous = [], BEFORE_THE_FIRST
    for position, content in enumerate(contents, 1):
        previous = SUITES[SUITE](previous, position, *content)
        rows.append((position, *content, previous))
    return rows


def honest(count):
    return chained(
        (UUID(int=n % 3), n // 3 + 1, f"note.{n % 2}", NOON + timedelta(seconds=n), b'{"n":%d}' % (n % 5))
        for n in range(count)
    )


def renumbered(rows):
    return [(position, *row[1:]) for position, row in enumerate(rows, 1)]


def found_in(rows, upto=None):
    """What the check says is wrong, None for nothing."""
    source = Rows(rows)
    walk = Walk()
    if walk.to(source, upto or max(row[0] for row in rows)):
        return None
    finding = explained(walk, source)
    assert finding.first == walk.position + 1
    assert finding.last >= finding.first
    return finding


def other(value):
    """Not this one, but one that could stand there."""
    match value:
        case UUID():
            return UUID(int=value.int ^ 1 << 64)
        case int():
            return value + 1
        case str():
            return value + "."
        case datetime():
            return value + timedelta(microseconds=1)
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]


counts = st.integers(4, 40)


@given(counts)
def test_an_honest_log_is_walked_to_its_end_in_any_steps(count):
    source = Rows(honest(count))
    whole, stepped = Walk(), Walk()
    assert whole.to(source, count)
    assert all(stepped.to(source, stop) for stop in range(1, count + 1))
    assert (whole.position, whole.hash, whole.frontier.root()) == (
        count,
        stepped.hash,
        stepped.frontier.root(),
    )
    assert whole.hash == source.rows[-1][HASH]


@given(counts, st.data())
def test_any_changed_value_is_found_in_its_place(count, draw):
    rows = honest(count)
    at, column = draw.draw(st.integers(0, count - 1)), draw.draw(st.sampled_from(range(1, 7)))
    row = list(rows[at])
    row[column] = draw.draw(st.sampled_from([other(row[column]), None, "x", 1.5, b""]))
    rows[at] = tuple(row)
    finding = found_in(rows)
    assert (finding.kind, finding.first) == (Kind.CHANGED, at + 1)


@given(counts, st.data())
def test_a_gap_is_found_in_its_place(count, draw):
    rows = honest(count)
    first = draw.draw(st.integers(1, count - 1))
    last = draw.draw(st.integers(first, count - 1))
    del rows[first - 1 : last]
    finding = found_in(rows)
    assert (finding.kind, finding.first, finding.last) == (Kind.REMOVED, first, last)


@given(counts, st.data())
def test_a_removal_is_found_even_where_the_gap_was_closed(count, draw):
    rows = honest(count)
    first = draw.draw(st.integers(1, count - 2))
    last = draw.draw(st.integers(first, count - 2))
    del rows[first - 1 : last]
    finding = found_in(renumbered(rows))
    assert (finding.kind, finding.first, finding.last) == (Kind.REMOVED, first, last)


@given(counts, st.data())
def test_a_cut_tail_is_found_where_something_was_expected(count, draw):
    left = draw.draw(st.integers(1, count - 1))
    finding = found_in(honest(count)[:left], upto=count)
    assert (finding.kind, finding.first) == (Kind.REMOVED, left + 1)


@given(counts, st.data(), st.booleans())
def test_two_that_were_swapped_are_found_with_or_without_their_hashes(count, draw, with_hashes):
    rows = honest(count)
    one, two = sorted(draw.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)))
    a, b = rows[one], rows[two]
    end = 7 if with_hashes else 6
    rows[one], rows[two] = (a[0], *b[1:end], *a[end:]), (b[0], *a[1:end], *b[end:])
    finding = found_in(rows)
    assert (finding.kind, finding.first, finding.last) == (Kind.SWAPPED, one + 1, two + 1)


@given(counts, st.data())
def test_two_that_exchanged_only_their_bytes_are_found(count, draw):
    rows = honest(count)
    one, two = sorted(draw.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)))
    a, b = rows[one], rows[two]
    assume(a[STATE] != b[STATE])
    rows[one], rows[two] = (*a[:STATE], b[STATE], a[HASH]), (*b[:STATE], a[STATE], b[HASH])
    finding = found_in(rows)
    assert (finding.kind, finding.first, finding.last) == (Kind.SWAPPED, one + 1, two + 1)


@given(counts, st.data())
def test_one_that_was_put_between_is_found_in_its_place(count, draw):
    rows = honest(count)
    at = draw.draw(st.integers(0, count - 1))
    new = (0, UUID(int=77), 1, "note.0", rows[at][AT], b"{}", draw.draw(st.sampled_from([b"", bytes(32)])))
    rows.insert(at, new)
    finding = found_in(renumbered(rows))
    assert (finding.kind, finding.first, finding.last) == (Kind.INSERTED, at + 1, at + 1)


@given(counts, st.data())
def test_time_that_goes_back_is_found_even_where_the_chain_was_computed_over_it(count, draw):
    contents = [row[1:HASH] for row in honest(count)]
    at = draw.draw(st.integers(1, count - 1))
    early = list(contents[at])
    early[AT - 1] = contents[at - 1][AT - 1] - timedelta(seconds=1)
    contents[at] = tuple(early)
    finding = found_in(chained(contents))
    assert (finding.kind, finding.first) == (Kind.WENT_BACK, at + 1)


def test_who_computes_the_chain_anew_is_not_found_by_the_chain_and_that_is_why_there_are_checkpoints():
    contents = [row[1:HASH] for row in honest(20)]
    contents[4] = (*contents[4][:4], b"forged")
    assert found_in(chained(contents)) is None

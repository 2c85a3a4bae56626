"""Instants of plain events in the forms in which read tables keep them and figures count with them.

A local day (Asia/Shanghai) is kept as text, and as a number where SQL subtracts days: that works on any database.
Never subtract instants to get calendar days: a day is not always 24 hours.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from domain.calendar import TZ

# A fold asks again and again for the same few days: what was asked last is kept.


def instant(text: str) -> str:
    """An instant of an event as stored: what schema.instant makes of it. The log leaves out microseconds of zero."""
    length = len(text)
    if length == 20:
        return text[:19] + ".000000Z"
    if length == 27:
        return text
    raise ValueError(f"{text!r} is no instant in UTC, as the log keeps them.")


def instant_or_none(text: str | None) -> str | None:
    return None if text is None else instant(text)


@lru_cache(maxsize=8192)
def day_number(text: str) -> int:
    """The local day on which an instant falls, as a number (`date.toordinal`)."""
    return datetime.fromisoformat(text).astimezone(TZ).toordinal()


@lru_cache(maxsize=8192)
def day_text(text: str) -> str:
    """The local day on which an instant falls, as "2026-03-02"."""
    return datetime.fromisoformat(text).astimezone(TZ).date().isoformat()


def seconds_between(since: str, until: str) -> int:
    """Whole seconds; 0 where the log says that something ended before it began."""
    return max(0, int((datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()))

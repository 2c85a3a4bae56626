"""Instants and local days in the form in which figures count with them.

A local day (Asia/Shanghai) is kept as text, and as a number where SQL subtracts days: that works on any database.
Never subtract instants to get calendar days: a day is not always 24 hours.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from domain.calendar import TZ
from projections import schema

# A fold asks again and again for the same few instants and cases: what was asked last is kept.


@lru_cache(maxsize=4096)
def instant(at: datetime) -> str:
    """An instant as stored (`schema.instant`)."""
    return schema.instant(at)


@lru_cache(maxsize=4096)
def case_key(case: UUID) -> str:
    """A case as stored."""
    return str(case)


@lru_cache(maxsize=4096)
def day_number(at: datetime) -> int:
    """The local day on which an instant falls, as a number (`date.toordinal`)."""
    return at.astimezone(TZ).toordinal()


@lru_cache(maxsize=4096)
def day_text(at: datetime) -> str:
    """The local day on which an instant falls, as "2026-03-02"."""
    return schema.day(at.astimezone(TZ).date())


def seconds_between(since: datetime, until: datetime) -> int:
    """Whole seconds; 0 where the log says that something ended before it began."""
    return max(0, int((until - since).total_seconds()))

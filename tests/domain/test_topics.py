"""The list of topics is the storage format: tests/golden/topics.txt pins it.

After adding an event, write the file anew: python -m tests.domain.test_topics
"""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.topics import TOPICS
from eventlog.topics import class_of

GOLDEN = Path(__file__).parents[1] / "golden" / "topics.txt"


def listed() -> str:
    """One line per topic: the topic and the class that stands behind it, in whatever file it lives."""
    width = max(map(len, TOPICS))
    return "".join(f"{topic:<{width}}  {c.__qualname__}\n" for topic, c in TOPICS.items())


def test_the_topics_are_those_that_were_agreed_on():
    assert listed() == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("topic", TOPICS)
def test_the_log_finds_the_class_of_a_topic(topic):
    assert class_of(topic) is TOPICS[topic]


if __name__ == "__main__":
    GOLDEN.write_text(listed(), encoding="utf-8")

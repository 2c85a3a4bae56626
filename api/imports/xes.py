"""Events of an XES file (IEEE 1849), trace by trace. A document with a DTD is refused: its entities could fill memory.

A column is an attribute's key: an event's own as it is ("concept:name"), its trace's with "case:" before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from api.imports.files import Tell, check_columns, open_bytes
from api.imports.report import Rejected
from api.imports.values import Row
from domain.errors import Invalid

PIECE = 1 << 16  # bytes handed to the parser at once
TRACE = "case:"


class _Traces:
    """The parser's target: gathers one trace at a time, and gives its events out when it ends."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.done: list[Row] = []
        self._within: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._events: list[tuple[int, dict[str, str]]] = []
        self._line = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        parent = self._within[-1] if self._within else ""
        self._within.append(tag)
        if tag == "trace":
            self._trace, self._events = {}, []
        elif tag == "event":
            self._event, self._line = {}, self.parser.CurrentLineNumber
        elif "key" in attributes and "value" in attributes:
            if parent == "event":
                self._event[attributes["key"]] = attributes["value"].strip()
            elif parent == "trace":
                self._trace[TRACE + attributes["key"]] = attributes["value"].strip()

    def end(self, tag: str) -> None:
        tag = self._within.pop()
        if tag == "event" and self._within[-1:] == ["trace"]:
            self._events.append((self._line, self._event))
        elif tag == "trace":
            self.done.extend(Row(line, {**self._trace, **event}) for line, event in self._events)

    def close(self) -> None:
        """Nothing is left to give out."""


def read_xes(path: Path, wanted: Iterable[tuple[str, ...]], tell: Tell) -> Iterator[Row | Rejected]:
    """The events of a .xes or .xes.gz file, with their lines. Raises Invalid when it is no XES, or not a safe one."""
    target, seen = _Traces(), set[str]()
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    target.parser = parser.parser
    try:
        with ExitStack() as stack:
            packed, content = open_bytes(path, stack)
            while piece := content.read(PIECE):
                parser.feed(piece)
                for row in target.done:
                    seen.update(row.cells)
                yield from target.done
                target.done = []
                tell(packed.tell())
            parser.close()
    except DefusedXmlException as problem:
        raise Invalid(
            "file",
            path.name,
            f"It has a DTD, which XES has not ({problem}): remove the DOCTYPE.",
            f"含有 XES 不用的 DTD（{problem}）：请删去 DOCTYPE。",
        ) from None
    except ParseError as problem:
        raise Invalid(
            "file",
            path.name,
            f"It is no XML: {problem}. Export it again.",
            f"不是 XML：{problem}。请重新导出。",
        ) from None
    if not seen:
        raise Invalid(
            "file",
            path.name,
            "It has no event in a trace: is it an XES log?",
            "轨迹中没有事件：这是 XES 日志吗？",
        )
    check_columns(sorted(seen), wanted)

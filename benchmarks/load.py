"""A load generator: closed loop, HTTP/1.1 kept alive, one thread, no library in between. For 127.0.0.1 only.

It costs some 20 µs per request on a core that the servers share, the same for each of them.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Ask = Callable[[], bytes]  # the next request of a connection
Take = Callable[[int, bytes], None]  # its answer: status, head and body


@dataclass(slots=True)
class Load:
    """What was measured: requests per second, and latencies in milliseconds, sorted."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, percent: float) -> float:
        """Nearest rank."""
        if not self.latencies:
            return 0.0
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))]


class _Talk:
    """One connection with one request under way."""

    __slots__ = ("ask", "asked_at", "need", "received", "sock", "take")

    def __init__(self, port: int, ask: Ask, take: Take) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), 10)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask, self.take = ask, take
        self.received, self.need, self.asked_at = b"", -1, 0.0

    def send(self) -> None:
        self.received, self.need = b"", -1
        self.asked_at = time.perf_counter()
        self.sock.sendall(self.ask())

    def receive(self) -> bool:
        """Whether the answer is whole."""
        part = self.sock.recv(262_144)
        if not part:
            raise ConnectionError("The server closed a connection that was kept alive.")
        self.received += part
        if self.need < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = self.received[:end].lower()
            at = head.find(b"content-length:")
            if at < 0:
                raise ConnectionError(f"An answer without Content-Length:\n{head[:500]!r}")
            self.need = end + 4 + int(head[at + 15 :].partition(b"\r\n")[0])
        return len(self.received) >= self.need


def press(port: int, talks: list[tuple[Ask, Take]], seconds: float) -> Load:
    """Ask on all connections for so many seconds (after a warm-up that is not counted). Every answer is awaited."""
    load, warm_up = Load(), min(0.3, seconds / 4)
    if seconds > 120 or len(talks) > 256:
        raise ValueError("A benchmark is bounded: 120 seconds and 256 connections at most.")
    selector = selectors.DefaultSelector()
    open_talks = [_Talk(port, ask, take) for ask, take in talks]
    try:
        for talk in open_talks:
            selector.register(talk.sock, selectors.EVENT_READ, talk)
            talk.send()
        begun = time.perf_counter() + warm_up
        until, under_way = begun + seconds, len(open_talks)
        while under_way:
            ready = selector.select(30)
            if not ready:
                raise TimeoutError("No answer in 30 seconds.")
            for key, _ in ready:
                talk = key.data
                if not talk.receive():
                    continue
                now = time.perf_counter()
                status = int(talk.received[9:12])
                if begun <= now <= until:
                    load.latencies.append((now - talk.asked_at) * 1000)
                    load.statuses[status] += 1
                talk.take(status, talk.received)
                if now < until:
                    talk.send()
                else:
                    under_way -= 1
                    selector.unregister(talk.sock)
        load.seconds = seconds
    finally:
        selector.close()
        for talk in open_talks:
            talk.sock.close()
    load.latencies.sort()
    return load


def request(method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def fetch(port: int, raw: bytes) -> tuple[int, bytes]:
    """One answer: status and body."""
    found: list[tuple[int, bytes]] = []
    talk = _Talk(port, lambda: raw, lambda status, answer: None)
    try:
        talk.sock.settimeout(120)
        talk.send()
        while not talk.receive():
            pass
        found.append((int(talk.received[9:12]), talk.received.partition(b"\r\n\r\n")[2]))
    finally:
        talk.sock.close()
    return found[0]


def header(answer: bytes, name: bytes) -> bytes:
    """The value of a header of an answer, b"" without one. `name` in lower case."""
    head = answer.partition(b"\r\n\r\n")[0]
    at = head.lower().find(b"\r\n" + name + b":")
    return b"" if at < 0 else head[at + len(name) + 3 :].partition(b"\r\n")[0].strip()

"""What the program tells on standard error: sentences on a terminal, one JSON object per line elsewhere.

Every line carries the correlation of the request that caused it. Never hand a logger a body, a name, a search text or
an address with a code in it: whoever reads logs is not who may read cases.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from api.correlation import current

OURS = ("gridcase", "uvicorn")  # speak at the level asked for; other libraries from warnings on


def begin(level: str, form: str, stream: TextIO | None = None) -> None:
    """From now on loggers of all libraries speak in this form: `auto`, `json` or `text`. Again changes it."""
    stream = stream or sys.stderr
    as_text = form == "text" or (form == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AsText() if as_text else AsJson())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("ERROR" if level == "error" else "WARNING")
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(True)
    # Told nowhere, and asked for each line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class AsJson(logging.Formatter):
    """`at`, `level`, `logger`, `event`, `correlation`, what the line tells beside, `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if correlation := current():
            line["correlation"] = correlation
        line.update(getattr(record, "told", ()))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line).decode()


class AsText(logging.Formatter):
    """The same for people: local time, the sentence, the rest."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        told = " ".join(str(value) for value in getattr(record, "told", {}).values())
        said = " ".join(part for part in (record.getMessage(), told, current()[:8]) if part)
        line = f"{at} {record.levelname.lower():<7} {UNSEEN.sub(_escaped, said)}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


# What would begin another line, or move the cursor of whoever looks: somebody may have sent it.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


_encode = msgspec.json.Encoder(enc_hook=str).encode

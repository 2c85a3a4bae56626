"""An import that somebody started on a page: checked first (a dry run), then carried out, in a thread, with its progress.

Kept in this process and in a temporary folder; an end of the program ends it. That loses nothing: an import that is done
again adds only what is missing. Do not keep results here longer than a day.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import tempfile
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Final, Literal, Protocol

from api.imports.calendars import import_calendar
from api.imports.cases import import_cases
from api.imports.report import Progress
from api.imports.units import import_units
from domain.actor import Actor
from domain.errors import GridcaseError, NotFound
from workflows.service import Service

Kind = Literal["units", "cases", "calendar"]
State = Literal["checking", "checked", "importing", "done", "failed"]

KEPT: Final = timedelta(days=1)
LONGEST_NAME: Final = 80  # characters of a file's name that are kept

logger = logging.getLogger("gridcase.imports")


def plain_name(said: str) -> str:
    """What a file was called, as it may be called here: without folders and what no folder holds; its ending stays."""
    name = PurePath(said.replace("\\", "/")).name
    name = "".join(one for one in name if one.isprintable()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{ending[:20]}" if dot else name[:LONGEST_NAME] or "file"


class Importing(Protocol):
    """An import of one kind, whose report answers `as_json()`."""

    def __call__(self, work: Work, service: Service, dry_run: bool, progress: Progress) -> Any: ...


@dataclass
class Work:
    """One import. `report` is what the last run told; `share` how far the present one is, 0 to 1."""

    id: str
    kind: Kind
    name: str
    actor: Actor
    at: datetime
    folder: Path
    state: State = "checking"
    share: float = 0.0
    report: dict[str, Any] = field(default_factory=dict)
    failure: GridcaseError | None = None

    @property
    def file(self) -> Path:
        return self.folder / "file" / self.name

    @property
    def mapping(self) -> Path:
        return self.folder / "mapping.toml"

    @property
    def runs(self) -> bool:
        return self.state in ("checking", "importing")


def _units(work: Work, service: Service, dry_run: bool, progress: Progress) -> Any:
    return import_units(
        service,
        work.file,
        work.mapping,
        actor=work.actor,
        dry_run=dry_run,
        on_error="continue",
        progress=progress,
    )


def _cases(work: Work, service: Service, dry_run: bool, progress: Progress) -> Any:
    return import_cases(
        service,
        work.file,
        work.mapping,
        actor=work.actor,
        dry_run=dry_run,
        on_error="continue",
        progress=progress,
    )


def _calendar(work: Work, service: Service, dry_run: bool, progress: Progress) -> Any:
    return import_calendar(service, work.file, actor=work.actor, dry_run=dry_run)


KINDS: Final[Mapping[Kind, Importing]] = {"units": _units, "cases": _cases, "calendar": _calendar}


class Works:
    """The imports of this process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._works: dict[str, Work] = {}
        self._lock = threading.Lock()

    def begin(
        self, kind: Kind, name: str, file: BinaryIO, mapping: bytes, actor: Actor, at: datetime
    ) -> Work:
        """Keep the file and check it. `name` is what the file was called, without a folder."""
        self._forget(at - KEPT)
        folder = Path(tempfile.mkdtemp(prefix="gridcase-import-"))
        work = Work(secrets.token_urlsafe(9), kind, name, actor, at, folder)
        work.file.parent.mkdir()
        with work.file.open("wb") as there:
            shutil.copyfileobj(file, there)
        work.mapping.write_bytes(mapping)
        with self._lock:
            self._works[work.id] = work
        self._start(work, dry_run=True)
        return work

    def carry_out(self, work: Work) -> None:
        """Import what was checked. Once: a second tap does nothing."""
        with self._lock:
            if work.state != "checked":
                return
            work.state, work.share = "importing", 0.0
        self._start(work, dry_run=False)

    def of(self, user: str) -> list[Work]:
        """Somebody's own, the newest first."""
        with self._lock:
            return [work for work in reversed(self._works.values()) if work.actor.user == user]

    def get(self, id: str, user: str) -> Work:
        """Raises NotFound, for another's too."""
        for work in self.of(user):
            if work.id == id:
                return work
        raise NotFound("import", id, "It is over a day old, or the program was started again: begin anew.")

    def close(self) -> None:
        """Take the files away."""
        with self._lock:
            for work in self._works.values():
                shutil.rmtree(work.folder, ignore_errors=True)
            self._works.clear()

    def _forget(self, before: datetime) -> None:
        with self._lock:
            for work in [one for one in self._works.values() if one.at < before and not one.runs]:
                shutil.rmtree(work.folder, ignore_errors=True)
                del self._works[work.id]

    def _start(self, work: Work, dry_run: bool) -> None:
        name = f"gridcase-import-{work.id}"
        threading.Thread(target=self._run, args=(work, dry_run), name=name, daemon=True).start()

    def _run(self, work: Work, dry_run: bool) -> None:
        def progress(done: int, total: int) -> None:
            work.share = done / total if total else 0.0

        ended: State = "failed"
        try:
            work.report = KINDS[work.kind](work, self._service, dry_run, progress).as_json()
            ended = "checked" if dry_run else "done"
        except GridcaseError as error:
            work.failure = error
        except Exception as error:  # where it failed is told, and not a word of what was in the file
            place = traceback.extract_tb(error.__traceback__)[-1]
            told = {"error": type(error).__name__, "file": Path(place.filename).name, "line": place.lineno}
            logger.error("an import failed unexpectedly", extra={"told": told})
        finally:
            work.state = ended
            if ended != "checked":
                with suppress(OSError):
                    work.file.unlink()

"""The worker: folds the log into the read tables, sweeps for deadlines and signs checkpoints, in a thread, until stopped.

Any number may run: one leads and works, the others stand by (projections/leader.py).

A failure is logged, kept where `/readyz` shows it, and tried again; it is never passed over in silence.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import StatementError

from api.outage import is_outage
from domain.calendar import TZ
from eventlog.checkpoints import Checkpoints
from projections.deadlines import due_for_sweep
from projections.leader import candidate
from projections.runner import Runner
from workflows.service import Service
from workflows.sweep import sweep

logger = logging.getLogger("gridcase.worker")

PATIENCE = 0.2  # seconds between looks at the stop flag
SOONEST, LATEST = 1.0, 30.0  # seconds before something that failed is tried again
OUTAGE = 2.0  # … at most, where the database was away: asking costs little, and people wait for the read side
AT_MOST = 1000  # deadlines in one sweep
AT_ONCE = 50  # cases between looks at the stop flag
FEW, BREATH = (
    500,
    0.02,
)  # after so few events, seconds until the next step: what comes meanwhile is folded together
STAND_BY = 0.5  # seconds between attempts to take the lead
SIGN_EVERY = 5.0  # seconds between looks whether a checkpoint is due

PARTS = ("lead", "projections", "sweep", "checkpoints")


class Worker:
    """`start()` and `stop()` it from anywhere; `run()` it in the foreground. `failures` says what does not work now."""

    def __init__(
        self, service: Service, runner: Runner, sweep_every: float, checkpoints: Checkpoints | None = None
    ) -> None:
        self.service, self.runner, self.sweep_every = service, runner, sweep_every
        self.checkpoints = checkpoints
        self.leader, self.leads = candidate(runner.engine), False
        self.failures: dict[str, str] = {}  # one of PARTS -> what is wrong
        self.swept = {"looked": 0, "missed": 0, "fired": 0}  # by this process: cases, deadlines, triggers
        self.swept_at: datetime | None = None  # when the last sweep ended well
        self._stop, self._soon = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._again = dict.fromkeys(PARTS, 0.0)  # when each is done next, by the monotonic clock
        self._pause = dict.fromkeys(PARTS, SOONEST)

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="gridcase-worker", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until it has stopped. A signal's exception gets through."""
        if self._thread is not None:
            self._thread.join()

    def stop(self, timeout: float = 10.0) -> None:
        """Ask it to stop, and wait until it has: a second at most, but for a batch that is being written."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)
            if self._thread.is_alive():
                logger.error("the worker did not stop within %s s; the process ends without it", timeout)

    def sweep_soon(self) -> None:
        """Sweep as soon as the read side is up to date, whenever the next sweep would have been."""
        self._soon.set()

    def run(self) -> None:
        """Work whenever this one leads, until `stop()` is called from another thread."""
        try:
            while not self._stop.is_set():
                self._leads(bool(self._do("lead", self.leader.leads, every=0.0)))
                if self.leads:
                    self._work()
                else:
                    self._stop.wait(STAND_BY)
        finally:
            self.leader.step_down()
            self._leads(False)

    def _leads(self, leads: bool) -> None:
        if leads != self.leads:
            logger.info("this worker leads" if leads else "this worker leads no more")
        self.leads = leads

    def _work(self) -> None:
        """One round: what is to be done now, or a short wait."""
        if self._do("checkpoints", self._sign, every=SIGN_EVERY):
            self._again["checkpoints"] = 0.0  # after an import there is more
        folded = self._do("projections", self.runner.step, every=0.0) or 0
        if folded:
            if folded < FEW:
                self._stop.wait(BREATH)
            return  # the sweep asks the read side, which has to be up to date
        if self._soon.is_set():
            self._soon.clear()
            self._again["sweep"] = 0.0
        if self._do("sweep", self._sweep, every=self.sweep_every) == AT_MOST:
            self._again["sweep"] = 0.0  # there are more: go on as soon as these are folded
            return
        if "projections" in self.failures:
            self._stop.wait(PATIENCE)
        else:
            self._wait()

    def _wait(self) -> None:
        """Until something is recorded, the next sweep is due, or somebody wants to stop."""
        until_sweep = self._again["sweep"] - time.monotonic()
        try:
            self.service.log.wait(self.runner.position(), max(0.01, min(PATIENCE, until_sweep)))
        except Exception as error:
            self._failed("projections", error)

    def _do(self, what: str, work: Callable[[], int], every: float) -> int | None:
        """Do a piece of work if it is time. None when it was not, or when it failed."""
        if time.monotonic() < self._again[what]:
            return None
        try:
            done = work()
        except Exception as error:
            self._failed(what, error)
            return None
        if self.failures.pop(what, None):
            logger.info("%s: works again", what)
        self._pause[what] = SOONEST
        self._again[what] = time.monotonic() + every if every else 0.0
        return done

    def _failed(self, what: str, error: Exception) -> None:
        if isinstance(error, StatementError):
            error.hide_parameters = True  # what people wrote belongs into no log file
        said = f"{type(error).__name__}: {error}".partition("\n")[0]
        away = is_outage(error)
        if self.failures.get(what) != said:  # the same failure again is told once
            logger.error("%s failed, and is tried again: %s", what, said, exc_info=None if away else error)
        self.failures[what] = said
        self._again[what] = time.monotonic() + self._pause[what]
        self._pause[what] = min(OUTAGE if away else LATEST, self._pause[what] * 2)

    def _sign(self) -> int:
        """Make a checkpoint if one is due, by the day of the township. Answers how many events it is over, 0 for none."""
        if self.checkpoints is None:
            return 0
        now = self.service.clock().astimezone(TZ)
        made = self.checkpoints.make(now) if self.checkpoints.due(now) else None
        if made is None:
            return 0
        logger.info("checkpoint over %s events, signed by key %s", made.checkpoint.size, made.key_id)
        return made.checkpoint.size

    def _sweep(self) -> int:
        """Record what became late and fire what the tables say. Answers how many deadlines it saw, 0 for no effect."""
        at, done = self.service.clock(), 0
        with self.runner.engine.connect() as connection:
            due = due_for_sweep(connection, at, limit=AT_MOST)
        codes = list(dict.fromkeys(one.code for one in due))
        for n in range(0, len(codes), AT_ONCE):
            if self._stop.is_set() or not self.leader.leads():
                return 0
            report = sweep(self.service, codes[n : n + AT_ONCE], at)
            done += len(report.missed) + len(report.fired)
            self.swept["looked"] += report.looked_at
            self.swept["missed"] += len(report.missed)
            self.swept["fired"] += len(report.fired)
        self.swept_at = at
        if done:
            logger.info("sweep: %s deadlines recorded or acted upon in %s cases", done, len(codes))
        return len(due) if done else 0

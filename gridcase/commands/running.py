"""Commands that run the house: serve, worker, init, demo, sweep, rebuild."""

from __future__ import annotations

import signal
import socket
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer
from rich.table import Table

from api.access.setup import setup_code
from api.context import Context
from domain.calendar import TZ
from domain.errors import Invalid
from eventlog.log import open_log
from gridcase import logs
from gridcase.commands.console import Json, bar, day, err, house, instant, listing, out, show, spoken
from gridcase.demo.accounts import PASSWORD, are_there, demo_accounts
from gridcase.demo.year import load_demo
from gridcase.settings import Settings
from projections.deadlines import due_for_sweep
from workflows.sweep import SweepReport
from workflows.sweep import sweep as run_sweep

MOST_SCALE = 100


def add_to(app: typer.Typer) -> None:
    for command in (serve, worker, init, demo, sweep, rebuild):
        app.command()(command)


def today() -> date:
    return datetime.now(TZ).date()


@spoken
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demonstration district into an empty database.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address; default GRIDCASE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default GRIDCASE_PORT.")] = None,
) -> None:
    """Serve the API (and, on SQLite, projections and sweep) until stopped."""
    settings = Settings.read()
    here, told = own_socket(host or settings.host, settings.port if port is None else port)
    with house() as context:
        empty = context.service.log.head() == 0
        district, begun = are_there(context.accounts), context.accounts.has_begun()
    if demo and empty:
        fill(settings, today(), seed=1, scale=1.0, quiet=False)
    settings = settings.model_copy(update={"host": host or settings.host, "port": here.getsockname()[1]})
    out.print(f"Gridcase on http://{told}  ·  API http://{told}/api/v1  ·  docs http://{told}/docs")
    if demo and (empty or district):
        out.print(accounts())
    elif not begun:
        out.print(first_steps(settings), highlight=False, markup=False)
    from gridcase import asgi  # the web framework costs half a second that no other command should pay

    asgi.serve(settings, here)


def own_socket(host: str, port: int) -> tuple[socket.socket, str]:
    """The place where the server listens, taken before anything is promised, and how it is called."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        here = socket.socket(family, kind, proto)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        here.bind(address)
    except OSError as problem:
        why = problem.strerror or str(problem)
        remedy = (
            f"Nothing can listen there ({why}). Choose another with --port (0 takes a free one) or --host."
        )
        zh = f"无法在此监听（{why}）。请用 --port 换一个端口（0 为任一空闲端口），或者用 --host 换一个地址。"
        raise Invalid("--host and --port", f"{host}:{port}", remedy, zh) from None
    return here, f"{f'[{host}]' if ':' in host else host}:{here.getsockname()[1]}"


def accounts() -> Table:
    """The people of the demonstration district, one for every post, for whoever wants to try something."""
    rows = ((user, PASSWORD, name, post, unit) for user, name, post, unit in demo_accounts())
    return listing(
        "Sign in to the demonstration district", ("user", "password", "name", "post", "unit"), rows
    )


def first_steps(settings: Settings) -> str:
    """What to do where nobody can sign in yet."""
    return (
        f"Nobody can sign in yet. Open /sign-in and give this set-up code: {setup_code(settings.cursor_secret())}\n"
        "It is good for the first administrator alone. (Or: gridcase account open, gridcase account password.)"
    )


@spoken
def worker() -> None:
    """Run projections, the sweep and checkpoints until stopped (beside `serve` on PostgreSQL)."""
    settings = Settings.read()
    logs.begin(settings.log_level, settings.log_format)
    with house(watched=True) as context:
        work = context.worker = context.new_worker()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # both ways to be asked to stop
        work.start()
        try:
            # After the start: who looks as soon as the port answers would be told that no worker runs.
            if settings.worker_metrics_port is not None and context.metrics is not None:
                from prometheus_client import start_http_server

                start_http_server(settings.worker_metrics_port, settings.host, context.metrics.registry)
            work.wait()
        except KeyboardInterrupt:
            pass
        finally:
            work.stop()


@spoken
def init() -> None:
    """Prepare the database: the log and the read tables. Again changes nothing."""
    with house():
        out.print(f"Ready: {Settings.read().database_url.partition('@')[2] or Settings.read().database_url}")


@spoken
def demo(
    ends_on: Annotated[str, typer.Option(help="Last day of the year of casework; default today.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed, another year.")] = 1,
    scale: Annotated[float, typer.Option(help="1 is about 3,000 disputes and 600 petitions.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Load the demonstration district into an empty database."""
    if not 0 < scale <= MOST_SCALE:
        raise Invalid(
            "--scale",
            scale,
            f"Give a number above 0 and at most {MOST_SCALE}, such as 0.1.",
            f"请填大于 0、不超过 {MOST_SCALE} 的数，例如 0.1。",
        )
    settings = Settings.read()
    with house() as context:
        if context.service.log.head():
            err.print("The database is not empty. Point GRIDCASE_DATABASE_URL to a new one.")
            raise typer.Exit(2)
    fill(
        settings,
        day("--ends-on", ends_on) if ends_on else today(),
        seed,
        scale,
        quiet=as_json,
        as_json=as_json,
    )


def fill(
    settings: Settings, ends_on: date, seed: int, scale: float, quiet: bool, as_json: bool = False
) -> None:
    """Generate the year through the commands, then fold it into the read tables."""
    with bar("a year of casework", quiet) as progress:
        report = load_demo(
            lambda clock: open_log(settings.database_url, clock=clock, keys=settings.master_keys()),
            ends_on=ends_on,
            seed=seed,
            scale=scale,
            progress=lambda share: progress(round(share * 100), 100),
            font_folder=settings.font_folder,
        )
    with house(caught_up=True):
        pass
    show(
        asdict(report),
        as_json,
        lambda: (
            f"{report.units} units, {report.disputes} disputes, {report.petitions} petitions, {report.letters} letters "
            f"in {report.seconds:.1f} s."
        ),
    )


@spoken
def sweep(
    at: Annotated[str | None, typer.Option(help="As of this instant; default now.")] = None,
    as_json: Json = False,
) -> None:
    """Record which deadlines became late and do what the tables say then. Twice does nothing twice."""
    with house(there=True, caught_up=True) as context:
        report = sweep_once(context, instant("--at", at) or context.now())
    data = {"looked_at": report.looked_at, "missed": report.missed, "fired": report.fired}
    show(
        data,
        as_json,
        lambda: (
            f"{report.looked_at} cases looked at, {len(report.missed)} missed, {len(report.fired)} fired."
        ),
    )


def sweep_once(context: Context, at: datetime) -> SweepReport:
    with context.reads.connect() as connection:
        cases = [due.code for due in due_for_sweep(connection, at)]
    return run_sweep(context.service, cases, at)


@spoken
def rebuild(
    names: Annotated[list[str] | None, typer.Argument(help="Projections; default all.")] = None,
    as_json: Json = False,
) -> None:
    """Build the read tables anew beside the live ones and swap them in."""
    with house(there=True) as context, bar("rebuild", as_json) as progress:
        rebuilt = context.runner.rebuild(names or None, progress=progress)
    show({"position": rebuilt}, as_json, lambda: f"Rebuilt up to event {rebuilt}.")

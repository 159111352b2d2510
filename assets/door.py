"""What `bpp refresh`, `bpp demo`, `bpp ui` and `bpp serve` do: set up, run, print.

Dagster is loaded once there is something to run. Not here: the graph.
"""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from assets.begin import Begun, Refreshed, Say, begin, first_due, leave
from assets.descriptors import ensure_files_may_be_opened
from assets.interrupts import loading
from assets.operation import load_operation
from bpp_etl.errors import BppError, UsageError
from bpp_etl.events.window import ALWAYS, Window
from bpp_etl.reading import forks
from bpp_etl.release.copied import copy_in_service
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT, Places, as_called, places
from bpp_etl.warehouse.private import keep_private

LOOPBACK = "127.0.0.1"
DAEMON = ("-P", "-m", "dagster._daemon")
"""As `dagster dev` starts it."""
DEMO_MARK = ".bpp-demo"
PAPER_MARK = ".bpp-demo-paper"
"""One mark for each cohort: registries of one must not come into a release of the other."""


def run_refresh(
    landing: Path | None,
    warehouse: Path | None,
    registries: Sequence[str],
    protocols: Sequence[str],
    *,
    full: bool,
    first_day: dt.date | None = None,
    last_day: dt.date | None = None,
) -> int:
    """Refresh, print plain lines, and return the exit code."""
    ensure_files_may_be_opened()
    chosen = places(os.environ, landing, warehouse)
    keep_private(chosen.warehouse, chosen.landing, os.environ)
    names = list(protocols) or load_operation(PROJECT, os.environ).protocol_names
    with _telling() as say:
        begun = begin(chosen, names, Window(first_day, last_day), registries, say)
        done = finish(begun, full=full, say=say)
    _conclude(chosen.warehouse, done)
    return done.exit_code


def run_demo(folder: Path | None, *, is_paper: bool = False) -> int:
    """Write a synthetic landing, three registries or the constructed 23; refresh it, say where to look."""
    from bpp_etl.demo import write_demo_landing, write_paper_landing  # noqa: PLC0415

    ensure_files_may_be_opened()
    home = (folder or PROJECT / "warehouse" / ("demo-paper" if is_paper else "demo")).absolute()
    mark = home / (PAPER_MARK if is_paper else DEMO_MARK)
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise UsageError(f"{home} holds something else", "name an empty folder")
    keep_private(home, home / "landing", os.environ)
    mark.write_text("A demonstration on synthetic patients; may be removed.\n", encoding="utf-8")
    shutil.rmtree(home / "landing", ignore_errors=True)
    if is_paper:
        write_paper_landing(home / "landing")
        typer.echo("synthetic landing: 23 patients constructed to reproduce the figures of the seed study")
    else:
        write_demo_landing(home / "landing")
        typer.echo("synthetic landing: three registries, one clean, one dirty, one that must be shut")
    with _telling() as say:
        names = load_operation(PROJECT, os.environ).protocol_names
        begun = begin(Places(home / "landing", home), names, ALWAYS, [], say)
        done = finish(begun, full=False, say=say)
    _conclude(home, done)
    where = f"--landing {shlex.quote(str(home / 'landing'))} --warehouse {shlex.quote(str(home))}"
    typer.echo(f"the UI:    {as_called()} ui {where}")
    expected_shut = set() if is_paper else {"synthetic-shut"}
    return 0 if done.release_id and set(done.shut) == expected_shut and not done.failed else 1


def run_ui(landing: Path | None, warehouse: Path | None, port: int) -> None:
    """Replace this process by the services of the UI, on the warehouse's instance and behind the guard."""
    home, environment = _instance_for(landing, warehouse, port)
    # It advises `dg dev`, which is not installed where the project is only used.
    environment["PYTHONWARNINGS"] = "ignore:Function `dev_command` is superseded"
    typer.echo(f"http://{LOOPBACK}:{port}")
    _become(["-P", "-m", "assets.ui", "dev", "-h", LOOPBACK, "-p", str(port)], home, environment)


def run_webserver(landing: Path | None, warehouse: Path | None, host: str, port: int) -> None:
    """Replace this process by the web server alone, on the warehouse's instance and behind the guard."""
    home, environment = _instance_for(landing, warehouse, port)
    from assets.ui import OURS  # noqa: PLC0415 - as above

    _become([*OURS, "-h", host, "-p", str(port)], home, environment)


def run_daemon(landing: Path | None, warehouse: Path | None, *, is_check: bool) -> None:
    """Replace this process by the daemon, or by Dagster's word on whether one works."""
    home, environment = _instance_for(landing, warehouse)
    if is_check:
        os.execve(sys.executable, [sys.executable, *DAEMON, "liveness-check"], environment)
    _become([*DAEMON, "run"], home, environment)


def answers(port: int) -> bool:
    """Say whether a web server answers on loopback."""
    import urllib.request  # noqa: PLC0415 - no other command asks a server

    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/server_info", timeout=10):
            return True
    except OSError:
        return False


def _instance_for(
    landing: Path | None, warehouse: Path | None, port: int | None = None
) -> tuple[Path, dict[str, str]]:
    """Make the warehouse's instance ready; return its folder, and the environment of a service on it."""
    ensure_files_may_be_opened()
    chosen = places(os.environ, landing, warehouse)
    if port is not None:
        _ensure_free(port)

    from assets.instance import home_of  # noqa: PLC0415 - Dagster takes seconds to load
    from assets.storage_faults import storage_in_words  # noqa: PLC0415

    keep_private(chosen.warehouse, chosen.landing, os.environ)
    home = home_of(chosen.warehouse)
    with storage_in_words(home):
        pass  # damaged, it ends here, in words
    return home, os.environ | {
        "BPP_LANDING": chosen.landing_told,
        "BPP_WAREHOUSE": str(chosen.warehouse),
        "DAGSTER_HOME": str(home),
    }


def _become(words: Sequence[str], home: Path, environment: Mapping[str, str]) -> None:
    """Replace this process by one of Python's that loads the code as the instance's folder names it."""
    from assets.instance import WORKSPACE  # noqa: PLC0415 - as above

    line = [sys.executable, *words, "-w", str(home / WORKSPACE)]
    os.execve(sys.executable, line, environment)


def _ensure_free(port: int) -> None:
    """Refuse a port at which something answers already: Dagster says so only after a minute of loading."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((LOOPBACK, port))
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used: {error.strerror}",
                "end what uses it, or choose another by --port",
            ) from None


def finish(begun: Begun, *, full: bool, say: Say) -> Refreshed:
    """Do what is due once a refresh has begun; where nothing is, leave it without loading Dagster."""
    done = _finished(begun, full=full, say=say)
    try:
        told = copy_in_service(begun.places.warehouse, os.environ)
    except BppError as error:
        done.failed["publish_to"] = f"{error.message}; {error.hint}"
    else:
        if told is not None:
            say(told)
    return done


def _finished(begun: Begun, *, full: bool, say: Say) -> Refreshed:
    first = first_due(begun, full=full)
    if first.action == "nothing":
        return leave(begun, say)
    if first.action == "judge":
        forks.start()  # it loads what reads, while this process loads Dagster
        if first.delivery is not None:
            begun.ahead.read(first.delivery)
    with loading():
        from assets.refresh import carry_out  # noqa: PLC0415 - Dagster takes seconds to load
        from assets.resources import Warehouse  # noqa: PLC0415

    return carry_out(Warehouse.of(begun.places, begun.names, begun.window), begun, full=full, say=say)


@contextmanager
def _telling() -> Iterator[Say]:
    """Yield a way to say a line: with a sign of life on a terminal, plain elsewhere."""
    if not sys.stdout.isatty():
        yield typer.echo
        return
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, markup=False)
    with console.status("refreshing"):
        yield console.print


def _conclude(warehouse: Path, done: Refreshed) -> None:
    for name, reason in done.failed.items():
        typer.echo(f"error: {name}: {reason}", err=True)
    if done.release_id is None:
        return
    shelf = Shelf.of(warehouse)
    folder = shelf.folder(done.release_id)
    typer.echo(f"warehouse: {shelf.current}")
    typer.echo(f"report:    {folder / 'report.html'}")
    typer.echo(f"at {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC")

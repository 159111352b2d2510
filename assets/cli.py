"""The command `bpp`: doors to the engine and the graph, for a terminal and for scheduled refreshes.

Not here: any work. Errors are one readable line and a hint, never a traceback.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from assets.contract import contract_app
from assets.export import export
from assets.interrupts import CODE, INTERRUPTED, loading
from assets.kit import kit_app
from assets.leaving import pool, share
from assets.options import LandingOption, WarehouseOption, hand_down
from assets.patients import erase, raw
from assets.releases import releases_app
from assets.serve import serve_app, ui
from assets.sign_of_life import sign_of_life
from bpp_etl import __version__
from bpp_etl.errors import BppError, UsageError, shown
from bpp_etl.settings import secrets_in
from bpp_etl.warehouse.private import OWNER_ALONE


class _Commands(TyperGroup):
    """The commands; typer would end Ctrl-C without a word."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command, and say what Ctrl-C leaves behind."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo(INTERRUPTED, err=True)
            sys.exit(CODE)


app = typer.Typer(
    name="bpp",
    cls=_Commands,
    help="Registry exports in, a gated and published warehouse of bone pseudoprogression out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(releases_app, name="releases")


LONGEST_SHOWN = 1000


class Cohort(StrEnum):
    """Which synthetic landing `bpp demo` writes."""

    REGISTRIES = "registries"
    PAPER = "paper"


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"bpp_etl {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and leave."),
]


def main() -> None:
    """Run the command; turn our own errors into a line, a hint and an exit code."""
    os.umask(OWNER_ALONE)  # what it writes may name patients
    try:
        os.environ.update(secrets_in(os.environ))
        app()
    except BppError as error:
        fail(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        typer.echo(f"error: {reason}: {_named(error)}", err=True)
        typer.echo("hint: check the folder's permissions and free space", err=True)
        sys.exit(1)
    except Exception as error:
        typer.echo(f"error: unexpected {type(error).__name__}", err=True)
        typer.echo("hint: run again with BPP_TRACEBACK=1 in a safe place and report it", err=True)
        if os.environ.get("BPP_TRACEBACK") == "1":
            raise
        sys.exit(1)


def _named(error: OSError) -> str:
    """Name the file of an error; a path too long to be read is cut."""
    name = str(error.filename or "unknown file")
    return name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}..."


def fail(error: BppError) -> None:
    """Print an error of ours and leave with its code."""
    typer.echo(f"error: {error.message}", err=True)
    if error.hint:
        typer.echo(f"hint: {error.hint}", err=True)
    sys.exit(error.exit_code)


@app.callback()
def before_a_command(
    context: typer.Context,
    landing: LandingOption = None,
    warehouse: WarehouseOption = None,
    _version: VersionOption = False,
) -> None:
    """Take the places before the command too."""
    hand_down(context, landing=landing, warehouse=warehouse)


@app.command()
def refresh(
    landing: LandingOption = None,
    warehouse: WarehouseOption = None,
    registry: Annotated[
        list[str] | None, typer.Option("--registry", help="Only this registry; may be given again.")
    ] = None,
    protocol: Annotated[
        list[str] | None, typer.Option("--protocol", help="A protocol's name or file; may be given again.")
    ] = None,
    first_day: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DAY", help="Only patients whose line 1 started on this day or later."
        ),
    ] = None,
    last_day: Annotated[
        str | None,
        typer.Option("--to", metavar="DAY", help="Only patients whose line 1 started on this day or before."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Judge and derive everything again.")] = False,
) -> None:
    """Admit new deliveries, derive, measure, publish."""
    first, last = _day("--from", first_day), _day("--to", last_day)

    with loading():
        from assets.door import run_refresh  # noqa: PLC0415 - DuckDB takes a while to load

    sys.exit(
        run_refresh(
            landing, warehouse, registry or [], protocol or [], full=full, first_day=first, last_day=last
        )
    )


def _day(option: str, given: str | None) -> dt.date | None:
    """Read a day; errors: UsageError where it is none."""
    if given is None:
        return None
    try:
        return dt.datetime.strptime(given, "%Y-%m-%d").date()  # noqa: DTZ007 a day has no zone
    except ValueError:
        raise UsageError(f"{option} must be a day, not {shown(given)}", "write it as 2018-01-31") from None


@app.command()
def demo(
    folder: Annotated[Path | None, typer.Argument(help="Where to put it; a folder of its own.")] = None,
    cohort: Annotated[
        Cohort,
        typer.Option(help="Three made-up registries, or the 23 constructed to match the seed study."),
    ] = Cohort.REGISTRIES,
) -> None:
    """Write a small synthetic landing, refresh it, and say where to look."""
    from assets.door import run_demo  # noqa: PLC0415

    sys.exit(run_demo(folder, is_paper=cohort is Cohort.PAPER))


@app.command()
def check(
    delivery: Annotated[Path, typer.Argument(help="The folder of one delivery.")],
    output: Annotated[
        str, typer.Option("--format", help="text, json, html, or xlsx: the rows to mend as a workbook.")
    ] = "text",
    warehouse: Annotated[
        Path | None,
        typer.Option(help="Compare with the delivery before and other registries in this warehouse."),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="The file that --format xlsx writes.")] = None,
) -> None:
    """Gate one delivery; a warehouse is read where one is named, and never written."""
    from bpp_etl.reading import forks  # noqa: PLC0415

    forks.start()  # it loads what reads a delivery while this process loads what judges one
    with loading():
        from bpp_etl.check import check_delivery  # noqa: PLC0415

    with sign_of_life("checking") as say:
        text, is_open = check_delivery(delivery, output, say, warehouse, to)
    typer.echo(text)
    sys.exit(0 if is_open else 3)


app.command()(raw)
app.add_typer(kit_app, name="kit")
app.add_typer(contract_app, name="contract")


@app.command()
def init(
    registry: Annotated[str, typer.Argument(help="The registry's name: its folder is called so.")],
    form: Annotated[str, typer.Option("--format", help="canonical, or an adapter's name.")] = "canonical",
    like: Annotated[
        list[Path] | None,
        typer.Option(
            "--like", help="Files of theirs, one or more: what renames and recodes them is proposed."
        ),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(metavar="FILE", hidden=True)] = None,
    landing: LandingOption = None,
) -> None:
    """Make the folder of a registry that begins: a commented registry.toml, and an example delivery."""
    from bpp_etl.adapters import Outside  # noqa: PLC0415
    from bpp_etl.kit.first_day import begin_registry  # noqa: PLC0415
    from bpp_etl.settings import adapter_folders, places  # noqa: PLC0415

    if more and not like:
        raise UsageError(f"{shown(str(more[0]))} is a word too many", "files of theirs stand after --like")
    chosen = places(os.environ, landing)
    if chosen.source is not None:
        raise UsageError("bpp init writes into a folder of this machine", "name one with --landing")
    place = chosen.landing
    outside = Outside(adapter_folders(os.environ), place)
    today = dt.datetime.now(dt.UTC).date()
    files = [*(like or ()), *(more or ())]
    with sign_of_life("looking at the files") as say:
        lines = begin_registry(place, registry, form, today, files, outside, say)
    for line in lines:
        typer.echo(line)


@app.command()
def explain(
    patient: Annotated[str, typer.Argument(help="The patient's id, or the real one by the key.")],
    registry: Annotated[str, typer.Option("--registry", help="The registry.")],
    warehouse: WarehouseOption = None,
    protocol: Annotated[str, typer.Option("--protocol", help="A protocol's name or file.")] = "xu2025",
    output: Annotated[str, typer.Option("--format", help="text, json or html.")] = "text",
    shift_dates: Annotated[
        bool, typer.Option("--shift-dates", help="Count days from the start of line 1 and name nobody.")
    ] = False,
) -> None:
    """Show a patient's ordered evidence, the rule that fired, and what would change the call."""
    from bpp_etl.explain import explain_patient  # noqa: PLC0415
    from bpp_etl.settings import places  # noqa: PLC0415

    root = places(os.environ, None, warehouse).warehouse
    typer.echo(explain_patient(root, registry, patient, protocol, output, shift_dates=shift_dates))


app.command()(share)
app.command()(pool)
app.command()(export)


@app.command()
def status(
    landing: LandingOption = None,
    warehouse: WarehouseOption = None,
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Say how each registry and the release in service are, and what needs a person."""
    if output not in ("text", "json"):
        raise UsageError(f"--format must be text or json, not {shown(output)}", "leave it out for text")

    from assets.status import tell_status  # noqa: PLC0415

    told, needs_a_person = tell_status(landing, warehouse, output)
    typer.echo(told)
    sys.exit(3 if needs_a_person else 0)


app.command()(erase)
app.command()(ui)
app.add_typer(serve_app, name="serve")

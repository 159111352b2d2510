"""The commands `bpp ui`, and `bpp serve`: its services one by one, for a server.

Not here: any work (`door.py`).
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from assets.options import LandingOption, WarehouseOption, hand_down

serve_app = typer.Typer(
    help="The services of the UI one by one, for systemd and containers.", no_args_is_help=True
)

PortOption = Annotated[int, typer.Option("--port", help="The port, else 3000.")]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Start nothing: leave with 0 where it works already, else with 1.")
]


def ui(
    landing: LandingOption = None,
    warehouse: WarehouseOption = None,
    port: PortOption = 3000,
) -> None:
    """Start the Dagster UI on this project, on loopback only."""
    from assets.door import run_ui  # noqa: PLC0415

    run_ui(landing, warehouse, port)


@serve_app.callback()
def serve(context: typer.Context, landing: LandingOption = None, warehouse: WarehouseOption = None) -> None:
    """Take the places before the service too."""
    hand_down(context, landing=landing, warehouse=warehouse)


@serve_app.command()
def webserver(
    landing: LandingOption = None,
    warehouse: WarehouseOption = None,
    port: PortOption = 3000,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where it listens, else loopback.")
    ] = "127.0.0.1",
    check: CheckOption = False,
) -> None:
    """Serve the UI, behind the guard; it has no login of its own."""
    from assets.door import answers, run_webserver  # noqa: PLC0415

    if check:
        sys.exit(0 if answers(port) else 1)
    run_webserver(landing, warehouse, host, port)


@serve_app.command()
def daemon(
    landing: LandingOption = None, warehouse: WarehouseOption = None, check: CheckOption = False
) -> None:
    """Run the daemon: sensors, schedules, and the queue of runs."""
    from assets.door import run_daemon  # noqa: PLC0415

    run_daemon(landing, warehouse, is_check=check)

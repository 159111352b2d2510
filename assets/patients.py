"""The commands that show a row as it was delivered, and erase a patient: `bpp raw`, `bpp erase`.

Not here: any work (`erase.py`; `bpp_etl/explain`), and registering the commands (`cli.py`).
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from assets.options import LandingOption, WarehouseOption


def raw(
    registry: Annotated[str, typer.Argument(help="The registry.")],
    delivery: Annotated[str, typer.Argument(help="The delivery, as its folder is called.")],
    table: Annotated[str, typer.Argument(help="The table.")],
    row: Annotated[int, typer.Argument(help="The row's number, as in core; from 1, without the header.")],
    file: Annotated[
        str | None, typer.Option("--file", help="The row's file; the number is then that in the file.")
    ] = None,
    landing: LandingOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Show one row as it was delivered, with what became of it; it holds a patient's values."""
    from bpp_etl.explain.delivered_row import tell_row  # noqa: PLC0415
    from bpp_etl.explain.row_fate import Which  # noqa: PLC0415
    from bpp_etl.settings import places  # noqa: PLC0415

    chosen = places(os.environ, landing, warehouse)
    typer.echo(tell_row(chosen, Which(registry, delivery, table, row, file)))


def erase(
    patient: Annotated[
        str, typer.Argument(help="The patient's id, or pseudonym; - reads it from standard input.")
    ],
    registry: Annotated[str, typer.Option("--registry", help="The registry.")],
    landing: LandingOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Erase a patient from working files, quarantine and every kept release, and publish anew."""
    from assets.erase import run_erase  # noqa: PLC0415

    sys.exit(run_erase(patient, registry, landing, warehouse))

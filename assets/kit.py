"""The commands `bpp kit`: doors to the collection forms.

Not here: any work; nothing of Dagster is loaded.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

kit_app = typer.Typer(help="Collection forms made from the contracts.", no_args_is_help=True)

ToOption = Annotated[Path, typer.Option("--to", help="The folder to write to; else this one.")]


@kit_app.command()
def excel(to: ToOption = Path()) -> None:
    """Write a workbook to collect in, with lists and validation; it is read back as a delivery."""
    from bpp_etl.kit.write import write_excel  # noqa: PLC0415

    typer.echo(write_excel(to))


@kit_app.command()
def redcap(to: ToOption = Path()) -> None:
    """Write a REDCap project to collect in: its data dictionary, and the project file (ODM)."""
    from bpp_etl.kit.write import write_redcap  # noqa: PLC0415

    typer.echo(write_redcap(to, dt.datetime.now(dt.UTC)))

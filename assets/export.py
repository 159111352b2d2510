"""The command `bpp export`: a door to the forms of other standards.

Not here: any work (`bpp_etl/export`); nothing of Dagster is loaded.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from assets.options import NAMED, WarehouseOption
from assets.sign_of_life import sign_of_life
from bpp_etl.errors import UsageError


def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="parquet, delta, adam, cbioportal or omop.")],
    release: Annotated[
        str | None, typer.Argument(metavar="ID", help=f"A release; else the one in service. {NAMED}")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="A new folder, which will hold patients.")] = None,
    protocol: Annotated[
        str | None,
        typer.Option("--protocol", help="Whose calls are told: one of the release's, else its first."),
    ] = None,
    with_quarantine: Annotated[
        bool, typer.Option("--with-quarantine", help="Of parquet and delta: the text of refused rows too.")
    ] = False,
    without_age: Annotated[
        bool, typer.Option("--without-age", help="Of adam and cbioportal: leave ages empty.")
    ] = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Write a release in the form of another standard; it holds patients and stays in the house."""
    from bpp_etl.export import export_release  # noqa: PLC0415
    from bpp_etl.settings import places  # noqa: PLC0415

    if to is None:
        raise UsageError("--to is missing", "name a new folder: bpp export FORMAT --to DIR")
    root = places(os.environ, None, warehouse).warehouse
    with sign_of_life("exporting") as say:
        made = export_release(
            root,
            to,
            form,
            release,
            protocol=protocol,
            with_quarantine=with_quarantine,
            without_age=without_age,
            now=dt.datetime.now(dt.UTC),
            say=say,
        )
    typer.echo(made.told)

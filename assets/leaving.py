"""The commands for what leaves the house: `bpp share`, and `bpp pool`, which adds the shares of several.

Not here: what is told and what is hidden (`bpp_etl/share`, `bpp_etl/disclosure`), adding (`bpp_etl/pool`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from assets.options import NAMED, WarehouseOption
from bpp_etl.errors import UsageError


def share(
    release: Annotated[
        str | None, typer.Argument(metavar="ID", help=f"A release; else the one in service. {NAMED}")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="A new folder for what may leave the house.")
    ] = None,
    threshold: Annotated[
        int | None,
        typer.Option("--threshold", min=0, help="Fewest patients that are told, else 5; 0 hides nothing."),
    ] = None,
    protocol: Annotated[
        list[str] | None, typer.Option("--protocol", help="The release's protocols; may be given again.")
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Write what may leave the house of a release: metrics under disclosure control, no patient."""
    from assets.runners import RUNNERS  # noqa: PLC0415
    from bpp_etl.settings import places  # noqa: PLC0415
    from bpp_etl.share.make import share_told  # noqa: PLC0415

    if to is None:
        raise UsageError("--to is missing", "name a new folder: bpp share --to DIR")
    root = places(os.environ, None, warehouse).warehouse
    typer.echo(share_told(root, to, release, protocol or [], threshold, typer.echo, RUNNERS))


def pool(
    shares: Annotated[
        list[Path] | None, typer.Argument(metavar="SHARE...", help="Folders that `bpp share` made.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="New folder for the pool.")] = None,
    protocol: Annotated[
        list[str] | None, typer.Option("--protocol", help="The shares' protocols; may be given again.")
    ] = None,
) -> None:
    """Add the shares of three houses or more, exactly, and say what cannot be added."""
    from bpp_etl.pool.make import pool_told  # noqa: PLC0415

    if to is None:
        raise UsageError("--to is missing", "name a new folder: bpp pool SHARE... --to DIR")
    typer.echo(pool_told(shares or [], to, protocol or []))

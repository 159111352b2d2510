"""The places that a command takes, before its name or after it.

Not here: the commands (`cli.py`), and where a place is that nobody states (`bpp_etl/settings.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer
from typer.core import TyperGroup

from bpp_etl.errors import UsageError

LandingOption = Annotated[
    Path | None, typer.Option("--landing", help="Landing folder; else BPP_LANDING, else the project's.")
]
WarehouseOption = Annotated[
    Path | None, typer.Option("--warehouse", help="Warehouse folder; else BPP_WAREHOUSE, else the project's.")
]

NAMED = "By its id, the beginning of it, or as latest or previous."
"""How a release is named wherever one is asked for (`Shelf.named`)."""


def hand_down(context: typer.Context, **places: Path | None) -> None:
    """Let a place that is stated before a command hold for it, unless it states its own.

    Errors: UsageError where the command takes no such place, which would be left aside without a word.
    """
    stated = {name: place for name, place in places.items() if place is not None}
    name = context.invoked_subcommand
    if name is None or not stated:
        return
    command = cast(TyperGroup, context.command).commands[name]
    for place in sorted(stated.keys() - {option.name for option in command.params}):
        raise UsageError(f"{command.name} takes no --{place}", "leave it out")
    context.default_map = {name: stated}

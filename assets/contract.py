"""The commands `bpp contract`: doors to the contracts as documents.

Not here: any work; nothing of Dagster is loaded, and no warehouse is looked at.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

contract_app = typer.Typer(help="The contracts as documents in open standards.", no_args_is_help=True)


class Ending(StrEnum):
    """In which files the tables of a data package lie."""

    PARQUET = "parquet"
    CSV = "csv"


PartsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PART]...", help="landing, or schemas of a release: core, event, and so on."),
]


@contract_app.command()
def odcs(
    parts: PartsArgument = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="A folder to write a file for each part to; else they are printed."),
    ] = None,
) -> None:
    """Write the contracts in the Open Data Contract Standard: YAML, one contract for each part."""
    from bpp_etl.contract_documents.write import odcs_told  # noqa: PLC0415

    typer.echo(odcs_told(parts or (), to), nl=False)


@contract_app.command()
def frictionless(
    parts: PartsArgument = None,
    files: Annotated[
        Ending, typer.Option("--files", help="In which files the tables lie: parquet or csv.")
    ] = Ending.PARQUET,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="A file, or a folder for datapackage.json; else printed."),
    ] = None,
) -> None:
    """Write the contracts as a Data Package: JSON, a schema for each table of a release, or of landing."""
    from bpp_etl.contract_documents.write import package_told  # noqa: PLC0415

    typer.echo(package_told(parts or (), files.value, to), nl=False)

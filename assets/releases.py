"""The commands `bpp releases`: doors to the shelf of releases.

Not here: any work; nothing of Dagster is loaded.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from assets.options import NAMED, WarehouseOption, hand_down

releases_app = typer.Typer(
    help="What is published, what changed, whether it is whole, and one step back.", no_args_is_help=False
)


def _warehouse(told: Path | None) -> Path:
    from bpp_etl.settings import places  # noqa: PLC0415

    return places(os.environ, None, told).warehouse


@releases_app.callback(invoke_without_command=True)
def releases(context: typer.Context, warehouse: WarehouseOption = None) -> None:
    """List the releases when no other word follows."""
    if context.invoked_subcommand is None:
        list_releases(warehouse)
    hand_down(context, warehouse=warehouse)


@releases_app.command("list")
def list_releases(warehouse: WarehouseOption = None) -> None:
    """List what is published, oldest first; the one in service is marked, a damaged one named."""
    from bpp_etl.release.told import listed  # noqa: PLC0415

    typer.echo(listed(_warehouse(warehouse)))


@releases_app.command("diff")
def diff_releases(
    before: Annotated[
        str | None,
        typer.Argument(metavar="A", help=f"The earlier release; else the last but one. {NAMED}"),
    ] = None,
    after: Annotated[str | None, typer.Argument(metavar="B", help="The later release.")] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Say what changed between two releases, and why."""
    from bpp_etl.release.told import difference  # noqa: PLC0415

    typer.echo(difference(_warehouse(warehouse), before, after))


@releases_app.command("verify")
def verify_releases(
    release: Annotated[
        str | None, typer.Argument(metavar="ID", help=f"One release; else all. {NAMED}")
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Say whether the files of a release are those that were published; leaves with 1 where one is not."""
    from bpp_etl.release.told import verified  # noqa: PLC0415

    text, is_whole = verified(_warehouse(warehouse), release)
    typer.echo(text)
    sys.exit(0 if is_whole else 1)


@releases_app.command("rollback")
def rollback(
    release: Annotated[
        str, typer.Argument(metavar="ID", help=f"The release to put back in service. {NAMED}")
    ],
    warehouse: WarehouseOption = None,
) -> None:
    """Put an earlier release back in service, if each of its files is its own."""
    from bpp_etl.release.shelf import Shelf  # noqa: PLC0415

    shelf = Shelf.of(_warehouse(warehouse))
    release_id = shelf.named(release)
    shelf.step_back(release_id)
    typer.echo(f"release {release_id} is in service")


@releases_app.command("prune")
def prune_releases(
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, help="How many; else keep_releases of the settings."),
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Remove all but the newest releases; never the one in service."""
    from bpp_etl.archive import sweep_archive  # noqa: PLC0415
    from bpp_etl.release.inputs import kept_deliveries  # noqa: PLC0415
    from bpp_etl.release.shelf import Shelf  # noqa: PLC0415
    from bpp_etl.settings import keep_releases  # noqa: PLC0415

    root = _warehouse(warehouse)
    shelf = Shelf.of(root)
    gone = shelf.prune(keep or keep_releases(os.environ))
    for release_id in gone:
        typer.echo(f"removed {release_id}")
    let_go = sweep_archive(root, kept_deliveries(shelf))
    if let_go:
        typer.echo(f"let go of the files of {let_go} deliveries, of which no kept release is made")
    typer.echo(f"{len(shelf.ids())} kept")

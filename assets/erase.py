"""What `bpp erase` does once Dagster is loaded: erase, then judge the registry anew and publish.

Not here: erasing (`bpp_etl/erasure`).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from assets.operation import load_operation
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.erasure import erase_patient
from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT, Places, places
from bpp_etl.warehouse.connection import one_row, opened_read_only
from bpp_etl.warehouse.private import keep_private


def run_erase(patient: str, registry: str, landing: Path | None, warehouse: Path | None) -> int:
    """Erase a patient, publish anew, and say what was done and what stays; return the exit code."""
    chosen = places(os.environ, landing, warehouse)
    if chosen.warehouse.is_dir():
        keep_private(chosen.warehouse, chosen.landing, os.environ)
    made_as = _as_published(chosen)
    told = sys.stdin.readline() if patient == "-" else patient
    done = erase_patient(chosen, registry, told, typer.echo)
    if done.is_again:
        typer.echo(f"{registry}: the patient was erased before, and nothing is left")
    else:
        typer.echo(f"{registry}: the patient is erased")
    _tell_what_stays(chosen, registry)
    return _publish_anew(made_as, registry)


def _publish_anew(resource: Warehouse, registry: str) -> int:
    """Judge the registry's delivery without the patient where it is in the landing, and publish."""
    delivers = resource.places().landing.is_dir() and registry in survey(resource.places().landing).newest
    try:
        done = refresh(resource, only=[registry] if delivers else [], say=typer.echo)
        failed = dict(done.failed)
    except BppError as error:
        failed = {registry: f"{error.message}; {error.hint}"}
    for name, reason in failed.items():
        typer.echo(f"error: {name}: {reason}", err=True)
    if failed:
        typer.echo("hint: the patient is erased all the same; `bpp refresh` publishes anew", err=True)
    return 1 if failed else 0


def _as_published(chosen: Places) -> Warehouse:
    """Refresh by the protocols and days of the release in service, as configured where there is none."""
    resource = Warehouse(
        landing=str(chosen.landing),
        warehouse=str(chosen.warehouse),
        protocols=load_operation(PROJECT, os.environ).protocol_names,
    )
    try:
        with opened_read_only(Shelf.of(chosen.warehouse).current) as con:
            told, *days = one_row(
                con, "select protocols, first_line_from::varchar, first_line_to::varchar from meta.release"
            )
        first, last = (day or "" for day in days)
        named = resource.model_copy(
            update={
                "protocols": [str(one).partition(":")[0] for one in told],
                "first_day": first,
                "last_day": last,
            }
        )
        digests = [f"{one.name}:{one.digest}" for one in named.loaded_protocols()]
    except BppError:
        return resource
    return named if digests == list(told) else resource


def _tell_what_stays(chosen: Places, registry: str) -> None:
    typer.echo("not ours to remove, and as it was:")
    folder = chosen.landing / registry
    sent = sum(one.is_dir() for one in folder.iterdir()) if folder.is_dir() else 0
    if sent:
        typer.echo(f"  - {folder}: what was delivered; ask the registry to deliver without the patient")
        typer.echo("    (until it does, the patient's rows are left out, and counted)")
    typer.echo(
        "  - backups, exports and shares that have left, and what programs have open until they close it"
    )

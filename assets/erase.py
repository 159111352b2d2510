"""What `bpp erase` does: erase, then judge the registry anew and publish.

Not here: erasing (`bpp_etl/erasure`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from assets.begin import begin
from assets.descriptors import ensure_files_may_be_opened
from assets.door import finish
from assets.operation import load_operation
from assets.runners import RUNNERS
from bpp_etl.erasure import erase_patient
from bpp_etl.errors import BppError
from bpp_etl.events.protocol_file import load_within
from bpp_etl.events.window import ALWAYS, Window
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.inputs import told_protocols
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT, Places, places
from bpp_etl.warehouse.connection import one_row, opened_read_only
from bpp_etl.warehouse.private import keep_private


def run_erase(patient: str, registry: str, landing: Path | None, warehouse: Path | None) -> int:
    """Erase a patient, publish anew, and say what was done and what stays; return the exit code."""
    ensure_files_may_be_opened()  # before anything is erased: it publishes anew, as a refresh does
    chosen = places(os.environ, landing, warehouse)
    if chosen.warehouse.is_dir():
        keep_private(chosen.warehouse, chosen.landing, os.environ)
    names, window = _as_published(chosen)
    told = sys.stdin.readline() if patient == "-" else patient
    done = erase_patient(chosen, registry, told, typer.echo, RUNNERS)
    if done.is_again:
        typer.echo(f"{registry}: the patient was erased before, and nothing is left")
    else:
        typer.echo(f"{registry}: the patient is erased")
    _tell_what_stays(chosen, registry)
    failed = _publish_anew(chosen, names, window, registry)
    for name, reason in failed.items():
        typer.echo(f"error: {name}: {reason}", err=True)
    if failed:
        typer.echo("hint: the patient is erased all the same; `bpp refresh` publishes anew", err=True)
    return 1 if failed else 0


def _publish_anew(chosen: Places, names: Sequence[str], window: Window, registry: str) -> Mapping[str, str]:
    """Judge the registry's delivery without the patient where it is in the landing, and publish."""
    delivers = chosen.landing.is_dir() and registry in survey(chosen.landing).newest
    try:
        begun = begin(chosen, names, window, [registry] if delivers else [], typer.echo)
        return finish(begun, full=False, say=typer.echo).failed
    except BppError as error:
        return {registry: f"{error.message}; {error.hint}"}


def _as_published(chosen: Places) -> tuple[Sequence[str], Window]:
    """Name the protocols and days of the release in service; as configured where they are not at hand."""
    configured = load_operation(PROJECT, os.environ).protocol_names
    try:
        with opened_read_only(Shelf.of(chosen.warehouse).current) as con:
            told, *days = one_row(con, "select protocols, first_line_from, first_line_to from meta.release")
        window = Window(*days)
        names = [str(one).partition(":")[0] for one in told]
        is_same = told_protocols(load_within(names, window)) == tuple(told)
    except BppError:
        return configured, ALWAYS
    return (names, window) if is_same else (configured, ALWAYS)


def _tell_what_stays(chosen: Places, registry: str) -> None:
    typer.echo("not ours to remove, and as it was:")
    folder = chosen.landing / registry
    sent = sum(one.is_dir() for one in folder.iterdir()) if folder.is_dir() else 0
    if sent:
        told = f"{chosen.landing_told}/{registry}"
        typer.echo(f"  - {told}: what was delivered; ask the registry to deliver without the patient")
        typer.echo("    (until it does, the patient's rows are left out, and counted)")
    typer.echo(
        "  - backups, exports and shares that have left, and what programs have open until they close it"
    )

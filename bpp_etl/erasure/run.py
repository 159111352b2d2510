"""Erases a patient everywhere in a warehouse, in an order in which it can be killed and begun again.

First the patient is on the list (`bpp_etl/identity/erased.py`); whoever comes next, this command or a
refresh, goes by the list alone. Not here: publishing anew, which the door has done.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.admission.treatment import FINGERPRINT
from bpp_etl.admission.working import SPILL, WorkingFiles
from bpp_etl.archive import forget_registry
from bpp_etl.erasure.find import Found
from bpp_etl.erasure.releases import erase_from_releases, find_in_releases, gone_digests
from bpp_etl.erasure.search import Named, Search, searching
from bpp_etl.erasure.shares import erase_from_log
from bpp_etl.erasure.working import config_of, erase_from_working_files, find_in_working_files
from bpp_etl.errors import BusyError, NotFoundError, UsageError, shown
from bpp_etl.events import Protocol
from bpp_etl.identity.erased import (
    PATIENT,
    begin_erasure,
    end_erasure,
    erased_of,
    erasing,
    pending_registries,
)
from bpp_etl.identity.pseudonyms import Pseudonyms, is_pseudonym, pseudonyms_of
from bpp_etl.landing.deliveries import REGISTRY_NAME
from bpp_etl.measure import Measured
from bpp_etl.release.shelf import BUILDING, Shelf
from bpp_etl.settings import Places
from bpp_etl.shards.gathering import measure_file
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import OF_THIS_MACHINE, Runners
from bpp_etl.share.before import KEPT
from bpp_etl.warehouse.audit import note


@dataclass(frozen=True)
class Erasure:
    """What was done for one registry, in lines, and whether anything of the patient was left to remove."""

    registry: str
    done: tuple[str, ...]
    is_again: bool = False


def erase_patient(
    places: Places,
    registry: str,
    patient: str,
    say: Say = lambda _: None,
    runners: Runners = OF_THIS_MACHINE,
) -> Erasure:
    """Erase a patient of a registry, by the id in the warehouse or, if the key is at hand, by the real one.

    Releases of many rows are measured anew by the runner of the settings, one of the `runners`; where that
    fails, the erasure is ended by the next refresh. Errors: UsageError where the registry's name is none or
    the id is empty, NotFoundError where the warehouse knows no such patient, BusyError where something is
    just being written; nothing has changed then.
    """
    if not REGISTRY_NAME.fullmatch(registry):
        raise UsageError(f"{shown(registry)} is no name of a registry", "letters, digits, _ and - only")
    told = patient.strip()
    if not told:
        raise UsageError("no patient is named", "bpp erase PATIENT --registry R")
    root, pseudonyms = places.warehouse, pseudonyms_of(os.environ, places)
    files, shelf = WorkingFiles.of(root, registry), Shelf.of(root)
    if pseudonyms is None and (files.folder / FINGERPRINT).exists() and not is_pseudonym(told):
        raise UsageError(
            f"the ids of {registry} are pseudonyms, and no key is configured",
            "give the pseudonym, or configure the key; of a real id part of the patient would stay",
        )
    with ExitStack() as stack:
        _hold(stack, files, shelf)
        with searching(_spill(files, shelf), registry, Named(registry, told, pseudonyms)) as search:
            found = _find(files, shelf, search)
        known = erased_of(root, registry, pseudonyms)
        if not found and not known.has(PATIENT, told):
            raise NotFoundError(
                f"{registry} has no such patient in this warehouse",
                "ids are case-sensitive; core.patients of the release in service lists them",
            )
        # By every id that the patient has here: releases made before there were pseudonyms have another.
        for one in sorted(found.patients):
            hashed = begin_erasure(root, registry, one, found.assessments)
            note(root, "erase", registry=registry, detail=hashed)
        done = _finish(files, shelf, pseudonyms, say, runners)
    return Erasure(registry, tuple(done), is_again=not found)


def finish_erasures(places: Places, say: Say = lambda _: None, runners: Runners = OF_THIS_MACHINE) -> None:
    """End every erasure that was cut short. Errors: BusyError where something is just being written."""
    for registry in pending_registries(places.warehouse):
        files, shelf = WorkingFiles.of(places.warehouse, registry), Shelf.of(places.warehouse)
        with ExitStack() as stack:
            _hold(stack, files, shelf)
            say(f"{registry}: ending the erasure of a patient, which was cut short")
            _finish(files, shelf, pseudonyms_of(os.environ, places), say, runners)


def _hold(stack: ExitStack, files: WorkingFiles, shelf: Shelf) -> None:
    """Hold the warehouse and the registry, and see to it that nobody builds a release just now."""
    if not files.warehouse.is_dir():
        raise NotFoundError(f"there is no warehouse {shown(str(files.warehouse))}", "name it by --warehouse")
    stack.enter_context(erasing(files.warehouse))
    if files.folder.is_dir():
        stack.enter_context(files.locked())
    shelf.put_replaced_back()
    shelf.sweep()
    if any(shelf.published.glob(f"{BUILDING}*")):
        raise BusyError(
            "a release is just being built by another process", "wait for it to end, then try again"
        )


def _spill(files: WorkingFiles, shelf: Shelf) -> Path:
    """Name the folder in which ids may lie while they are looked up; what is left there is swept."""
    return files.folder if files.folder.is_dir() else shelf.published


def _find(files: WorkingFiles, shelf: Shelf, search: Search) -> Found:
    found = find_in_working_files(files, search)
    published = find_in_releases(shelf, search, config_of(files))
    return Found(found.patients | published.patients, found.assessments | published.assessments)


def _finish(
    files: WorkingFiles, shelf: Shelf, pseudonyms: Pseudonyms | None, say: Say, runners: Runners
) -> list[str]:
    """Remove whoever is on the list of a registry, and note that nothing of them is left."""
    root, registry = files.warehouse, files.folder.name
    erased, config = erased_of(root, registry, pseudonyms), config_of(files)
    done: list[str] = []

    def tell(lines: list[str]) -> None:
        for line in lines:
            say(f"  {line}")
        done.extend(lines)

    def measuring(file: Path, protocols: Sequence[Protocol]) -> Measured:
        return measure_file(file, protocols, lambda line: say(f"  {line}"), runners)

    with searching(_spill(files, shelf), registry, erased) as search:
        # Before their rows are gone: it is of these that the log has digests.
        tell(erase_from_log(root, gone_digests(root, files, shelf, search, config)))
        if files.folder.is_dir():
            tell(erase_from_working_files(files, search))
        now = dt.datetime.now(dt.UTC)
        tell(erase_from_releases(shelf, search, config, now, measuring))
    if let_go := forget_registry(root, registry):
        tell([f"the files of {let_go} deliveries, as they came, are no longer kept: {registry} in raw/"])
    for left in _left_behind(root):
        shutil.rmtree(left, ignore_errors=True)
    for one in erased.pending:
        end_erasure(root, registry, one)
    return done


def _left_behind(root: Path) -> Iterator[Path]:
    """List what processes that were killed may have left: what DuckDB spilled, a share half made."""
    yield from (root / "published").glob(f"**/{SPILL}")
    yield from (root / KEPT).glob(f"**/{SPILL}")
    yield from (root / KEPT).glob(".building-*")

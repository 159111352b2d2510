"""Writes a registry's working files anew without those who were erased.

What was judged and derived of the others stays as it is, until the delivery is judged anew. Not here:
releases (`releases.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from bpp_etl.admission.ids import FOLD, LEFT_OUT, rewrite_raw
from bpp_etl.admission.scratch import put_in_place
from bpp_etl.admission.working import WorkingFiles, discard
from bpp_etl.erasure.copying import copy_schemas, count_anew
from bpp_etl.erasure.find import SOURCE, Found, is_attached, show_found
from bpp_etl.erasure.search import REMEMBERED, Search, config_in
from bpp_etl.errors import BppError, BusyError, DamagedError
from bpp_etl.gate.rules_across_registries import write_digests
from bpp_etl.identity.erased import ASSESSMENT, PATIENT
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.raw_tables import create_schemas
from bpp_etl.warehouse.connection import (
    Connection,
    attach_read_only,
    in_memory,
    log_of,
    one_value,
    opened,
)
from schemas.tables import DELIVERABLE

COPIED = ("core", "quarantine", "event", "quality", "timeline")


def find_in_working_files(files: WorkingFiles, search: Search) -> Found:
    """Look for patients in what a registry has in place; a damaged file is passed over."""
    found = Found()
    for path in files.places:
        if not path.is_file():
            continue
        try:
            here = search.found_in(path)
        except (DamagedError, duckdb.Error, ValueError, KeyError):
            continue
        found.patients |= here.patients
        found.assessments |= here.assessments
    return found


def erase_from_working_files(files: WorkingFiles, search: Search) -> list[str]:
    """Write what is in place anew without the erased, and remove what cannot be searched; say what was done.

    The caller holds the registry. Errors: BusyError where a file is open elsewhere.
    """
    files.start_building()
    done = []
    for path in files.places:
        if not path.exists():
            continue
        name = f"{files.folder.name}/{path.name}"
        try:
            is_written = _rewrite(files, path, search)
        except BusyError:
            raise
        except (DamagedError, duckdb.Error, ValueError, KeyError):
            discard(path)
            discard(files.building)
            done.append(f"{name} is damaged and cannot be searched: removed")
            continue
        if is_written:
            if log_of(files.building).exists():
                raise BppError(f"{name} was not written to its end", "check the free space of the disk")
            log_of(path).unlink(missing_ok=True)
            put_in_place(files.building, path)
            done.append(f"{name} is written anew")
    if not files.admitted.exists():
        files.patient_digests.unlink(missing_ok=True)
    return done


def config_of(files: WorkingFiles) -> RegistryConfig:
    """Recall how a registry's ids are read; as canonical ones where no working file tells."""
    for path in files.places:
        try:
            with in_memory() as con:
                attach_read_only(con, path, SOURCE)
                return config_in(con)
        except BusyError:
            raise
        except (BppError, duckdb.Error, ValueError, KeyError):
            continue
    return RegistryConfig()


def _rewrite(files: WorkingFiles, path: Path, search: Search) -> bool:
    """Write a file anew beside it; say whether there was anybody to leave out."""
    found, registry = search.found_in(path), search.registry
    if not found:
        return False
    with opened(files.building, is_working_file=True) as con:
        attach_read_only(con, path, SOURCE)
        create_schemas(con)
        _copy_raw(con, registry, config_in(con), found)
        show_found(con, found)
        copy_schemas(con, SOURCE, COPIED)
        count_anew(con, SOURCE, registry)
        if path == files.admitted:
            write_digests(con, files.patient_digests)
        con.execute(f"detach {SOURCE}")
    return True


def _copy_raw(con: Connection, registry: str, config: RegistryConfig, found: Found) -> None:
    there = [table for table in DELIVERABLE if is_attached(con, SOURCE, "raw", table)]
    gone = {PATIENT: found.patients, ASSESSMENT: found.assessments}
    left_out = rewrite_raw(con, SOURCE, registry, there, config, erased=gone)
    if is_attached(con, SOURCE, "raw", LEFT_OUT):
        con.execute(f"insert into raw.{LEFT_OUT} from {SOURCE}.raw.{LEFT_OUT}")
    if is_attached(con, SOURCE, "raw", FOLD.name):
        con.execute(
            f"create table raw.{FOLD.name} as from {SOURCE}.raw.{FOLD.name}"
            " semi join raw.patients using (row_number)"
        )
    if not is_attached(
        con, SOURCE, "raw", REMEMBERED
    ):  # of an earlier version: it is judged anew in any case
        return
    told = json.loads(str(one_value(con, f"select told from {SOURCE}.raw.{REMEMBERED}")))
    before = told["read"].get("left_out", {})
    told["read"]["left_out"] = {
        table: rows for table in DELIVERABLE if (rows := left_out.get(table, 0) + before.get(table, 0))
    }
    told["read"]["rows"] = {
        table: rows - left_out.get(table, 0) for table, rows in told["read"]["rows"].items()
    }
    con.execute(f"create table raw.{REMEMBERED} as select $told::varchar as told", {"told": json.dumps(told)})

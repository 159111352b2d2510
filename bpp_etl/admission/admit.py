"""From a delivery in the landing to the registry's admitted working file: read, judge, settle, derive.

Not here: how any of these is done, nor which registries to do it for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from bpp_etl.admission.before import known_already
from bpp_etl.admission.due import derivation, judged_with
from bpp_etl.admission.intake import read
from bpp_etl.admission.record import record
from bpp_etl.admission.sharded import finding_of
from bpp_etl.admission.treatment import FINGERPRINT, note_key
from bpp_etl.admission.unanswered import hold_before_warnings, settle_before_warnings
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.archive import keep_delivery
from bpp_etl.errors import BppError, BusyError, DamagedError
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.delivery_rule import Known
from bpp_etl.gate.judge import Finding, judge
from bpp_etl.gate.rules_across_registries import write_digests
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.stated_keys import digests_of
from bpp_etl.reading.remembered import ReadDelivery, recall
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import OF_THIS_MACHINE, Runners
from bpp_etl.warehouse.audit import note
from bpp_etl.warehouse.connection import (
    Connection,
    opened,
    opened_read_only,
    transaction,
)
from bpp_etl.warehouse.interrupts import A_MOMENT

if TYPE_CHECKING:
    from bpp_etl.events import EventSummary, Protocol

PATIENCE = 10.0
"""Seconds that writing waits for a reader in another process: to look at a file, or copy it, takes less."""


def gate(
    files: WorkingFiles,
    delivery: Delivery,
    say: Say = lambda _: None,
    runners: Runners = OF_THIS_MACHINE,
) -> GateDecision:
    """Judge the delivery that was read, and put its working file in place: admitted, or shut.

    A large one is judged in shards, by one of the `runners`, of which `say` is told, without any value.

    Where its working file does not hold just what reading leaves (the step is run by itself, or again after
    it was killed), the delivery is read first.
    """
    try:
        decision = _judge(files, delivery, say, runners)
    except DamagedError:
        # It is the delivery before; it is marked now, and not looked at again.
        decision = _judge(files, delivery, say, runners)
    files.settle(decision.status)
    if decision.is_open:
        settle_before_warnings(files, decision)
    note(
        files.warehouse,
        "refresh",
        registry=delivery.registry,
        delivery=delivery.name,
        detail=decision.status,
    )
    return decision


def _judge(files: WorkingFiles, delivery: Delivery, say: Say, runners: Runners) -> GateDecision:
    """Judge in the working file, which then holds all that a release wants of the delivery."""
    just_read = _just_read(files, delivery) or read(files, delivery)
    with (
        finding_of(files, delivery, just_read, say, runners) as finding,
        opened(files.building, is_working_file=True) as con,
    ):
        found = recall(con, delivery)
        if found is None:
            raise BppError(f"{delivery.registry} cannot be read", "report this as a fault")
        with known_already(files, delivery, found) as known:
            decision = _judged(con, files, delivery, found, known, finding)
            if decision.is_open:
                hold_before_warnings(files, known, decision)
        if decision.is_open:
            # Before the delivery takes its place: where that fails, it is judged and they are written again.
            write_digests(con, files.patient_digests)
            note_key(files.folder, found)
        record(
            con,
            decision,
            input_digest=found.input_digest,
            code_version=judged_with(found.adapter_digest, found.treated),
            extra_columns=found.extra_columns,
            identifier_columns=found.identifier_columns,
            about=found.config.about,
            stated=found.config.stated,
            empty_rows=found.empty_rows,
            left_out=found.left_out,
            digests=digests_of(found.config, found.files_digest),
        )
    # Before the delivery takes its place, so that none is in place whose files nobody has kept. Of a registry
    # whose patients have pseudonyms none is, also when it is read without their key.
    is_treated = bool(found.treated) or (files.folder / FINGERPRINT).exists()
    keep_delivery(files.warehouse, delivery, found, is_treated=is_treated)
    return decision


def _judged(
    con: Connection,
    files: WorkingFiles,
    delivery: Delivery,
    found: ReadDelivery,
    known: Known,
    finding: Finding,
) -> GateDecision:
    """Judge; what turns out to be damaged is the delivery before, for this one has just been read."""
    if known.before is None:
        return judge(con, delivery, found, known, finding)
    with files.unharmed("admitted"):
        return judge(con, delivery, found, known, finding)


def _just_read(files: WorkingFiles, delivery: Delivery) -> ReadDelivery | None:
    """Return what was read, if the working file holds it as `read` leaves it: whole, and nothing judged."""
    if not files.building.exists():
        return None
    try:
        with opened_read_only(files.building) as con:
            judged = con.execute(
                "select count(*) from duckdb_schemas() where database_name = 'warehouse'"
                " and schema_name in ('core', 'quarantine', 'quality')"
            ).fetchall()
            return recall(con, delivery) if judged == [(0,)] else None
    except BusyError:
        raise
    except (BppError, duckdb.Error):
        return None


def derive(
    files: WorkingFiles,
    registry: str,
    protocols: Sequence[Protocol],
    say: Say = lambda _: None,
    runners: Runners = OF_THIS_MACHINE,
) -> EventSummary:
    """Derive the registry's event tables from its admitted tables, all of them or none.

    Those of a large delivery are derived in shards, by one of the `runners`, of which `say` is told, without
    any value. Errors: BusyError where another process reads the file for more than a moment.
    """
    from bpp_etl.admission.derived import deriving_of  # noqa: PLC0415

    if not files.admitted.exists():
        raise BppError(f"{registry} has no admitted delivery", "mend the delivery and refresh again")
    with (
        files.unharmed("admitted") as path,
        files.at_hand(path) as own,
        deriving_of(files, own, registry, protocols, say, runners) as deriving,
        _opened_once_free(own) as con,
        transaction(con),
    ):
        summary = deriving(con)
        con.execute("create or replace table event.derived_with (position integer, told varchar)")
        con.executemany(
            "insert into event.derived_with values (?, ?)", list(enumerate(derivation(protocols)))
        )
    return summary


@contextmanager
def _opened_once_free(path: Path) -> Iterator[Connection]:
    """Open a working file to write; wait while a release is copied from it, or somebody looks at it."""
    since = time.monotonic()
    while True:
        with ExitStack() as stack:
            try:
                con = stack.enter_context(opened(path, is_working_file=True))
            except BusyError:
                if time.monotonic() - since > PATIENCE:
                    raise
            else:
                yield con
                return
        time.sleep(A_MOMENT)

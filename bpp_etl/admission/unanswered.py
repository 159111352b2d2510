"""Warnings that nobody answered, carried from delivery to delivery in the registry's admitted working file.

The delivery before the first of them is kept beside it, so that one which takes a warning back is known. Not
here: what answers one (`bpp_etl/gate/answers.py`), and what needs a person (`bpp_etl/status`).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bpp_etl.admission.scratch import ARRIVING
from bpp_etl.admission.working import WorkingFiles, discard
from bpp_etl.gate.decision import GateDecision, Unanswered
from bpp_etl.gate.delivery_rule import Known
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.warehouse.connection import Connection, one_row, opened_read_only, room_for
from bpp_etl.warehouse.select import has_table
from schemas.increment_laws import ANSWERABLE

CARRIED = ("unanswered", "unanswered_since", "unanswered_warnings")


def unanswered_in(con: Connection, delivery: Delivery, *, is_this: bool) -> tuple[Unanswered, ...]:
    """Read what waits for an answer when a delivery comes to be judged, from the admitted working file.

    That is what the file carries, and what it warned of itself where it holds another delivery than this one.
    Of deliveries after this one, which were taken from the landing, nothing counts.
    """
    waiting = list(carried_in(con))
    if not is_this:
        name, warned, words = one_row(con, "select delivery, warned, warnings from quality.delivery")
        waiting += [Unanswered.of(of, name, message) for of, message in zip(warned, words, strict=True)]
    found: dict[tuple[str, str], Unanswered] = {}
    for one in waiting:
        if one.rule in ANSWERABLE and _order(delivery, one.since) <= delivery.order:
            # What was warned of first stands: it is what was not answered.
            found.setdefault((one.table, one.rule), one)
    return tuple(found.values())


def carried_in(con: Connection) -> tuple[Unanswered, ...]:
    """Read the warnings of earlier deliveries that an open working file says nobody has answered."""
    if not has_table(con, "quality", "delivery", CARRIED):  # of an earlier version
        return ()
    told = one_row(con, f"select {', '.join(CARRIED)} from quality.delivery")
    return tuple(map(Unanswered.of, *(one or [] for one in told)))


def carried_by(files: WorkingFiles) -> tuple[Unanswered, ...]:
    """Read those of a registry's admitted delivery."""
    if not files.admitted.exists():
        return ()
    with opened_read_only(files.admitted) as con:
        return carried_in(con)


def compared_with(unanswered: Iterable[Unanswered], delivery: Delivery, name: str) -> tuple[Unanswered, ...]:
    """Say which of them are of deliveries after the one of a name, so that they can be held to it."""
    return tuple(
        replace(one, can_be_compared=_order(delivery, name) < _order(delivery, one.since))
        for one in unanswered
    )


def _order(delivery: Delivery, name: str) -> tuple[dt.date, int]:
    """Say where another delivery of the same registry stands among all."""
    other = delivery_of(delivery.path.with_name(name))
    return (dt.date.max, 0) if other is None else other.order


def hold_before_warnings(files: WorkingFiles, known: Known, decision: GateDecision) -> None:
    """Hold the delivery before where this one is the first with a warning that waits for an answer.

    It gets its name by `settle_before_warnings`, once the judged delivery has taken its place.
    """
    if known.before_warnings is None:  # one that cannot be compared with
        discard(files.before_warnings)
    elif decision.unanswered:
        return
    if known.before is not None and _warned(decision):
        held = _held(files)
        try:
            os.link(files.admitted, held)
        except OSError:  # a disk without links
            with room_for(held):
                shutil.copyfile(files.admitted, held)


def settle_before_warnings(files: WorkingFiles, decision: GateDecision) -> None:
    """Put what is held in its place, and let go what nothing waits for any more."""
    held = _held(files)
    if held.exists():
        held.replace(files.before_warnings)
    elif not decision.unanswered and not _warned(decision):
        discard(files.before_warnings)


def _warned(decision: GateDecision) -> bool:
    return any(one.rule in ANSWERABLE for one in decision.warnings)


def _held(files: WorkingFiles) -> Path:
    return files.before_warnings.with_name(f"{ARRIVING}{files.before_warnings.name}")

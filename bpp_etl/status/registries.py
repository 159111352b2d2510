"""How each registry is: what is admitted, what is shut or waits, and what everyone is told of it.

Not here: what a person is to do about it (`needs.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bpp_etl.admission.due import Due, due_for
from bpp_etl.admission.judgement import judgement_in
from bpp_etl.admission.unanswered import carried_in
from bpp_etl.admission.working import STATUSES, WorkingFiles
from bpp_etl.errors import BppError, BusyError, OtherVersionError, UsageError
from bpp_etl.gate.decision import BREACHES, Unanswered
from bpp_etl.landing.deliveries import Landing
from bpp_etl.release.inputs import registries_in
from bpp_etl.warehouse.connection import opened_read_only
from bpp_etl.warehouse.select import named_rows

State = Literal["admitted", "shut", "waiting", "not_delivered", "closed", "busy", "damaged", "other_version"]

DELIVERY = "select delivery, delivery_date, messages, warned, warnings from quality.delivery"
BROKEN = (
    'select "table", rule, severity, judged, broken, status from quality.rule_result'
    ' where list_contains($breaches, status) order by severity, "table", rule'
)
WAIVERS = 'select rule, until, reason, "by" from quality.waiver where is_in_force order by rule'


@dataclass(frozen=True)
class Judged:
    """A delivery in a working file: its day, why it is shut, what is told of it, and each rule it broke.

    `warned` names the table and the rule of each of the `warnings`. `unanswered` are those of earlier
    deliveries that wait for an answer.
    """

    delivery: str
    day: dt.date
    messages: tuple[str, ...]
    warned: tuple[str, ...]
    warnings: tuple[str, ...]
    breaches: tuple[Mapping[str, object], ...]
    waivers: tuple[Mapping[str, object], ...]
    unanswered: tuple[Unanswered, ...] = ()


@dataclass(frozen=True)
class RegistryStatus:
    """One registry: its state, what is in place, and the delivery of the landing that is not judged yet."""

    name: str
    state: State
    admitted: Judged | None
    shut: Judged | None
    waiting: Due | None
    damage: str
    days_since_admitted: float | None
    place: Path | None
    """Where its newest delivery lies; None where the landing has none."""

    @property
    def newest(self) -> Judged | None:
        """The delivery that was judged last."""
        return self.shut or self.admitted


def statuses_of(
    warehouse: Path,
    landing: Landing,
    admitted_days: Mapping[str, float | None],
) -> list[RegistryStatus]:
    """Look at every registry that delivers, or has delivered; no file of a delivery is opened to be read."""
    names = sorted({*landing.newest, *landing.closed, *registries_in(warehouse)})
    return [_status_of(warehouse, name, landing, admitted_days.get(name)) for name in names]


def _status_of(warehouse: Path, name: str, landing: Landing, days: float | None) -> RegistryStatus:
    files, newest = WorkingFiles.of(warehouse, name), landing.newest.get(name)
    found: dict[str, Judged | None] = {}
    waiting = None
    trouble: State | None = "closed" if name in landing.closed else None
    damage = ""
    for status in STATUSES:
        try:
            found[status] = _judged_in(files, status)
        except BusyError:
            trouble = "busy"
        except BppError as error:
            damage = error.message
            trouble = "other_version" if isinstance(error, OtherVersionError) else "damaged"
    try:
        with suppress(UsageError):  # a setting: it is told once, and not of each registry
            due = None if newest is None else due_for(warehouse, newest, (), full=False)
            waiting = due if due is not None and due.action == "judge" else None
    except BusyError:
        trouble = "busy"
    except OSError:
        trouble = "closed"  # the newest delivery's own folder
    admitted, shut = (found.get(status) for status in STATUSES)
    state: State = "admitted"
    if trouble is not None:
        state = trouble
    elif waiting is not None:
        state = "waiting"
    elif shut is not None:
        state = "shut"
    elif newest is None:
        state = "not_delivered"
    place = None if newest is None else newest.path
    return RegistryStatus(name, state, admitted, shut, waiting, damage, days, place)


def _judged_in(files: WorkingFiles, status: str) -> Judged | None:
    if not files.place_of(status).exists():
        return None
    with files.unharmed(status) as path, opened_read_only(path) as con:
        judgement_in(con, path)
        ((delivery, day, messages, warned, warnings),) = con.execute(DELIVERY).fetchall()
        breaches = tuple(named_rows(con.execute(BROKEN, {"breaches": list(BREACHES)})))
        return Judged(
            delivery,
            day,
            tuple(messages),
            tuple(warned),
            tuple(warnings),
            breaches,
            tuple(named_rows(con.execute(WAIVERS))),
            carried_in(con),
        )

"""Planting defects in a clean delivery and judging it: which of them the gate notices, by which rule.

Not here: the defects, and the page that tells of them (`page.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.delivery_rule import NOTHING_KNOWN, Known
from bpp_etl.warehouse.connection import opened_read_only
from tests.mutations.defect import Against, Defect, DeliveryDefect, RowDefect
from tests.mutations.record import DELIVERY_DAY, OWNER, Course, Record, clean_record, write_record
from tests.support.gating import Gated, gated
from tests.support.warehouses import admit

DAY_BEFORE = "2026-06-29"
ALONE = {
    "patients",
    "delivery",
    "no_eligible_ct",
    "refused_share_exceeded",
    "dates_on_one_day",
    "line_one_missing",
    "progression_without_imaging",
    "new_rows_differ",
    "records_stop",
    "contacts_go_back",
}
"""Tables and rules whose defects change what is judged of other tables."""


@dataclass(frozen=True)
class Outcome:
    """What became of a planted defect: whether its rule noticed it, and every rule that did."""

    defect: Defect
    noticed_by: frozenset[str]

    @property
    def is_noticed(self) -> bool:
        """Say whether the rule that must notice it has."""
        return self.defect.rule in self.noticed_by


def judge_rows(home: Path, defects: Sequence[RowDefect], spare: int = 3) -> list[Outcome]:
    """Plant each defect in a patient of its own of one delivery; `spare` patients before them have none.

    Defects that need a second line or a new lesion get a patient who has them: each sixth.
    """
    record = clean_record(6 * (len(defects) + spare))
    names = [f"MUT-{6 * (place + spare):04d}" for place in range(len(defects))]
    for name, defect in zip(names, defects, strict=True):
        defect.plant(Course(record, name))
    one = gated(write_record(home / "mutated" / DELIVERY_DAY.isoformat(), record))
    noticed = noticed_by_patient(record, one)
    return [
        Outcome(defect, frozenset(rule for table, rule in noticed.get(name, ()) if table == defect.table))
        for name, defect in zip(names, defects, strict=True)
    ]


def noticed_by_patient(record: Record, one: Gated) -> dict[str, set[tuple[str, str]]]:
    """Gather, by the patient whose rows they are, the rules that rows broke."""
    found: dict[str, set[tuple[str, str]]] = {}
    for rows in (one.refused, one.flagged):
        for (table, number), rules in rows.items():
            owner = str(record[table][number - 1][OWNER])
            found.setdefault(owner, set()).update((table, rule) for rule in rules)
    return found


class Clean:
    """A clean delivery after another that is admitted in a warehouse, to plant defects of deliveries in."""

    def __init__(self, home: Path, patients: int = 80) -> None:
        self.home, self.record = home, clean_record(patients)
        # The delivery before is short of one patient: what comes a day later says something new.
        earlier = clean_record(patients - 1)
        write_record(home / "landing" / "mutated" / DAY_BEFORE, earlier)
        self.warehouse = home / "warehouse"
        self.decision = admit(home / "landing", self.warehouse, "mutated", with_events=False)
        self.earlier = earlier
        self.planted = 0

    @contextmanager
    def known(self, against: Against) -> Iterator[Known]:
        """Open what a delivery is compared with."""
        files = WorkingFiles.of(self.warehouse, "mutated")
        if against == "the delivery before":
            with opened_read_only(files.admitted) as con:
                yield Known(con)
        elif against == "another registry":
            yield Known(elsewhere={"mutated": files.patient_digests})
        else:
            yield NOTHING_KNOWN

    def judge(self, defects: Sequence[DeliveryDefect], toml: str = "") -> list[Outcome]:
        """Plant defects and judge the delivery; what they are compared with is the same for all.

        `toml` is what the registry states.
        """
        record = deepcopy(self.earlier if defects[0].rule == "delivery_repeats" else self.record)
        for defect in defects:
            defect.plant(record)
        self.planted += 1
        home = self.home / f"planted-{self.planted}" / "mutated"
        folder = write_record(home / DELIVERY_DAY.isoformat(), record)
        (home / "registry.toml").write_text(toml, encoding="utf-8")
        with self.known(defects[0].against) as known:
            found = broken(gated(folder, known).decision)
        return [
            Outcome(defect, frozenset(rule for table, rule in found if table == defect.table))
            for defect in defects
        ]


def together(defects: Sequence[DeliveryDefect]) -> list[list[DeliveryDefect]]:
    """Group defects of different tables that are compared with the same, to judge fewer deliveries."""
    groups: list[list[DeliveryDefect]] = []
    for defect in defects:
        room = [
            group
            for group in groups
            if not any(ALONE & {one.table, one.rule} for one in (defect, *group))
            and defect.against == group[0].against
            and defect.table not in {one.table for one in group}
        ]
        if room:
            room[0].append(defect)
        else:
            groups.append([defect])
    return groups


def broken(decision: GateDecision) -> set[tuple[str, str]]:
    """Name the rules that a delivery breaks, each with its table."""
    return {(result.table, result.rule) for result in decision.rules if result.is_breach}

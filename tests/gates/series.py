"""A registry month by month: what the synthetic one knew on a day, without what is written down late.

Not here: tests (`test_series.py`), and whole synthetic registries (`bpp_etl/demo`).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bpp_etl.demo import CLEAN, generate_registry
from bpp_etl.gate.decision import GateDecision
from tests.support.warehouses import admit

LAST = dt.date(2026, 6, 30)
DAYS = {
    "therapy_lines": "start_date",
    "imaging_assessments": "assessment_date",
    "lab_results": "specimen_date",
    "her2_tests": "test_date",
}

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Staff:
    """By how many days responses, lesions and receptors are written down late."""

    responses: int = 0
    lesions: int = 0
    receptors: int = 0


class Series:
    """Monthly deliveries of one registry; three patients in ten come in, with their record, meanwhile."""

    def __init__(self, home: Path, patients: int, seed: int, months: int = 3, staff: Staff = Staff()) -> None:
        self.home, self.staff = home, staff
        self.tables = dict(generate_registry(patients, seed, CLEAN, LAST).tables)
        self.days = [LAST - dt.timedelta(days=30 * number) for number in reversed(range(months))]
        chosen = random.Random(seed)
        self.comes_in = {
            one: chosen.choice(self.days) if chosen.random() < 0.3 else self.days[0]
            for one in self.tables["patients"]["patient_id"]
        }

    def known_on(self, day: dt.date) -> Tables:
        """Give the tables as they were on a day."""
        told = {
            table: rows.filter(pl.col("patient_id").is_in([*self._known(day)]) & (pl.col(DAYS[table]) <= day))
            for table, rows in self.tables.items()
            if table in DAYS
        }
        told["imaging_assessments"] = _until(told["imaging_assessments"], day, self.staff.responses)
        read = told["imaging_assessments"].filter(
            pl.col("assessment_date") <= day - dt.timedelta(days=self.staff.lesions)
        )
        told["bone_lesions"] = self.tables["bone_lesions"].join(read, on="assessment_id", how="semi")
        has_ended = pl.col("end_date") <= day
        told["therapy_lines"] = told["therapy_lines"].with_columns(
            pl.when(has_ended).then(pl.col(name)).alias(name) for name in ("end_date", "end_reason")
        )
        told["patients"] = self._patients(day, told)
        return {table: told[table] for table in self.tables}

    def delivered(self, day: dt.date, tables: Mapping[str, pl.DataFrame]) -> GateDecision:
        """Deliver the tables, and judge them against what was admitted before."""
        folder = self.home / "landing" / "monthly" / day.isoformat()
        folder.mkdir(parents=True)
        (folder.parent / "registry.toml").write_text("[limits]\ncadence = 1\n", encoding="utf-8")
        for table, rows in tables.items():
            rows.write_csv(folder / f"{table}.csv")
        return admit(self.home / "landing", self.home / "warehouse", "monthly", with_events=False)

    def _known(self, day: dt.date) -> set[str]:
        is_told = pl.col("metastatic_diagnosis_date").fill_null(dt.date(2000, 1, 1)) <= day
        told = self.tables["patients"].filter(is_told)["patient_id"]
        return {one for one in told if self.comes_in[one] <= day}

    def _patients(self, day: dt.date, told: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Give the patients; who is seen later was last seen at the end of the record so far."""
        days = [
            told[table].select("patient_id", pl.col(column).alias("day")) for table, column in DAYS.items()
        ]
        days.append(told["therapy_lines"].select("patient_id", pl.col("end_date").alias("day")))
        last = pl.concat(days).group_by("patient_id").agg(pl.col("day").max())
        rows = self.tables["patients"].filter(pl.col("patient_id").is_in([*self._known(day)]))
        contact, diagnosis = pl.col("last_contact_date"), pl.col("metastatic_diagnosis_date")
        is_found = diagnosis <= day - dt.timedelta(days=self.staff.receptors)
        return (
            rows.join(last, on="patient_id", how="left", maintain_order="left")
            .with_columns(
                pl.when(contact <= day).then(contact).otherwise(pl.max_horizontal("day", diagnosis)),
                pl.when(pl.col("death_date") <= day).then(pl.col("death_date")),
                *(
                    pl.when(is_found.fill_null(value=True))
                    .then(pl.col(name))
                    .otherwise(pl.lit("unknown"))
                    .alias(name)
                    for name in ("er_status", "pr_status")
                ),
            )
            .drop("day")
        )


def _until(images: pl.DataFrame, day: dt.date, late: int) -> pl.DataFrame:
    is_read = pl.col("assessment_date") <= day - dt.timedelta(days=late)
    return images.with_columns(
        pl.when(is_read).then(pl.col("extraosseous_response")).alias("extraosseous_response")
    )

"""Rows in another order, and each delivered twice, change no event: from the files on, through the gate.

Not here: other invariants, which begin at the core tables (`test_invariants.py`).
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpp_etl.events import derive_events
from bpp_etl.gate.judge import judge
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import opened
from schemas.tables import TABLES
from tests.support.core_tables import rows_of
from tests.support.generated import DELIVERY, random_patients
from tests.support.relations import FILLERS

REPORTED = {"positive": "positive", "negative": "negative", "indeterminate": "equivocal"}
EVENTS = ("pseudoprogression", "patient_flow", "open_question")


def delivered() -> dict[str, list[dict[str, Any]]]:
    """Lay random patients out as the rows that a registry would deliver."""
    tables = rows_of(random_patients(41, 200))
    for row in tables["her2_tests"]:
        row["reported_status"] = REPORTED[str(row.pop("her2_status"))]
    for name in ("patients", "therapy_lines"):
        for row in tables[name]:
            row |= {key: FILLERS[key] for key in ("sex", "regimen") if key not in row}
    return tables


def judged(folder: Path, tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, object]]]:
    """Write a delivery, gate it with its limits off, and return its events."""
    place = folder / "made" / DELIVERY.isoformat()
    place.mkdir(parents=True)
    limits = "".join(f"{name} = 1\n" for name in (*TABLES, "cadence"))
    (place.parent / "registry.toml").write_text(f"[limits]\n{limits}", encoding="utf-8")
    for name, rows in tables.items():
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    delivery = delivery_of(place)
    assert delivery is not None
    with opened(folder / "working.duckdb") as con:
        decision = judge(con, delivery, read_delivery(con, delivery, scratch_root=folder))
        assert decision.is_open, decision.causes
        derive_events(con, "made", DELIVERY)
        return {table: con.table(f"event.{table}").pl().rows(named=True) for table in EVENTS}


def test_the_order_of_the_rows_and_rows_delivered_twice_change_no_event(tmp_path: Path) -> None:
    tables = delivered()
    twice = {name: [*rows, *rows] for name, rows in tables.items()}
    for name, rows in twice.items():
        random.Random(name).shuffle(rows)
    plain = judged(tmp_path / "plain", tables)
    assert len(plain["pseudoprogression"]) > 30
    assert judged(tmp_path / "twice", twice) == plain

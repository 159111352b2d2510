"""Takes real rows through the pipeline as a registry sends them: a landing, the gate, and the file it leaves.

Not here: assertions, and any row of a real patient; the studies lie beside the checkout.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.gate.decision import GateDecision
from bpp_etl.landing.deliveries import Delivery, survey
from bpp_etl.release.build import Release, assemble, publish
from bpp_etl.warehouse.connection import opened_read_only

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
REGISTRY = "real"
NOBODY = "made-up"
"""A made-up patient who fills the tables that a study does not have, but a delivery must."""

RELEASED_AT = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def with_required_tables(day: str, patients: pl.DataFrame, **tables: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Add the made-up patient of a study's patients, with one line, one CT and one lesion, all on one day."""
    nobody = pl.DataFrame({"patient_id": NOBODY, "sex": "unknown", "last_contact_date": day})
    return {
        "patients": pl.concat([patients, nobody], how="diagonal"),
        "therapy_lines": pl.DataFrame(
            {"patient_id": NOBODY, "line_number": "1", "regimen": NOBODY, "start_date": day}
        ),
        "imaging_assessments": pl.DataFrame(
            {"assessment_id": NOBODY, "patient_id": NOBODY, "assessment_date": day, "modality": "CT"}
        ),
        "bone_lesions": pl.DataFrame(
            {
                "assessment_id": NOBODY,
                "lesion_id": NOBODY,
                "site": "unknown",
                "morphology": "unknown",
                "status": "baseline",
            }
        ),
        **tables,
    }


def deliver(root: Path, tables: Mapping[str, pl.DataFrame], *, day: str, configuration: str = "") -> Delivery:
    """Write a delivery of csv files into `root`/landing, with what its registry states about it."""
    folder = root / "landing" / REGISTRY / day
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_csv(folder / f"{name}.csv")
    (folder.parent / "registry.toml").write_text(configuration, encoding="utf-8")
    return survey(root / "landing").newest[REGISTRY]


def admit(root: Path, delivery: Delivery) -> GateDecision:
    """Read and judge a delivery; its working file is then in place, admitted or shut."""
    files = WorkingFiles.of(root, delivery.registry)
    with files.locked():
        read(files, delivery)
        return gate(files, delivery)


def release(root: Path, registry: str, protocol: str = "xu2025") -> Release:
    """Derive the registry's events, and publish a release of the warehouse in `root`."""
    protocols = [load_protocol(protocol)]
    files = WorkingFiles.of(root, registry)
    with files.locked():
        derive(files, registry, protocols)
    assemble(root, protocols)
    return publish(root, created_at=RELEASED_AT)


def rows_where_they_went(decision: GateDecision) -> dict[str, tuple[int, int, int, int]]:
    """Return delivered, admitted, refused and ignored rows of each table that was delivered."""
    return {
        count.table: (count.delivered, count.admitted, count.refused, count.ignored)
        for count in decision.tables
        if count.delivered
    }


def refusals(decision: GateDecision) -> dict[tuple[str, str], int]:
    """Return how many rows broke each refusing rule."""
    return {
        (result.table, result.rule): result.broken
        for result in decision.rules
        if result.severity == "refuse" and result.broken
    }


def admitted_rows(root: Path, sql: str) -> Counter[tuple[object, ...]]:
    """Count the rows of a query on the admitted working file; lists become tuples."""
    with opened_read_only(WorkingFiles.of(root, REGISTRY).admitted) as con:
        rows = con.execute(sql).fetchall()
    return Counter(tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row) for row in rows)

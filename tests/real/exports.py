"""Takes public files of an exchange format through the pipeline, with made-up side tables for one patient.

Not here: assertions, and the files, which lie beside the checkout.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.decision import GateDecision
from bpp_etl.landing.deliveries import survey
from bpp_etl.warehouse.connection import opened_read_only
from tests.real.pipeline import REGISTRY, SHARED, admit

FORMATS = SHARED / "formats"
DAY = "2026-11-01"

SIDE_TABLES = {
    "therapy_lines": "patient_id,line_number,regimen,start_date\n{patient},1,made up,{day}\n",
    "imaging_assessments": "assessment_id,patient_id,assessment_date,modality\nmade-up,{patient},{day},CT\n",
    "bone_lesions": (
        "assessment_id,lesion_id,site,morphology,status\nmade-up,made-up,unknown,unknown,baseline\n"
    ),
}
"""What no exchange format carries, of one patient on one day, so that the gate may open."""


@dataclass(frozen=True)
class Taken:
    """A delivery of public files, judged, and what its rows mean: how many there are, and of which table."""

    decision: GateDecision
    meanings: Counter[tuple[str, str, str | None]]

    def rows_of(self, source: str) -> int:
        """Count the documents of a source."""
        return sum(rows for (of, _, _), rows in self.meanings.items() if of == source)


def take(
    root: Path,
    name: str,
    files: list[Path],
    *,
    patient: str,
    day: str,
    toml: str = "",
    contacts: Mapping[str, str] = MappingProxyType({}),
) -> Taken:
    """Deliver files of a format with side tables of one patient, and judge them.

    `contacts` has the days of last contact by patient, where the files tell none.
    """
    folder = root / "landing" / REGISTRY / DAY
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder / file.name)
    for table, text in SIDE_TABLES.items():
        (folder / f"{table}.csv").write_text(text.format(patient=patient, day=day), encoding="utf-8")
    if contacts:
        told = "".join(f"{one},{last}\n" for one, last in contacts.items())
        (folder / "patients.csv").write_text(f"patient_id,last_contact_date\n{told}", encoding="utf-8")
    (folder.parent / "registry.toml").write_text(f'format = "{name}"\n{toml}', encoding="utf-8")
    decision = admit(root, survey(root / "landing").newest[REGISTRY])
    with opened_read_only(WorkingFiles.of(root, REGISTRY).admitted) as con:
        rows = con.execute('select source, meaning, "table", rows from quality.source_row').fetchall()
    return Taken(
        decision, Counter({(source, meaning, table): number for source, meaning, table, number in rows})
    )

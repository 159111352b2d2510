"""Takes public files of an exchange format through the pipeline, with made-up side tables for some patients.

Not here: assertions, and the files, which lie beside the checkout.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bpp_etl.admission.admit import derive
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
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


SCANS = "assessment_id,patient_id,assessment_date,modality,is_bone_window,extraosseous_response"
LESIONS = "assessment_id,lesion_id,site,morphology,status,lysis_change"
LINES = "patient_id,line_number,regimen,start_date,cycle_length_days"
BASELINE, AFTER = -10, (56, 112, 168)
"""The days of scans from the start of the line; on the first after it a dense lesion is new."""


@dataclass(frozen=True)
class Planted:
    """A delivery of public files in which events were planted: judged, and its events derived."""

    root: Path
    decision: GateDecision

    @property
    def events(self) -> dict[str, tuple[str, ...]]:
        """Return state, reason, and the days of event and confirmation by patient."""
        told = self.rows(
            "event.pseudoprogression", "patient_id", "state", "reason", "event_date", "confirmation_date"
        )
        return {str(patient): tuple(map(str, row)) for patient, *row in told}

    def rows(self, table: str, *columns: str) -> list[tuple[str | None, ...]]:
        """Return cells of a table as text, in the order of the first column."""
        texts = ", ".join(f"{column}::varchar" for column in columns)
        with opened_read_only(WorkingFiles.of(self.root, REGISTRY).admitted) as con:
            return con.execute(f"select {texts} from {table} order by all").fetchall()


def scans_of(starts: Mapping[str, str], days: Sequence[int] = (BASELINE, *AFTER)) -> str:
    """Write made-up scans of patients, by days from the start of the line, read for progression after it."""
    rows = [
        f"{patient} {day},{patient},{_after(start, day)},CT,true,{'SD' if day > 0 else ''}"
        for patient, start in starts.items()
        for day in days
    ]
    return "\n".join([SCANS, *rows, ""])


def lesions_of(scans: Sequence[str]) -> str:
    """Write made-up lesions on four scans: a lytic one stays, and a dense one is new on the second."""
    first, second, *later = scans
    rows = [f"{first},L1,spine,osteolytic,baseline,", f"{second},L2,rib,osteoblastic,new,"]
    rows += [f"{scan},L1,spine,osteolytic,stable,none" for scan in (second, *later)]
    rows += [f"{scan},L2,rib,osteoblastic,stable," for scan in later]
    return "".join(f"{row}\n" for row in rows)


def planted(
    root: Path,
    name: str,
    files: Mapping[str, Path],
    starts: Mapping[str, str],
    *,
    toml: str = "",
    days: Sequence[int] = (BASELINE, *AFTER),
    **beside: str | None,
) -> Planted:
    """Deliver public files with a pseudoprogression of each of some patients in side tables, made up here.

    `starts` are the starts of their lines. `beside` are further side tables, or other ones in the place of
    those: None leaves one out.
    """
    lines = [f"{patient},1,made up,{start},28" for patient, start in starts.items()]
    of_each = [lesions_of([f"{patient} {day}" for day in days]) for patient in starts]
    sides: dict[str, str | None] = {
        "therapy_lines": "\n".join([LINES, *lines, ""]),
        "imaging_assessments": scans_of(starts, days),
        "bone_lesions": f"{LESIONS}\n{''.join(of_each)}",
        **beside,
    }
    folder = root / "landing" / REGISTRY / DAY
    folder.mkdir(parents=True)
    for called, path in files.items():
        shutil.copy(path, folder / called)
    for table, text in sides.items():
        if text is not None:
            (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    head = f'format = "{name}"\n[about]\nsynthetic = true\n'
    (folder.parent / "registry.toml").write_text(head + toml, encoding="utf-8")
    decision = admit(root, survey(root / "landing").newest[REGISTRY])
    if decision.is_open:
        working = WorkingFiles.of(root, REGISTRY)
        with working.locked():
            derive(working, REGISTRY, [load_protocol("xu2025")])
    return Planted(root, decision)


def confirmed(starts: Mapping[str, str], days: Sequence[int] = AFTER) -> dict[str, tuple[str, ...]]:
    """Say what the planted events are: confirmed by the second scan after the one with the new lesion."""
    return {
        patient: ("pseudoprogression", "confirmed", _after(start, days[0]), _after(start, days[2]))
        for patient, start in starts.items()
    }


def _after(start: str, days: int) -> str:
    return str(dt.date.fromisoformat(start) + dt.timedelta(days))

"""The constructed cohort of 23 that reproduces the printed figures of the seed study, as an ordinary landing.

Its days and values are data (`paper_cohort.toml`); nothing is drawn here, so the files are always the same.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Literal

import polars as pl

from bpp_etl.demo.profiles import Dialect
from bpp_etl.demo.write import registry_toml

REGISTRY = "synthetic-paper"
DELIVERY_DATE = date(2026, 6, 30)
FIRST_START = date(2018, 1, 15)
START_EVERY_DAYS = 90
NOTE = """SYNTHETIC DATA. Nobody stands behind any row of this registry; ids begin with SYN-.
The days and values were constructed so that the pipeline reproduces the figures that the seed study prints
(Front Oncol 2025, doi 10.3389/fonc.2025.1643179). They are not the study's data and support no claim."""

REGIMENS = {
    ("positive", 21): "docetaxel, trastuzumab, pertuzumab",
    ("positive", 28): "weekly paclitaxel, trastuzumab",
    ("negative", 21): "capecitabine",
    ("negative", 28): "palbociclib, letrozole",
}
BASELINE_CT_DAY, BASELINE_ALP_DAY, HER2_TEST_DAY, DIAGNOSIS_DAY = -10, -3, -60, -30
SECOND_LINE_AFTER_DAYS = 14
UPPER_LIMIT = 120  # U/L

Row = dict[str, object]


@dataclass(frozen=True)
class PaperPatient:
    """One patient who does not exist; days count from the start of line 1, `follow` from the event."""

    age: int
    er: Literal["positive", "negative"]
    her2: Literal["positive", "negative"]
    cycle_days: int
    event: int
    follow: int
    ends: Literal["lysis", "extraosseous", "censored"]
    alp: tuple[int, ...]
    spine: int
    pelvis: int
    rib: int

    @property
    def last_day(self) -> int:
        """The day of progression, or of the last CT."""
        return self.event + self.follow

    @property
    def ct_days(self) -> list[int]:
        """Days of the CTs on treatment: laid evenly up to the event, and from it to the end."""
        every = 2 * self.cycle_days
        before, after = round(self.event / every), round(self.follow / every)
        to_event = [round(self.event * number / before) for number in range(1, before + 1)]
        return to_event + [self.event + round(self.follow * number / after) for number in range(1, after + 1)]

    @property
    def new_sites(self) -> list[str]:
        """Bones of the new lesions, one entry for each."""
        return ["spine"] * self.spine + ["pelvis"] * self.pelvis + ["rib"] * self.rib


def paper_patients() -> tuple[PaperPatient, ...]:
    """Read the cohort."""
    told = tomllib.loads((files("bpp_etl.demo") / "paper_cohort.toml").read_text(encoding="utf-8"))
    return tuple(PaperPatient(**patient) for patient in told["patients"])


def write_paper_landing(landing: Path) -> Path:
    """Write the cohort as one registry with one delivery, and return the delivery's folder."""
    folder = landing / REGISTRY / DELIVERY_DATE.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in paper_tables().items():
        frame.write_csv(folder / f"{table}.csv")
    (landing / REGISTRY / "registry.toml").write_text(
        registry_toml(Dialect(), NOTE), encoding="utf-8", newline="\n"
    )
    return folder


def paper_tables() -> dict[str, pl.DataFrame]:
    """Lay the six tables of the cohort out, as delivered."""
    tables: dict[str, list[Row]] = {
        name: []
        for name in (
            "patients",
            "therapy_lines",
            "imaging_assessments",
            "bone_lesions",
            "lab_results",
            "her2_tests",
        )
    }
    for number, patient in enumerate(paper_patients(), start=1):
        start = FIRST_START + timedelta(days=START_EVERY_DAYS * (number - 1))
        name = f"SYN-P{number:04d}"
        tables["patients"].append(_person(patient, name, start))
        tables["therapy_lines"] += _lines(patient, name, start)
        for scan, lesions in _scans(patient, name, start):
            tables["imaging_assessments"].append(scan)
            tables["bone_lesions"] += lesions
        tables["lab_results"] += _labs(patient, name, start)
        tables["her2_tests"].append(_her2_test(patient, name, start))
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def _on(start: date, day: int) -> date:
    return start + timedelta(days=day)


def _person(patient: PaperPatient, name: str, start: date) -> Row:
    return {
        "patient_id": name,
        "sex": "female",
        "birth_date": start.replace(year=start.year - patient.age, month=1, day=1),
        "metastatic_diagnosis_date": _on(start, DIAGNOSIS_DAY),
        "er_status": patient.er,
        "pr_status": patient.er,
        "last_contact_date": _on(start, patient.last_day + SECOND_LINE_AFTER_DAYS),
        "death_date": None,
    }


def _lines(patient: PaperPatient, name: str, start: date) -> Iterator[Row]:
    has_progressed = patient.ends != "censored"
    yield {
        "patient_id": name,
        "line_number": 1,
        "regimen": REGIMENS[patient.her2, patient.cycle_days],
        "start_date": start,
        "end_date": _on(start, patient.last_day) if has_progressed else None,
        "end_reason": "progression" if has_progressed else None,
        "cycle_length_days": patient.cycle_days,
    }
    if has_progressed:
        yield {
            "patient_id": name,
            "line_number": 2,
            "regimen": "eribulin",
            "start_date": _on(start, patient.last_day + SECOND_LINE_AFTER_DAYS),
            "end_date": None,
            "end_reason": None,
            "cycle_length_days": 21,
        }


def _scans(patient: PaperPatient, name: str, start: date) -> Iterator[tuple[Row, list[Row]]]:
    """Yield each CT with its lesions: an old lytic one in the femur throughout, the new from the event on."""
    for number, day in enumerate([BASELINE_CT_DAY, *patient.ct_days]):
        is_progression = patient.ends != "censored" and day == patient.last_day
        scan_id = f"{name}-CT{number:02d}"
        response = None if day < 0 else "PD" if is_progression and patient.ends == "extraosseous" else "SD"
        scan: Row = {
            "assessment_id": scan_id,
            "patient_id": name,
            "assessment_date": _on(start, day),
            "modality": "CT",
            "is_bone_window": "true",
            "is_evaluable": "true",
            "extraosseous_response": response,
        }
        has_lysis = is_progression and patient.ends == "lysis"
        old = ("old", "femur", "osteolytic", "baseline" if day < 0 else "larger" if has_lysis else "stable")
        lesions = [(*old, "increased" if has_lysis else "none")]
        if day >= patient.event:
            status = "new" if day == patient.event else "stable"
            lesions += [
                (f"new-{place}", site, "osteoblastic", status, "none")
                for place, site in enumerate(patient.new_sites, start=1)
            ]
        columns = ("lesion_id", "site", "morphology", "status", "lysis_change")
        yield scan, [{"assessment_id": scan_id, **dict(zip(columns, row, strict=True))} for row in lesions]


def _labs(patient: PaperPatient, name: str, start: date) -> Iterator[Row]:
    days = (BASELINE_ALP_DAY, patient.event, patient.last_day)
    for day, value in zip(days, patient.alp, strict=False):
        yield {
            "patient_id": name,
            "analyte": "ALP_TOTAL",
            "specimen_date": _on(start, day),
            "value": value,
            "unit": "U/L",
            "upper_limit_normal": UPPER_LIMIT,
            "laboratory": "synthetic laboratory",
        }


def _her2_test(patient: PaperPatient, name: str, start: date) -> Row:
    return {
        "patient_id": name,
        "test_date": _on(start, HER2_TEST_DAY),
        "specimen_site": "primary",
        "ihc_score": "3+" if patient.her2 == "positive" else "1+",
        "ish_result": None,
        "her2_cep17_ratio": None,
        "her2_copy_number": None,
        "reported_status": patient.her2,
    }

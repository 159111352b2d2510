"""Plain descriptions of made-up patients, for tests to write down and for the naive reference to read.

Not here: tables (`core_tables.py`), text timelines (`timeline.py`) and any judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Lesion:
    """A bone lesion as seen on one examination, its lysis read unless a test says otherwise."""

    lesion_id: str
    morphology: str = "osteoblastic"
    status: str = "stable"
    site: str = "spine"
    lysis_change: str | None = "none"
    is_equivocal: bool | None = None


@dataclass(frozen=True)
class Scan:
    """One imaging assessment, read for progression unless a test says otherwise."""

    assessment_id: str
    day: date
    modality: str = "CT"
    is_bone_window: bool | None = True
    is_evaluable: bool | None = True
    response: str | None = "NON_CR_NON_PD"
    lesions: tuple[Lesion, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of therapy."""

    number: int
    start: date
    end: date | None = None
    cycle_days: int | None = 21
    regimen: str | None = None
    end_reason: str | None = None


@dataclass(frozen=True)
class Lab:
    """One laboratory result."""

    day: date
    value: float
    analyte: str = "ALP_TOTAL"
    laboratory: str | None = "main"


@dataclass(frozen=True)
class Her2Test:
    """One HER2 test."""

    day: date
    site: str
    status: str


@dataclass(frozen=True)
class Patient:
    """Everything a registry knows about one patient."""

    patient_id: str
    last_contact: date
    death: date | None = None
    lines: tuple[Line, ...] = ()
    scans: tuple[Scan, ...] = ()
    labs: tuple[Lab, ...] = ()
    her2: tuple[Her2Test, ...] = ()

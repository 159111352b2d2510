"""The six delivered tables: contracts by name, keys, parents, and which a delivery must have.

Not here: columns (each table's own module) and rules (`schemas/rules.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.bone_lesions import BoneLesions
from schemas.contract import Contract
from schemas.her2_tests import Her2Tests
from schemas.imaging_assessments import ImagingAssessments
from schemas.lab_results import LabResults
from schemas.patients import Patients
from schemas.therapy_lines import TherapyLines


@dataclass(frozen=True)
class Parent:
    """The table that a row must find its parent in, and the rule broken where it does not."""

    table: str
    column: str
    rule: str


@dataclass(frozen=True)
class DeliveredTable:
    """One delivered table: contract, key, parent, and whether a delivery without it is shut.

    Laboratory results and HER2 tests have no key: two results on one day are two facts.
    """

    name: str
    contract: type[Contract]
    is_required: bool
    key: tuple[str, ...] = ()
    parent: Parent | None = None


_PATIENT = Parent("patients", "patient_id", "unknown_patient")

# Parents before children: the gate judges in this order.
TABLES: Mapping[str, DeliveredTable] = {
    table.name: table
    for table in (
        DeliveredTable("patients", Patients, is_required=True, key=("patient_id",)),
        DeliveredTable(
            "therapy_lines",
            TherapyLines,
            is_required=True,
            key=("patient_id", "line_number"),
            parent=_PATIENT,
        ),
        DeliveredTable(
            "imaging_assessments",
            ImagingAssessments,
            is_required=True,
            key=("assessment_id",),
            parent=_PATIENT,
        ),
        DeliveredTable(
            "bone_lesions",
            BoneLesions,
            is_required=True,
            key=("assessment_id", "lesion_id"),
            parent=Parent("imaging_assessments", "assessment_id", "unknown_assessment"),
        ),
        DeliveredTable("lab_results", LabResults, is_required=False, parent=_PATIENT),
        DeliveredTable("her2_tests", Her2Tests, is_required=False, parent=_PATIENT),
    )
}

"""The six delivered tables: contracts by name, parents, and which a delivery must have; and what lies beside.

Not here: columns (each table's own module) and rules (`schemas/rules.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.bone_lesions import BoneLesions
from schemas.contract import Contract, delivered_columns, key_of
from schemas.drug_exposures import DrugExposures
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
    """One delivered table: contract, parent, and whether a delivery without it is shut."""

    name: str
    contract: type[Contract]
    is_required: bool
    parent: Parent | None = None

    @property
    def delivered_key(self) -> tuple[str, ...]:
        """Return the delivered columns that name a row within one delivery; `duplicate_key` goes by them.

        They are the contract's key without the registry; empty where a row is known by its row number alone.
        """
        own = tuple(name for name in key_of(self.contract) if name != "registry")
        stated = {column.name for column in delivered_columns(self.contract)}
        return own if stated.issuperset(own) else ()


_PATIENT = Parent("patients", "patient_id", "unknown_patient")

# Parents before children: the gate judges in this order.
TABLES: Mapping[str, DeliveredTable] = {
    table.name: table
    for table in (
        DeliveredTable("patients", Patients, is_required=True),
        DeliveredTable("therapy_lines", TherapyLines, is_required=True, parent=_PATIENT),
        DeliveredTable("imaging_assessments", ImagingAssessments, is_required=True, parent=_PATIENT),
        DeliveredTable(
            "bone_lesions",
            BoneLesions,
            is_required=True,
            parent=Parent("imaging_assessments", "assessment_id", "unknown_assessment"),
        ),
        DeliveredTable("lab_results", LabResults, is_required=False, parent=_PATIENT),
        DeliveredTable("her2_tests", Her2Tests, is_required=False, parent=_PATIENT),
    )
}

DRUGS = DeliveredTable("drug_exposures", DrugExposures, is_required=False, parent=_PATIENT)
"""What lines of therapy are derived from, where a registry declares it; none of it is judged or published."""

DELIVERABLE: Mapping[str, DeliveredTable] = {**TABLES, DRUGS.name: DRUGS}
"""All that a delivery may hold."""

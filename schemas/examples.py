"""Examples of rows: the sound row of each table, and what an example of a broken rule is.

They turn rules red in the tests and in the dirty registry of the demonstration, and are shown in the docs.
Not here: the examples, which stand beside their rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = Mapping[str, str | None]
"""Cells by column, as delivered; `{name}` stands for what the delivery that takes the row makes of it.

    {delivery} {birth} {death}   the delivery's day; the days on which the dead patient was born and died
    {common_birth}               the day on which many patients of the delivery were born
    {delivery:-30} {death:+1}    so many days before or after
    {living} {dead} {nobody}     ids of a living, a dead and an unknown patient
    {own}                        id of an admitted patient of whom nothing but the example is delivered
    {scan} {refused_scan} {no_scan}   ids of an admitted, a refused and an unknown assessment
    {laboratory}                 the registry's laboratory
"""

SOUND: Mapping[str, Row] = {
    "patients": {
        "sex": "female",
        "birth_date": "{delivery:-22000}",
        "metastatic_diagnosis_date": "{delivery:-2000}",
        "er_status": "positive",
        "pr_status": "negative",
        "last_contact_date": "{delivery:-500}",
        "death_date": None,
    },
    "therapy_lines": {
        "patient_id": "{living}",
        "regimen": "capecitabine",
        "start_date": "{delivery:-700}",
        "end_date": None,
        "end_reason": None,
        "cycle_length_days": "21",
    },
    "imaging_assessments": {
        "patient_id": "{living}",
        "assessment_date": "{delivery:-700}",
        "modality": "BONE_SCAN",
        "is_bone_window": None,
        "is_evaluable": "true",
        "extraosseous_response": None,
    },
    "bone_lesions": {
        "assessment_id": "{scan}",
        "site": "rib",
        "morphology": "osteoblastic",
        "status": "stable",
        "lysis_change": None,
        "is_equivocal": None,
    },
    "lab_results": {
        "patient_id": "{living}",
        "analyte": "ALP_TOTAL",
        "value": "101.0",
        "unit": "U/L",
        "upper_limit_normal": "104.0",
        "laboratory": "{laboratory}",
    },
    "her2_tests": {
        "patient_id": "{living}",
        "specimen_site": "unknown",
        "ihc_score": "2+",
        "ish_result": "negative",
        "her2_cep17_ratio": "1.2",
        "her2_copy_number": "2.4",
        "reported_status": "negative",
    },
}
"""What a row of each table says unless its example says otherwise.

What keeps rows apart (a patient's or lesion's id, a line's number, a specimen's day) is given by who writes
them. An example states every cell it depends on that may be empty: not all who write rows fill those.
"""


@dataclass(frozen=True)
class Day:
    """A day that is written with an offset: `{death:+1}` is the day after it."""

    date: dt.date

    def __format__(self, offset: str) -> str:
        """Write the day so many days off."""
        return (self.date + dt.timedelta(days=int(offset or 0))).isoformat()


@dataclass(frozen=True)
class Example:
    """Rows that break a rule, and the nearest that hold it.

    `bad` and `good` are rows of the rule's table, in their order; `breaks` says which of the bad ones break
    the rule (all, unless said). Both sides stand beside the same rows `given` in other tables. One that is
    `planted` also stands in the dirty registry of the demonstration.
    """

    bad: Sequence[Row]
    good: Sequence[Row]
    breaks: tuple[int, ...] | None = None
    given: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    is_planted: bool = False

    @property
    def has_own_patient(self) -> bool:
        """Say whether the example needs a patient of whom nothing else is delivered."""
        rows = (*self.bad, *self.good)
        return bool(self.given) or any("{own}" in (text or "") for row in rows for text in row.values())

    def is_broken_by(self, position: int) -> bool:
        """Say whether the bad row at a position breaks the rule, or only makes others break it."""
        return self.breaks is None or position in self.breaks


def example(bad: Row, good: Row, *, planted: bool = False) -> Example:
    """Write an example of one row that breaks a rule, and of its neighbour that holds it."""
    return Example((bad,), (good,), is_planted=planted)


@dataclass(frozen=True)
class Cell:
    """Text that breaks a rule in any column of a kind, and the nearest that holds it."""

    bad: str
    good: str


def written(row: Row, names: Mapping[str, object]) -> dict[str, str | None]:
    """Fill in the names of a row."""
    return {column: None if text is None else text.format_map(dict(names)) for column, text in row.items()}

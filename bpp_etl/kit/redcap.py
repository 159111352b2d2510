"""The REDCap project to collect in: instruments and fields from the contracts, and its data dictionary.

Each field says in its annotation which column it is (`bpp:<table>.<column>`), so that an export needs no
mapping. Not here: the project file that says which instruments repeat (`kit/odm.py`).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from types import MappingProxyType

from bpp_etl.kit.questions import NO_NAMES, Question, questions_of
from schemas.contract import grain_of
from schemas.tables import TABLES, DeliveredTable

RECORD_ID = "record_id"
BASE = "patients"
"""The table of which a record is one row; the instruments of all others repeat in it."""
PREFIX = MappingProxyType(
    {
        "therapy_lines": "line",
        "imaging_assessments": "scan",
        "bone_lesions": "lesion",
        "lab_results": "lab",
        "her2_tests": "her2",
    }
)
"""How the variables of an instrument begin: a variable's name is unique in its whole project."""
EXAMINATION, PATIENT = "assessment_id", "patient_id"
EXAMINATION_NUMBER = "lesion_scan_number"
EXAMINATION_SENTENCE = (
    "Number of the examination on which the lesion was seen: that of its instance of imaging_assessments."
)
VALIDATION = MappingProxyType({"date": "date_ymd", "number": "number", "integer": "integer"})
ANNOTATION = "bpp:{table}.{column}"
HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
"""The columns of a data dictionary, as REDCap names and orders them."""


@dataclass(frozen=True)
class Choice:
    """One answer of a list: the code that REDCap keeps, and the label that it shows."""

    code: str
    label: str


@dataclass(frozen=True)
class Field:
    """One variable of the project; `kind` is REDCap's field type, `validation` that of its text."""

    variable: str
    kind: str
    label: str
    annotation: str
    section: str = ""
    choices: tuple[Choice, ...] = ()
    note: str = ""
    validation: str = ""
    is_required: bool = False


@dataclass(frozen=True)
class Instrument:
    """One form of the project: the table that its rows become, and whether it repeats in a record."""

    name: str
    fields: tuple[Field, ...]
    repeats: bool

    @property
    def title(self) -> str:
        """Return the name that REDCap shows."""
        return self.name.replace("_", " ").capitalize().replace("Her2", "HER2")

    @property
    def label(self) -> str:
        """Return what tells its instances apart, as REDCap pipes it: the first two required fields."""
        required = [field.variable for field in self.fields if field.is_required]
        return " ".join(f"[{variable}]" for variable in required[:2])


def instruments() -> tuple[Instrument, ...]:
    """List the instruments of the project, that of the patient first."""
    return tuple(
        Instrument(table.name, tuple(_fields(table)), repeats=table.name != BASE) for table in TABLES.values()
    )


def data_dictionary() -> str:
    """Write the data dictionary as csv; it cannot say which instruments repeat."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for instrument in instruments():
        for field in instrument.fields:
            row = {
                "Variable / Field Name": field.variable,
                "Form Name": instrument.name,
                "Section Header": field.section,
                "Field Type": field.kind,
                "Field Label": field.label,
                "Choices, Calculations, OR Slider Labels": " | ".join(
                    f"{choice.code}, {choice.label}" for choice in field.choices
                ),
                "Field Note": field.note,
                "Text Validation Type OR Show Slider Number": field.validation,
                "Required Field?": "y" if field.is_required else "",
                "Field Annotation": field.annotation,
            }
            writer.writerow([row.get(name, "") for name in HEADER])
    return out.getvalue()


def _fields(table: DeliveredTable) -> list[Field]:
    """Make the fields of a table's instrument.

    A patient is the record, and an examination its instance: neither is asked for twice. Instances do not
    nest, so a lesion is asked for the number of its examination.
    """
    made = []
    for one in questions_of(table):
        if one.name == PATIENT and table.name == BASE:
            made.append(_field(one, RECORD_ID, f"{one.sentence} {NO_NAMES}"))
        elif one.name == EXAMINATION and table.name == "bone_lesions":
            made.append(_field(one, EXAMINATION_NUMBER, EXAMINATION_SENTENCE, validation="integer"))
        elif one.name not in {PATIENT, EXAMINATION}:
            made.append(_field(one, variable_of(one), one.sentence))
    return [replace(made[0], section=grain_of(table.contract)), *made[1:]]


def variable_of(question: Question) -> str:
    """Name the variable of a column, as no other of the project is named."""
    prefix = PREFIX.get(question.table, "")
    if not prefix or question.name.startswith(f"{prefix}_"):
        return question.name
    return f"{prefix}_{question.name}"


def _field(question: Question, variable: str, label: str, validation: str = "") -> Field:
    column = question.column
    choices = _choices(question)
    kind = "yesno" if column.kind == "boolean" else "dropdown" if choices else "text"
    return Field(
        variable=variable,
        kind=kind,
        label=label,
        annotation=ANNOTATION.format(table=question.table, column=question.name),
        choices=choices,
        note="YYYY-MM-DD" if column.kind == "date" else "",
        validation=validation or VALIDATION.get(column.kind, ""),
        is_required=column.required,
    )


def _choices(question: Question) -> tuple[Choice, ...]:
    """Make a code of each answer, for REDCap keeps none but letters, digits and underscores in one.

    The label tells an answer that is written otherwise (`1+`, `U/L`), and an adapter goes by it.
    """
    made = []
    for answer in question.choices:
        code = re.sub(r"\W+", "_", answer, flags=re.ASCII).strip("_")
        made.append(Choice(code, answer.replace("_", " ") if code == answer else answer))
    if len({choice.code for choice in made}) < len(made):
        raise ValueError(f"two answers of {question.table}.{question.name} have one code")
    return tuple(made)

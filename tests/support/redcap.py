"""Writes canonical rows as the export of the REDCap project of our kit: flat or EAV, raw or with labels.

Not here: the project (`bpp_etl/kit`). It shares no code with the adapter, and reads annotations by itself.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bpp_etl.kit.redcap import Field, Instrument, data_dictionary, instruments

Rows = Mapping[str, Sequence[Mapping[str, str]]]
"""The rows of our tables as text, an empty text where nothing is known."""
Style = Literal["flat", "eav"]
TRUTHS = {"true": ("1", "Yes"), "false": ("0", "No")}


@dataclass(frozen=True)
class Instance:
    """One filled form of a record; the base form has no instrument and no number."""

    record: str
    form: Instrument
    number: int
    values: Mapping[str, str]

    @property
    def repeats(self) -> tuple[str, str]:
        """Return what the two columns of repeats hold."""
        return (self.form.name, f"{self.number}") if self.form.repeats else ("", "")


def rows_in(text: str) -> list[dict[str, str]]:
    """Read rows of csv."""
    return list(csv.DictReader(io.StringIO(text)))


def names_of(tables: Rows) -> dict[str, str]:
    """Return what each examination is called in an export: its patient and its number."""
    counts: dict[str, int] = defaultdict(int)
    names = {}
    for row in tables["imaging_assessments"]:
        counts[row["patient_id"]] += 1
        names[row["assessment_id"]] = f"{row['patient_id']}:{counts[row['patient_id']]}"
    return names


def numbered(tables: Rows) -> dict[str, list[dict[str, str]]]:
    """Name each examination as the adapter does, wherever it is named."""
    names = names_of(tables)
    return {
        table: [
            {**row, "assessment_id": names[row["assessment_id"]]} if "assessment_id" in row else {**row}
            for row in rows
        ]
        for table, rows in tables.items()
    }


def write_export(folder: Path, tables: Rows, style: Style = "flat", *, labels: bool = False) -> None:
    """Write `data.csv` and `data_dictionary.csv`; the examinations of `tables` are named as in `numbered`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data_dictionary.csv").write_text(data_dictionary(), encoding="utf-8")
    instances = sorted(_instances(tables), key=lambda one: one.record)
    lines = _flat(instances, labels=labels) if style == "flat" else _eav(instances, labels=labels)
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)


def _instances(tables: Rows) -> Iterator[Instance]:
    owners = {row["assessment_id"]: row["patient_id"] for row in tables["imaging_assessments"]}
    for form in instruments():
        counts: dict[str, int] = defaultdict(int)
        for row in tables.get(form.name, ()):
            record = row["patient_id"] if "patient_id" in row else owners[row["assessment_id"]]
            counts[record] += 1
            yield Instance(record, form, counts[record], row)


def _asked(form: Instrument) -> Iterator[tuple[Field, str]]:
    """Yield each field of a form but the record id, with the column that its annotation names."""
    for field in form.fields:
        if field.variable != "record_id":
            yield field, field.annotation.removeprefix(f"bpp:{form.name}.")


def _answer(field: Field, column: str, row: Mapping[str, str], *, labels: bool) -> str:
    text = row.get(column, "")
    if not text:
        return ""
    if column == "assessment_id":
        return text.rsplit(":", 1)[1]
    if field.kind == "yesno":
        return TRUTHS[text.lower()][labels]
    for choice in field.choices:
        if text in {choice.code, choice.label}:
            return choice.label if labels else choice.code
    return text


def _flat(instances: Iterable[Instance], *, labels: bool) -> Iterator[list[str]]:
    variables = [
        name
        for form in instruments()
        for name in (*(field.variable for field, _ in _asked(form)), f"{form.name}_complete")
    ]
    yield ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance", *variables]
    for one in instances:
        answers = {
            field.variable: _answer(field, column, one.values, labels=labels)
            for field, column in _asked(one.form)
        }
        answers[f"{one.form.name}_complete"] = "Complete" if labels else "2"
        yield [one.record, *one.repeats, *(answers.get(name, "") for name in variables)]


def _eav(instances: Iterable[Instance], *, labels: bool) -> Iterator[list[str]]:
    yield ["record", "redcap_repeat_instrument", "redcap_repeat_instance", "field_name", "value"]
    for one in instances:
        if not one.form.repeats:
            yield [one.record, "", "", "record_id", one.record]
        for field, column in _asked(one.form):
            if answer := _answer(field, column, one.values, labels=labels):
                yield [one.record, *one.repeats, field.variable, answer]
        yield [one.record, *one.repeats, f"{one.form.name}_complete", "Complete" if labels else "2"]

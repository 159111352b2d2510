"""Writes a study folder of cBioPortal: meta files, clinical data, timelines and the list of all cases.

Not here: their columns (`cbioportal_tables.py`) and rows (`sql/`). The rules are those of
cBioPortal, File Formats, as documented in 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bpp_etl.export.cbioportal_tables import CLINICAL, CLINICAL_PATIENT, CLINICAL_SAMPLE, TIMELINES
from bpp_etl.export.cells import cut_texts, make_macros
from bpp_etl.export.courses import read_ends
from bpp_etl.export.dataset import PACKAGE, Column, Dataset
from bpp_etl.export.delimited import TABS, write_rows
from bpp_etl.export.format import Format, Source, Written, WrittenTable
from bpp_etl.export.subjects import name_subjects
from bpp_etl.landing.relative_dates import DAYS_PER_MONTH
from bpp_etl.pages.plain_text import counted
from bpp_etl.warehouse.connection import Connection, count_of, one_value
from bpp_etl.warehouse.select import Select, run_step

LETTERS = "[A-Za-z0-9._-]+"
LONGEST = 56
"""A sample's id has at most 63 letters: the patient's, a hyphen, and a number of up to six."""
STEPS = (Select(PACKAGE, "study_patient"), Select(PACKAGE, "study_sample"))
CASES = "case_lists/cases_all.txt"
DATATYPES = {CLINICAL_PATIENT.name: "PATIENT_ATTRIBUTES", CLINICAL_SAMPLE.name: "SAMPLE_ATTRIBUTES"}
SHOWN_FIRST = "1"
"""The priority of an attribute: shown, and no further forward than others."""


def write_study(source: Source, folder: Path) -> Written:
    """Write the study of one protocol."""
    con = source.con
    make_macros(con)
    notes = name_subjects(con, joint=".", longest=LONGEST, letters=LETTERS)
    read_ends(source)
    parameters = {
        "protocol": source.told_by.name,
        "without_age": source.without_age,
        "days_per_month": DAYS_PER_MONTH,
    }
    for step in STEPS:
        run_step(con, step, parameters)
    study = study_id(source.release_id)
    _write_meta(folder / "meta_study.txt", _about(source, study))
    tables = []
    cut = 0
    for dataset in (*CLINICAL, *TIMELINES):
        run_step(con, dataset.select, parameters)
        cut += cut_texts(con, dataset)
        is_clinical = dataset in CLINICAL
        # A timeline without any event is no file: a portal would show an empty track.
        if is_clinical or count_of(con, f"select count(*) from temp.{dataset.name}"):
            tables.append(_write_data(con, dataset, folder, study, is_clinical=is_clinical))
    _write_cases(con, folder, study)
    notes += _undated(con)
    if cut:
        notes += (f"{cut} texts are too long, and are cut",)
    return Written(tuple(tables), notes)


def study_id(release_id: str) -> str:
    """Name the study after its release, in small letters, digits and underscores."""
    return "bpp_" + re.sub(r"[^a-z0-9]+", "_", release_id.lower())


def _about(source: Source, study: str) -> Mapping[str, str]:
    made_up = "Synthetic: there are no such patients. " if source.is_synthetic else ""
    return {
        "type_of_cancer": "brca",
        "cancer_study_identifier": study,
        "name": f"Bone pseudoprogression, release {source.release_id}",
        "description": (
            f"{made_up}Bone pseudoprogression in metastatic breast cancer, by protocol {source.told_by.name}."
            " Day zero of every timeline is the start of line 1 of therapy; of patients without one, the"
            " metastatic diagnosis: DAY_ZERO says which. Days are whole days from it."
            f" Months are {DAYS_PER_MONTH} days."
        ),
    }


def _write_data(
    con: Connection, dataset: Dataset, folder: Path, study: str, *, is_clinical: bool
) -> WrittenTable:
    data, meta = f"{dataset.name}.txt", f"{dataset.name.replace('data_', 'meta_')}.txt"
    _write_meta(
        folder / meta,
        {
            "cancer_study_identifier": study,
            "genetic_alteration_type": "CLINICAL",
            "datatype": DATATYPES.get(dataset.name, "TIMELINE"),
            "data_filename": data,
        },
    )
    names = "\t".join(column.name for column in dataset.columns)
    lines = [*(_above(dataset) if is_clinical else ()), names]
    rows = write_rows(con, dataset, folder / data, TABS, "\n".join(lines) + "\n")
    return WrittenTable(dataset.name, (data, meta), rows, dataset.key)


def _above(dataset: Dataset) -> list[str]:
    """Return the four lines above the header: display name, description, data type, priority."""
    columns = dataset.columns
    return [
        "#" + "\t".join(words)
        for words in (
            [column.label for column in columns],
            [f"{column.label}: {column.source}" for column in columns],
            [_datatype(column) for column in columns],
            [SHOWN_FIRST for _ in columns],
        )
    ]


def _datatype(column: Column) -> str:
    return "NUMBER" if column.kind in {"count", "number"} else "STRING"


def _write_meta(path: Path, told: Mapping[str, str]) -> None:
    path.write_text("".join(f"{key}: {value}\n" for key, value in told.items()), encoding="utf-8")


def _write_cases(con: Connection, folder: Path, study: str) -> None:
    samples = one_value(con, "select string_agg(sample_id, chr(9) order by sample_id) from temp.study_sample")
    (folder / CASES).parent.mkdir()
    _write_meta(
        folder / CASES,
        {
            "cancer_study_identifier": study,
            "stable_id": f"{study}_all",
            "case_list_name": "All samples",
            "case_list_description": "All samples of the study",
            "case_list_category": "all_cases_in_study",
            "case_list_ids": str(samples or ""),
        },
    )


def _undated(con: Connection) -> tuple[str, ...]:
    undated = count_of(con, "select count(*) from temp.study_patient where day_zero is null")
    if not undated:
        return ()
    who = counted(undated, "patient")
    return (f"without a line 1 and a metastatic diagnosis: {who}, of whom no day is told",)


CBIOPORTAL = Format(
    name="cbioportal",
    title="cBioPortal",
    sentence="A study folder: clinical data of patients and samples, and timelines in days, of one protocol.",
    lacks=(
        "A study has no calendar date. Day zero is the start of line 1, of patients without one the"
        " metastatic diagnosis; of patients with neither no day is told. Days are still those of patients.",
        "Patients are called `<registry>.<patient_id>`. An id with letters that the format does not take, or"
        f" of over {LONGEST} bytes, is replaced by its digest.",
        "A sample is a HER2 test; who has none, has one sample that says nothing. No data is molecular.",
        f"OS and PFS are of patients with a line 1, in months of {DAYS_PER_MONTH} days. There is no"
        " disease-free survival, which the portal's validator warns of.",
        "Who is dead and has no date of death is `1:DECEASED` without OS_MONTHS: the portal leaves them"
        " out of its survival curve, and its validator warns of each. In the release they are followed"
        " to their last contact.",
        "A line of therapy is one event with all of its agents.",
        "LAB_TEST has no column for the unit: it stands in brackets behind the name. The upper limit, the"
        " response and the new lesions of an image are columns of our own.",
        "Lesions that are not new, cadence, verdicts, quality and metrics are in the release alone.",
        "The type of cancer is brca of OncoTree, which the portal must know.",
    ),
    in_r="""\
# The first four lines describe the columns; no cell is quoted.
patients <- read.delim("out/data_clinical_patient.txt", skip = 4, quote = "")
imaging <- read.delim("out/data_timeline_imaging.txt", quote = "")""",
    options=frozenset({"protocol", "without_age"}),
    datasets=(*CLINICAL, *TIMELINES),
    write=write_study,
)

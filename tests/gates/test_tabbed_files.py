"""Text with tabs is a table where an adapter says so: comments, several files of a source, odd files.

Not here: what the rows of a format mean (`tests/unit/adapters`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deliveries import write_delivery_of
from tests.support.gating import Gated, gated

PATIENTS = "PATIENT_ID\tSEX\tOS_MONTHS\nP1\tFemale\t10\nP2\tMale\t20\n"
COMMENTS = "#Patient\tSex\tMonths\n#STRING\tSTRING\tNUMBER\n#1\t1\t1\n"


def study(folder: Path, **files: str | bytes) -> Gated:
    """Judge a study of these files; two underscores in a name are a dot."""
    delivery = folder / "landing" / "study" / "2026-01-01"
    delivery.mkdir(parents=True)
    (delivery.parent / "registry.toml").write_text('format = "cbioportal"\n', encoding="utf-8")
    for name, text in files.items():
        content = text.encode("utf-8") if isinstance(text, str) else text
        (delivery / name.replace("__", ".")).write_bytes(content)
    return gated(delivery)


@pytest.mark.parametrize("above", ["", COMMENTS, "\ufeff" + COMMENTS, COMMENTS.replace("\n", "\r\n")])
def test_lines_that_begin_with_a_number_sign_stand_above_the_header(tmp_path: Path, above: str) -> None:
    ends = "\r\n" if "\r" in above else "\n"
    one = study(tmp_path, data_clinical_patient__txt=above + PATIENTS.replace("\n", ends))
    assert one.meanings == {("patient", "a patient"): 2}
    assert "file_unreadable" not in {problem.rule for problem in one.read.problems}


def test_the_line_that_cannot_be_read_is_that_of_the_file(tmp_path: Path) -> None:
    one = study(tmp_path, data_clinical_patient__txt=f"{COMMENTS}{PATIENTS}P3\tFemale\n")
    (problem,) = one.read.problems
    assert problem.message.endswith("has a row with another number of columns than its header (line 7)")


@pytest.mark.parametrize("text", [COMMENTS, ""])
def test_a_file_without_a_header_cannot_be_read(tmp_path: Path, text: str) -> None:
    one = study(tmp_path, data_clinical_patient__txt=text)
    assert [problem.rule for problem in one.read.problems] == ["file_unreadable"]


def test_every_timeline_is_a_part_whatever_its_columns_and_its_name(tmp_path: Path) -> None:
    event = "PATIENT_ID\tSTART_DATE\tEVENT_TYPE\t{}\nP1\t5\t{}\t{}\n"
    one = study(
        tmp_path,
        data_clinical_patients__txt=PATIENTS,
        data_timeline__txt=event.format("NOTE", "STATUS", "x"),
        data_timeline_lab__tsv=event.format("TEST", "LAB_TEST", "ALP"),
        data_clinical_timeline_IMAGING__txt=event.format("DIAGNOSTIC_TYPE", "IMAGING", "CT"),
    )
    assert one.meanings == {
        ("patient", "a patient"): 2,
        ("timeline", "a status"): 1,
        ("timeline", "a result of alkaline phosphatase"): 1,
        ("timeline", "a row of an image"): 1,
    }
    assert one.read.unknown_files == ()


def test_files_of_the_format_of_which_nothing_is_read_are_told_apart_from_strange_ones(
    tmp_path: Path,
) -> None:
    one = study(
        tmp_path,
        data_clinical_patient__txt=PATIENTS,
        data_mutations__txt="x",
        meta_study__txt="x",
        data_cna_hg19__seg="x",
        letter__docx="x",
    )
    assert one.read.passed_over == ("data_cna_hg19.seg", "data_mutations.txt", "meta_study.txt")
    assert one.read.unknown_files == ("letter.docx",)


def test_a_registry_of_our_own_tables_is_not_read_from_text_with_tabs(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    (folder / "patients.csv").rename(folder / "patients.txt")
    one = gated(folder)
    assert one.read.unknown_files == ("patients.txt",)
    assert ("patients", "table_missing") in one.causes()


def test_a_file_of_text_in_a_delivery_of_csv_is_no_second_table(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    (folder / "patients.txt").write_text("what the columns mean\n", encoding="utf-8")
    assert gated(folder).decision.is_open

"""`bpp check`: one delivery is gated without a warehouse, and said in words, JSON or a page.

Not here: the rules of the gate.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bpp_etl.check import check_delivery
from bpp_etl.check.run import ROWS_NAMED, delivery_in, gated
from bpp_etl.check.show import WRITERS
from bpp_etl.pages.plain_text import cells_of
from schemas.rules import rule_of
from tests.support.deliveries import TINY, with_rows, write_delivery_of

SECRET = "SECRET-7Q"
"""Stands in a cell; must never be shown."""


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def write_refused(landing: Path) -> Path:
    """Write a delivery in which one lesion of two has an unknown code, and the limit lets it through."""
    text = TINY["bone_lesions"].replace("B1,L1,rib", f"B1,L1,{SECRET}")
    folder = write_delivery_of(landing, bone_lesions=text)
    (folder.parent / "registry.toml").write_text("[limits]\nbone_lesions = 0.5\n", encoding="utf-8")
    return folder


def written(folder: Path) -> Mapping[str, str]:
    """Check a delivery once, and write it in every format."""
    checked = gated(delivery_in(folder))
    return {output: write(checked) for output, write in WRITERS.items()}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Check one delivery with a refused row in every format."""
    folder = write_refused(tmp_path_factory.mktemp("refused"))
    outputs = written(folder)
    assert json.loads(outputs["json"])["gate"] == "open"
    return outputs


def test_a_delivery_without_faults_opens_the_gate_and_counts_its_rows(landing: Path) -> None:
    text, is_open = check_delivery(write_delivery_of(landing), "text")
    assert is_open
    assert text.splitlines()[0] == "tiny, delivery 2024-12-31: the gate is open"
    assert [line.split() for line in text.splitlines() if line.startswith("  imaging_assessments ")] == [
        ["imaging_assessments", "10", "10", "0", "0"]
    ]
    assert "No rule was broken." in text


def test_a_shut_gate_says_why_in_words(landing: Path) -> None:
    text, is_open = check_delivery(write_delivery_of(landing, therapy_lines=None), "text")
    assert not is_open
    assert text.splitlines()[0] == "tiny, delivery 2024-12-31: the gate is shut"
    assert "  - therapy_lines is not delivered (table_missing)" in text.splitlines()


def test_a_table_that_was_not_delivered_shows_no_counts(landing: Path) -> None:
    text, is_open = check_delivery(write_delivery_of(landing, her2_tests=None), "text")
    assert is_open
    assert [line.split() for line in text.splitlines() if "her2_tests" in line] == [
        ["her2_tests", "not", "read"]
    ]


def test_a_broken_rule_is_told_with_its_count_rows_and_how_to_mend_it(refused: Mapping[str, str]) -> None:
    text = refused["text"]
    assert "bone_lesions  1 of 2  row 2 of bone_lesions.csv" in text
    words = " ".join(text.split())
    assert rule_of("bone_lesions", "code_unknown").sentence in words
    assert f"To mend: {rule_of('bone_lesions', 'code_unknown').mend}" in words


def test_a_rule_within_its_limit_is_not_listed_as_broken(refused: Mapping[str, str]) -> None:
    assert "refused_share_exceeded" not in refused["text"]


def test_of_many_broken_rows_the_first_are_named(landing: Path) -> None:
    rows = [f"A,ALP_TOTAL,2024-03-{day:02d},0,U/L,104" for day in range(1, ROWS_NAMED + 3)]
    folder = write_delivery_of(landing, lab_results=with_rows("lab_results", *rows))
    outputs = written(folder)
    broken = json.loads(outputs["json"])["broken_rules"]
    told = {one["rule"]: one for one in broken}["value_not_positive"]
    assert told["row_numbers"] == list(range(4, 4 + ROWS_NAMED))
    assert told["broken"] == ROWS_NAMED + 2
    assert "10, 11, ..." in outputs["text"]


def test_a_flagged_row_is_named_too(landing: Path) -> None:
    folder = write_delivery_of(
        landing, lab_results=with_rows("lab_results", "A,ALP_TOTAL,2024-03-01,5,U/L,104")
    )
    text, is_open = check_delivery(folder, "text")
    assert is_open
    assert "These flag rows, which are kept" in text
    assert "lab_results  1 of 4  row 4 of lab_results.csv" in text


def test_her2_tests_that_contradict_themselves_are_named_though_no_rule_is_broken(landing: Path) -> None:
    head = "patient_id,test_date,specimen_site,ihc_score,ish_result,reported_status\n"
    tests = ("2023-12-01,primary,0,,negative", "2023-12-02,primary,3+,negative,positive")
    told = written(
        write_delivery_of(landing, her2_tests=head + "".join(f"A,{one}\n" for one in (*tests, *tests[1:])))
    )
    (both,) = json.loads(told["json"])["contradictions"]
    assert (both["table"], both["flag"]) == ("her2_tests", "her2_ihc3_ish_negative")
    assert (both["count"], both["row_numbers"]) == (1, [2]), "the third row is a copy, and refused"
    for output in ("text", "html"):
        assert "her2_ihc3_ish_negative" in told[output]
        assert "1 row, row 2 of" in " ".join(told[output].split())


def test_a_page_that_is_handed_on_shows_no_cell(refused: Mapping[str, str]) -> None:
    assert SECRET not in refused["html"]


def test_no_cell_but_one_that_is_no_code_is_shown_to_the_person_who_asks(landing: Path) -> None:
    folder = write_delivery_of(
        landing, lab_results=with_rows("lab_results", f"A,ALP_TOTAL,{SECRET},9,U/L,104")
    )
    for text in written(folder).values():
        assert SECRET not in text


def test_rows_without_a_filled_cell_are_counted_and_none_of_the_delivered(landing: Path) -> None:
    outputs = written(write_delivery_of(landing, patients=TINY["patients"] + ",,\n,,\n"))
    told = json.loads(outputs["json"])
    assert told["empty_rows"] == {"patients": 2}
    assert next(one["delivered"] for one in told["tables"] if one["table"] == "patients") == 3
    for form in ("text", "html"):
        assert "Rows that are none, for no cell of them is filled" in outputs[form]
        assert "patients: 2" in outputs[form]


def test_columns_that_are_not_loaded_and_unknown_files_are_listed(landing: Path) -> None:
    patients = TINY["patients"].replace("last_contact_date", "last_contact_date,ward,surname")
    patients = patients.replace("2024-12-01", f"2024-12-01,W1,{SECRET}")
    folder = write_delivery_of(landing, patients=patients)
    (folder / "notes.docx").write_bytes(b"")
    outputs = written(folder)
    text = outputs["text"]
    assert "patients: ward (not known here)" in text
    assert "patients: surname (withheld: the name speaks of a direct identifier)" in " ".join(text.split())
    assert "notes.docx" in text
    told = json.loads(outputs["json"])
    assert told["columns_not_loaded"] == [
        {"table": "patients", "column": "ward", "is_identifier": False},
        {"table": "patients", "column": "surname", "is_identifier": True},
    ]
    assert told["unknown_files"] == ["notes.docx"]


def test_a_column_that_looks_like_an_identifier_is_not_loaded_under_another_name_and_the_user_is_told(
    landing: Path,
) -> None:
    labs = TINY["lab_results"].replace("upper_limit_normal", "hospitalid")
    folder = write_delivery_of(landing, lab_results=labs)
    (folder.parent / "registry.toml").write_text(
        '[rename.lab_results]\nhospitalid = "laboratory"\n', encoding="utf-8"
    )
    text, is_open = check_delivery(folder, "text")
    assert is_open
    assert (
        "lab_results: hospitalid is not read as laboratory, though [rename.lab_results] says so: its name"
        " speaks of a direct identifier. If it holds none, have the export call it laboratory"
    ) in " ".join(text.split())


def test_a_required_column_that_looks_like_an_identifier_is_missing_and_the_reason_says_why(
    landing: Path,
) -> None:
    folder = write_delivery_of(landing, patients=TINY["patients"].replace("patient_id", "mrn"))
    (folder.parent / "registry.toml").write_text('[rename.patients]\nmrn = "patient_id"\n', encoding="utf-8")
    text, is_open = check_delivery(folder, "text")
    assert not is_open
    assert (
        "patients.csv lacks the column patient_id; mrn is not read as patient_id: its name speaks of a direct"
        " identifier (column_missing)"
    ) in " ".join(text.split())


def test_an_unreadable_configuration_shuts_the_gate(landing: Path) -> None:
    folder = write_delivery_of(landing)
    (folder.parent / "registry.toml").write_text("colour = 'red'\n", encoding="utf-8")
    text, is_open = check_delivery(folder, "text")
    assert not is_open
    assert "unknown key 'colour'" in " ".join(text.split())


def test_text_fits_a_terminal_of_80_columns(landing: Path) -> None:
    patients = TINY["patients"].replace(
        "last_contact_date", "last_contact_date,主管医生所在的科室名称," + "w" * 79
    )
    patients = patients.replace("2024-12-01", "2024-12-01,x,y")
    rows = [f"A{'a' * 70},CT,{day}" for day in range(100, 140)]
    folder = write_delivery_of(
        landing, patients=patients, imaging_assessments=with_rows("imaging_assessments", *rows)
    )
    text, is_open = check_delivery(folder, "text")
    assert not is_open
    assert max(cells_of(line) for line in text.splitlines()) <= 80


def test_json_holds_every_rule_and_conserves_rows(refused: Mapping[str, str]) -> None:
    told = json.loads(refused["json"])
    assert told["gate"] == "open"
    assert {result["status"] for result in told["rules"]} == {"passed", "failed", "not_applicable"}
    for count in told["tables"]:
        assert count["delivered"] == count["admitted"] + count["refused"] + count["ignored"]
    lesions = {count["table"]: count for count in told["tables"]}["bone_lesions"]
    assert (lesions["delivered"], lesions["admitted"], lesions["refused"]) == (2, 1, 1)
    assert told["shut_causes"] == []


@pytest.mark.parametrize(
    ("rule", "header"),
    [("column_missing", "patient_id,gender"), ("column_duplicated", "patient_id,sex,sex")],
)
def test_json_names_the_columns_of_a_header_that_shuts_the_gate(
    landing: Path, rule: str, header: str
) -> None:
    folder = write_delivery_of(landing, patients=TINY["patients"].replace("patient_id,sex", header, 1))
    told = json.loads(check_delivery(folder, "json")[0])
    assert [one["column"] for one in told["broken_rules"] if one["rule"] == rule] == ["sex"]


def test_json_names_why_a_gate_is_shut(landing: Path) -> None:
    told = json.loads(check_delivery(write_delivery_of(landing, bone_lesions=None), "json")[0])
    assert [(cause["table"], cause["rule"]) for cause in told["shut_causes"]] == [
        ("bone_lesions", "table_missing")
    ]


def test_the_page_is_escaped_and_needs_no_network(landing: Path) -> None:
    folder = write_delivery_of(landing)
    (folder / "<img src=x>.csv").write_text("", encoding="utf-8")
    html, _ = check_delivery(folder, "html")
    assert "&lt;img src=x&gt;.csv" in html
    assert "<img" not in html
    assert "http:" not in html
    assert "https:" not in html
    assert "<script" not in html


def test_nothing_is_left_behind(landing: Path, temporary: Path) -> None:
    folder = write_refused(landing)
    before = sorted(landing.rglob("*"))
    check_delivery(folder, "text")
    assert list(temporary.iterdir()) == []
    assert sorted(landing.rglob("*")) == before


def test_rows_of_several_files_are_named_by_the_first_file_that_has_any(landing: Path) -> None:
    folder = write_delivery_of(landing)
    head, *rows = (folder / "lab_results.csv").read_text(encoding="utf-8").splitlines()
    bad = "A,ALP_TOTAL,2024-03-01,0,U/L,104"
    (folder / "lab_results.csv").unlink()
    (folder / "lab_results").mkdir()
    for name, lines in {"1": rows, "2": [*rows[:1], bad], "3": [bad, bad]}.items():
        text = "\n".join([head, *lines])
        (folder / "lab_results" / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder.parent / "registry.toml").write_text("[limits]\nlab_results = 1\n", encoding="utf-8")
    text, _ = check_delivery(folder, "text")
    assert "row 2 of lab_results/2.csv and of 1 more file" in " ".join(text.split())

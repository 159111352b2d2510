"""What registry.toml calls by other names is counted, and what of it comes to nothing or contradicts is told.

Not here: what fills rows (`test_declared_rows.py`), ids in two spellings (`test_ids_written_otherwise.py`).
"""

from __future__ import annotations

import gzip
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from bpp_etl.check import check_delivery
from bpp_etl.gate.likeness import near
from tests.gates.test_declared_rows import RESULTS, delivered, limits, result, told, trial
from tests.support.deliveries import TINY
from tests.support.gating import Gated, gated

SEXES = "[recode.patients.sex]\n"
RESPONSES = "[recode.imaging_assessments.extraosseous_response]\n"
PATIENTS = TINY["patients"]


def of_sex(*sexes: str) -> str:
    """Write the patients with these sexes, and no other."""
    rows = zip("ABC", sexes, strict=True)
    return "patient_id,sex,last_contact_date\n" + "".join(f"{one},{sex},2024-12-01\n" for one, sex in rows)


def counts(one: Gated, rule: str) -> tuple[int, int, str]:
    found = one.result("delivery", rule)
    return found.judged, found.broken, found.severity


def words(one: Gated, rule: str) -> str:
    return "; ".join(told.message for told in one.decision.warnings if told.rule == rule)


def test_each_entry_of_recode_is_told_with_its_cells(tmp_path: Path) -> None:
    stated = f'{SEXES}W = "female"\nM = "male"\n"" = "unknown"\n'
    one = delivered(tmp_path, stated, patients=of_sex(" W ", "W", ""))
    found = [(of.declaration.states, of.rows) for of in one.decision.declared]
    assert found == [("'W' = 'female'", 2), ("'M' = 'male'", 0), ("an empty cell = 'unknown'", 1)]
    assert told(one)[0] == ("[recode.patients.sex]", "sex", "", 2)
    assert counts(one, "declaration_fills_nothing") == (3, 0, "warn")


def test_each_entry_of_rename_is_told_with_the_rows_of_the_files_that_have_it(tmp_path: Path) -> None:
    patients = PATIENTS.replace("sex", "geschlecht")
    one = delivered(tmp_path, '[rename.patients]\ngeschlecht = "sex"\n', patients=patients)
    assert [(of.declaration.states, of.rows) for of in one.decision.declared] == [("geschlecht", 3)]
    assert told(one) == [("[rename.patients]", "sex", "", 3)]


@pytest.mark.parametrize("kind", ["csv.gz", "parquet", "xlsx"])
def test_files_of_every_kind_are_counted_alike(tmp_path: Path, kind: str) -> None:
    toml = f'[rename.patients]\nGeschlecht = "sex"\nER = "er_status"\n{SEXES}W = "female"\n'
    delivered(tmp_path, toml, patients=None)
    folder = tmp_path / "tiny" / "2024-12-31"
    frame = pl.DataFrame(
        {
            "patient_id": ["A", "B", "C"],
            "Geschlecht": ["W", "W", "male"],
            "last_contact_date": ["2024-12-01"] * 3,
        }
    )
    if kind == "parquet":
        frame.write_parquet(folder / "patients.parquet")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in (frame.columns, *frame.rows()):
            book.worksheets[0].append(list(row))
        book.save(folder / "patients.xlsx")
    else:
        (folder / "patients.csv.gz").write_bytes(gzip.compress(frame.write_csv().encode()))
    one = gated(folder)
    assert [of.rows for of in one.decision.declared] == [3, 0, 2]
    assert counts(one, "declaration_fills_nothing") == (3, 1, "warn")


def test_what_an_adapter_makes_is_counted_too(tmp_path: Path) -> None:
    one = trial(tmp_path, '[recode.imaging_assessments.modality]\nCT = "CT"\nMR = "MRI"\n')
    assert [of.rows for of in one.decision.declared] == [2, 0]
    assert counts(one, "declaration_fills_nothing") == (2, 0, "warn")


def test_of_an_id_or_a_day_no_text_is_written_down(tmp_path: Path) -> None:
    stated = '[recode.patients.patient_id]\nA = "A"\n[recode.patients.birth_date]\n"1900-01-01" = ""\n'
    found = [of.declaration.states for of in delivered(tmp_path, stated).decision.declared]
    assert found == ["a value = a value", "a value = an empty cell"]


@pytest.mark.parametrize(
    ("stated", "broken"),
    {
        "exchanged": (f'{RESPONSES}PD = "SD"\nSD = "PD"\n', 2),
        "collapsed": (f'{RESPONSES}PD = "SD"\n', 1),
        "itself": (f'{RESPONSES}PD = "PD"\n', 0),
        "a code of theirs": (f'{RESPONSES}prog = "PD"\n', 0),
        "an empty cell": (f'{RESPONSES}"" = "NON_CR_NON_PD"\n', 0),
        "made empty": (f'{RESPONSES}NE = ""\n', 0),
        "in other letters it is none of ours": (f'{RESPONSES}pd = "SD"\n', 0),
        "truth": ('[recode.imaging_assessments.is_bone_window]\nYes = "0"\n', 1),
        "truth in other words": ('[recode.imaging_assessments.is_bone_window]\nyes = "1"\n', 0),
        "an analyte by its number": ('[recode.lab_results.analyte]\n"17838-4" = "ALP_TOTAL"\n', 1),
        "plain words": ('[recode.therapy_lines.regimen]\n"made up" = "other"\n', 0),
    }.values(),
)  # fmt: skip
def test_a_code_of_ours_that_is_read_as_another_is_told(tmp_path: Path, stated: str, broken: int) -> None:
    one = delivered(tmp_path, stated)
    assert one.decision.is_open
    entries = stated.count(" = ")
    assert counts(one, "code_of_ours_recoded") == (entries, broken, "warn")
    assert ("is read as" in words(one, "code_of_ours_recoded")) is (broken > 0)


def test_it_is_told_in_how_many_cells(tmp_path: Path) -> None:
    one = delivered(tmp_path, f'{RESPONSES}PD = "SD"\n')
    told = "imaging_assessments.extraosseous_response PD is read as SD in 2 cells"
    assert words(one, "code_of_ours_recoded") == told


@pytest.mark.parametrize(
    ("stated", "sexes", "broken"),
    {
        "all are read": ('F = "female"\n', ("female", "male", "unknown"), 0),
        "a rare one": ('W = "female"\nM = "male"\nD = "unknown"\n', ("W", "W", "W"), 0),
        "mistyped": ('Fem. = "female"\nM = "male"\n', ("FEM", "M", "M"), 1),
        "zeros": ('"1" = "female"\n"02" = "male"\n', ("1", "2", "1"), 1),
        "one letter": ('weiblcih = "female"\nM = "male"\n', ("weiblich", "M", "M"), 1),
        "another number": ('code1 = "female"\ncode3 = "male"\n', ("code1", "code2", "code1"), 0),
        "none is there": ('F = "female"\nM = "male"\n', ("W", "W", "W"), 1),
        "only to be emptied": ('none = ""\n', ("W", "W", "W"), 0),
        "an empty cell": ('"" = "unknown"\n', ("female", "male", "female"), 0),
    }.values(),
)  # fmt: skip
def test_a_code_that_no_cell_has_is_told_where_one_that_is_not_read_may_be_meant(
    tmp_path: Path, stated: str, sexes: tuple[str, ...], broken: int
) -> None:
    toml = SEXES + stated.replace("Fem.", '"Fem."')
    one = delivered(tmp_path, toml, patients=of_sex(*sexes))
    assert counts(one, "declaration_fills_nothing")[1] == broken


@pytest.mark.parametrize(
    ("stated", "broken"),
    [
        ('"M-AID UP" = "other"\n"Made  Up" = "x"\n"made up" = "y"\n', 0),
        ('"Made-Up" = "other"\n', 1),
        ('"paclitaxel" = "other"\n', 1),
        ('"none" = ""\n', 0),
    ],
)
def test_plain_words_are_told_by_spelling_alone_or_where_no_entry_is_used(
    tmp_path: Path, stated: str, broken: int
) -> None:
    one = delivered(tmp_path, f"[recode.therapy_lines.regimen]\n{stated}")
    assert counts(one, "declaration_fills_nothing")[1] == broken


def test_results_of_other_analytes_are_no_codes_that_may_be_meant(tmp_path: Path) -> None:
    stated = '[recode.lab_results.analyte]\nALPH = "ALP_TOTAL"\n'
    results = (
        RESULTS + result() + result().replace("ALP_TOTAL", "GGT") + result().replace("ALP_TOTAL", "ALPX")
    )
    assert counts(delivered(tmp_path, stated, lab_results=results), "declaration_fills_nothing")[1] == 0
    only_others = RESULTS + result().replace("ALP_TOTAL", "GGT")
    one = delivered(tmp_path / "others", stated, lab_results=only_others)
    assert counts(one, "declaration_fills_nothing")[1] == 1


def test_a_number_that_stands_for_none_is_no_mistake(tmp_path: Path) -> None:
    one = delivered(tmp_path, '[recode.lab_results.value]\n"-90" = ""\n')
    assert counts(one, "declaration_fills_nothing") == (1, 0, "warn")


def test_a_column_to_be_renamed_that_no_file_has_is_told(tmp_path: Path) -> None:
    one = delivered(tmp_path, '[rename.patients]\nER = "er_status"\n')
    assert one.decision.is_open
    assert words(one, "declaration_fills_nothing") == (
        "1 declaration of registry.toml to no effect: [rename.patients] ER, a column that no file has"
    )


def test_a_rename_of_a_table_that_is_not_delivered_waits_for_it(tmp_path: Path) -> None:
    one = delivered(tmp_path, '[rename.her2_tests]\nihc = "ihc_score"\n', her2_tests=None)
    assert counts(one, "declaration_fills_nothing") == (1, 0, "warn")


def test_one_file_of_a_table_that_has_the_column_is_enough(tmp_path: Path) -> None:
    head, *rows = PATIENTS.splitlines()
    delivered(tmp_path, '[rename.patients]\ngeschlecht = "sex"\n', patients=None)
    folder = tmp_path / "tiny" / "2024-12-31" / "patients"
    folder.mkdir()
    (folder / "1.csv").write_text(f"{head.replace('sex', 'geschlecht')}\n{rows[0]}\n", encoding="utf-8")
    (folder / "2.csv").write_text(f"{head}\n{rows[1]}\n{rows[2]}\n", encoding="utf-8")
    again = gated(folder.parent)
    assert [of.rows for of in again.decision.declared] == [1]
    assert counts(again, "declaration_fills_nothing")[1] == 0


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ('[constants.lab_results]\nunit = "ukat/L"\n', "3 of 3 rows, in 3 of them otherwise"),
        ('[constants.lab_results]\nunit = "u/l"\n', "3 of 3 rows, in 0 of them otherwise"),
        ("[constants.bone_lesions]\nis_equivocal = false\n", "2 of 2 rows, in 0 of them otherwise"),
        (
            '[constants.imaging_assessments]\nextraosseous_response = "SD"\n',
            "7 of 10 rows, in 2 of them otherwise",
        ),
        ('[constants.lab_results]\nlaboratory = "North"\n', ""),
    ],
)
def test_a_constant_of_a_column_that_the_export_fills_is_told(tmp_path: Path, stated: str, told: str) -> None:
    one = delivered(tmp_path, stated)
    assert counts(one, "declaration_fills_nothing") == (1, int(bool(told)), "warn")
    assert told in words(one, "declaration_fills_nothing")


def test_a_constant_does_not_fill_a_column_that_is_there_and_empty(tmp_path: Path) -> None:
    lesions = TINY["bone_lesions"].replace(",false", ",")
    one = delivered(tmp_path, "[constants.bone_lesions]\nis_equivocal = true\n", bone_lesions=lesions)
    told = "is_equivocal, a column that the export has, and leaves empty in every row"
    assert words(one, "declaration_fills_nothing").endswith(told)


def test_a_constant_of_rows_that_are_ignored_is_in_use(tmp_path: Path) -> None:
    results = "patient_id,analyte,specimen_date,value\nA,GGT,2024-02-12,90\n"
    one = delivered(tmp_path, '[constants.lab_results]\nunit = "U/L"\n', lab_results=results)
    assert counts(one, "declaration_fills_nothing")[1] == 0


@pytest.mark.parametrize(
    ("stated", "row", "broken"),
    {
        "its own": ("value = 120; unit = 'U/L'; laboratory = 'North'", result(laboratory="North"), 0),
        "mistyped": ("value = 120; unit = 'U/L'; laboratory = 'Norht'", result(laboratory="North"), 1),
        "no result names any": ("value = 120; unit = 'U/L'; laboratory = 'North'", result(), 1),
        "every result has one": ("value = 120; unit = 'U/L'", result(limit="99"), 0),
        "of its own too": (
            "value = 120; unit = 'U/L'; laboratory = 'North'", result(limit="99", laboratory="North"), 0
        ),
        "of men": ("male = 129; unit = 'U/L'", result(), 0),
    }.values(),
)  # fmt: skip
def test_a_limit_of_a_laboratory_that_no_result_names_is_told(
    tmp_path: Path, stated: str, row: str, broken: int
) -> None:
    one = delivered(tmp_path, limits(stated), lab_results=RESULTS + row)
    assert counts(one, "declaration_fills_nothing") == (1, broken, "warn")


def test_what_may_be_meant_is_told_at_the_terminal_alone(tmp_path: Path) -> None:
    toml = '[rename.patients]\ngeschlecht = "er_status"\n' + limits(
        "value = 1; unit = 'U/L'; laboratory = 'Norht'"
    )
    patients = PATIENTS.replace("sex,", "sex,Geschlecht,").replace("female,", "female,negative,")
    one = delivered(tmp_path, toml, patients=patients, lab_results=RESULTS + result(laboratory="North"))
    assert "Geschlecht" not in words(one, "declaration_fills_nothing")
    assert "'North'" not in repr(one.decision)
    folder = tmp_path / "tiny" / "2024-12-31"
    text = " ".join(check_delivery(folder)[0].split())
    assert "[rename.patients] geschlecht, a column that no file has; may be meant: Geschlecht" in text
    assert "laboratory Norht, which no result names; may be meant: North" in text
    assert "Norht, which no result names; may be meant" not in check_delivery(folder, output="html")[0]


def test_a_waiver_accepts_either(tmp_path: Path) -> None:
    waiver = "".join(
        f'[accept.{rule}]\nuntil = 2024-12-31\nreason = "made up"\nby = "K. Example"\n'
        for rule in ("code_of_ours_recoded", "declaration_fills_nothing")
    )
    one = delivered(tmp_path, f'{RESPONSES}PD = "SD"\n[rename.patients]\nER = "er_status"\n{waiver}')
    assert one.decision.warnings == ()
    assert [len(accepted.breaches) for accepted in one.decision.accepted] == [1, 1]


@pytest.mark.parametrize(
    ("one", "other", "alone", "expected"),
    [
        ("Lab A", "lab-a", True, True),
        ("007", "7", True, True),
        ("1-11", "11-1", True, True),
        ("100", "1", True, False),
        ("weiblich", "weiblch", True, False),
        ("weiblich", "weiblch", False, True),
        ("Lab A", "Lab B", False, False),
        ("C79.51", "C79.52", False, False),
        ("F", "W", False, False),
        ("", "-", True, False),
    ],
)
def test_spellings_are_near(one: str, other: str, alone: bool, expected: bool) -> None:
    assert bool(near(one, [other], is_spelling_alone=alone)) is expected
    assert near(one, [one]) == []


def test_nothing_is_told_where_nothing_is_stated(tmp_path: Path) -> None:
    one = delivered(tmp_path, "")
    for rule in ("code_of_ours_recoded", "declaration_fills_nothing"):
        assert one.result("delivery", rule).status == "not_applicable"

"""What the naaccr adapter makes of HER2 and of the first course of single made-up tumors.

Not here: patients (`test_naaccr.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.documents import made
from tests.unit.adapters.naaccr_records import exported, judged, only, patient


@pytest.mark.parametrize(
    ("tumor", "test"),
    [
        ({"her2IhcSummary": "0"}, ("0", None, None, None, None)),
        ({"her2IhcSummary": "1"}, ("1+", None, None, None, None)),
        ({"her2IhcSummary": "2"}, ("2+", None, None, None, None)),
        ({"her2IhcSummary": "3"}, ("3+", None, None, None, None)),
        ({"her2IhcSummary": "4"}, (None, None, None, None, "negative")),
        ({"her2IshSummary": "0"}, (None, "negative", None, None, None)),
        ({"her2IshSummary": "2"}, (None, "equivocal", None, None, None)),
        ({"her2IshSummary": "3"}, (None, "positive", None, None, None)),
        ({"her2OverallSummary": "1"}, (None, None, None, None, "positive")),
        ({"her2IhcSummary": "4", "her2OverallSummary": "1"}, (None, None, None, None, "positive")),
        ({"her2IhcSummary": "2", "her2OverallSummary": "0"}, ("2+", None, None, None, None)),
        ({"her2IshDualProbeRatio": "1.9"}, (None, None, "1.9", None, None)),
        ({"her2IshDualProbeRatio": "XX.2"}, (None, None, "XX.2", None, None)),
        ({"her2IshDualProbeRatio": "XX6"}, (None, None, "XX6", None, None)),
        ({"her2IshDualProbeCopyNumber": "3.1"}, (None, None, None, "3.1", None)),
        ({"her2IshSingleProbeCopyNumber": "4.2"}, (None, None, None, "4.2", None)),
        (
            {"her2IshDualProbeCopyNumber": "XX.8", "her2IshSingleProbeCopyNumber": "4.2"},
            (None, None, None, "4.2", None),
        ),
    ],
)
def test_her2_of_the_primary_is_translated(tumor: dict[str, str], test: tuple[str | None, ...]) -> None:
    row = only("her2_tests", exported(patient(tumor)))
    kinds = ("ihc_score", "ish_result", "her2_cep17_ratio", "her2_copy_number", "reported_status")
    assert tuple(row[kind] for kind in kinds) == test
    assert (row["test_date"], row["specimen_site"]) == ("2020-06-16", "primary")


@pytest.mark.parametrize(
    "tumor",
    [
        {},
        {"her2IhcSummary": "7", "her2IshSummary": "8", "her2OverallSummary": "9"},
        {"her2IshDualProbeRatio": "XX.7", "her2IshDualProbeCopyNumber": "XX.9"},
        {"her2IshDualProbeRatio": "X9", "her2IshSingleProbeCopyNumber": "XX.8"},
        {"her2OverallSummary": "0"},
        {"her2OverallSummary": "7"},
    ],
)
def test_what_is_not_known_of_her2_is_no_test(tumor: dict[str, str]) -> None:
    assert made("naaccr", exported(patient(tumor)))["her2_tests"] == []


def test_the_day_of_a_her2_test_is_flagged_as_approximated(tmp_path: Path) -> None:
    one = judged(tmp_path, exported(patient({"her2IhcSummary": "3", "her2IshDualProbeRatio": "XX.3"})))
    assert one.flagged == {("her2_tests", 1): ["ratio_unreadable", "value_approximated"]}


@pytest.mark.parametrize(
    ("dates", "regimen", "start"),
    [
        ({"rxDateSystemic": "20200701"}, "systemic therapy", "2020-07-01"),
        (
            {"rxDateChemo": "20200702", "rxDateHormone": "20200701"},
            "chemotherapy + hormone therapy",
            "2020-07-01",
        ),
        (
            {"rxDateSystemic": "20200630", "rxDateBrm": "20200801"},
            "biological response modifier",
            "2020-06-30",
        ),
        ({"rxDateHormone": "202007"}, "hormone therapy", "2020-07"),
    ],
)
def test_the_first_course_of_a_tumor_with_metastases_is_line_1(
    dates: dict[str, str], regimen: str, start: str
) -> None:
    row = only("therapy_lines", exported(patient({"metsAtDxBone": "1", **dates})))
    assert (row["line_number"], row["regimen"], row["start_date"]) == ("1", regimen, start)


@pytest.mark.parametrize(
    "tumor",
    [
        {"rxDateSystemic": "20200701"},
        {"rxDateSystemic": "20200701", "recurrenceDate1st": "20230105", "recurrenceType1st": "55"},
        {"metsAtDxBone": "1"},
        {"metsAtDxBone": "1", "rxDateSystemic": "20200701", "primarySite": "C187"},
    ],
)
def test_another_first_course_is_no_line(tumor: dict[str, str]) -> None:
    assert made("naaccr", exported(patient({}, {**tumor, "tumorRecordNumber": "02"})))["therapy_lines"] == []


def test_two_tumors_with_metastases_make_one_line_1() -> None:
    tumor = {"metsAtDxBone": "1", "rxDateChemo": "20200801"}
    other = {"metsAtDxBone": "1", "rxDateHormone": "20200701", "tumorRecordNumber": "02"}
    assert only("therapy_lines", exported(patient(tumor, other)))["regimen"] == "hormone therapy"


LINES = "patient_id,line_number,regimen,start_date\n"


def test_the_regimen_of_a_side_table_counts_and_another_start_disagrees(tmp_path: Path) -> None:
    text = exported(patient({"metsAtDxBone": "1", "rxDateChemo": "20200801"}))
    alone = judged(tmp_path / "alone", text)
    assert alone.flagged == {("therapy_lines", 1): ["value_approximated"]}
    one = judged(tmp_path / "same", text, therapy_lines=f"{LINES}00000001,1,paclitaxel,2020-08-01\n")
    assert one.refused == {}
    assert one.flagged == {}
    other = judged(tmp_path / "other", text, therapy_lines=f"{LINES}00000001,1,paclitaxel,2020-08-02\n")
    assert other.refused == {("therapy_lines", 1): ["side_table_disagrees"]}

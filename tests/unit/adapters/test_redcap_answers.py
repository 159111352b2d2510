"""What the redcap adapter makes of single answers: choices, checkboxes, dates and decimal marks.

Not here: which row an answer belongs to (`test_redcap_rows.py`).
"""

from __future__ import annotations

import pytest

from tests.unit.adapters.redcap import made, values, variable

SEX = variable("gender", kind="radio", choices="1, Female | 2, Male", annotation="bpp:patients.sex")
DRUGS = variable(
    "drugs",
    kind="checkbox",
    choices="1, letrozole | -2, palbociclib, 3 weeks of 4 | ABC, <b>capecitabine</b>",
    annotation="bpp:therapy_lines.regimen",
)


def score(choices: str, *answers: str) -> list[object]:
    """Return what answers of a field with such choices tell of the IHC score."""
    field = variable("ihc", kind="dropdown", choices=choices, annotation="bpp:her2_tests.ihc_score")
    rows = [{"record_id": f"{number}", "ihc": answer} for number, answer in enumerate(answers)]
    return values("ihc_score", made("her2_tests", rows, field))


def test_codes_and_labels_tell_the_same() -> None:
    for export in (("1", "2"), ("Female", "Male")):
        rows = [{"record_id": f"{number}", "gender": answer} for number, answer in enumerate(export)]
        assert values("sex", made("patients", rows, SEX)) == ["female", "male"]


def test_labels_that_are_our_words_win_over_codes_that_are_too() -> None:
    assert score("0, 1+ | 1, 2+ | 2, 3+ | 3, 0", "0", "3") == ["1+", "0"]


def test_codes_that_are_our_words_count_where_the_labels_are_other_words() -> None:
    field = variable(
        "kind",
        kind="radio",
        choices="CT, computed tomography | PET_CT, PET with CT",
        annotation="bpp:imaging_assessments.modality",
    )
    rows = [{"record_id": "1", "kind": "PET_CT"}, {"record_id": "2", "kind": "computed tomography"}]
    assert values("modality", made("imaging_assessments", rows, field)) == ["PET_CT", "CT"]


def test_a_code_is_never_taken_for_a_score_that_its_label_denies() -> None:
    choices = "0, not done | 1, 0 | 2, 1+"
    assert score(choices, "0", "1", "2") == ["not done", "0", "1+"]


def test_choices_in_other_words_are_left_as_codes_for_the_registry_to_recode() -> None:
    assert score("1, negativ | 2, schwach", "1", "schwach") == ["1", "2"]


def test_an_answer_that_is_no_choice_passes_untouched() -> None:
    assert score("0, 0 | 1, 1+", "1", "NI") == ["1+", "NI"]


def test_an_export_with_labels_is_known_by_a_label_that_is_no_code() -> None:
    # 1 is the code of 2+, and the label of no choice; 0 is a label and a code of another.
    assert score("1, 0 | 0, 1+ | 2, 2+", "0", "2") == ["1+", "2+"]
    assert score("1, 0 | 0, 1+ | 2, 2+", "0", "2+") == ["0", "2+"]


@pytest.mark.parametrize(
    ("answer", "told"), [("1", "true"), ("0", "false"), ("Yes", "true"), ("No", "false")]
)
def test_yes_and_no_are_truths_as_codes_and_as_labels(answer: str, told: str) -> None:
    field = variable("window", kind="yesno", annotation="bpp:imaging_assessments.is_bone_window")
    (row,) = made("imaging_assessments", [{"record_id": "1", "window": answer}], field)
    assert row["is_bone_window"] in {told, {"true": "yes", "false": "no"}[told]}


def test_truths_go_by_their_labels_whatever_the_codes_are() -> None:
    field = variable(
        "window", kind="radio", choices="0, yes | 1, no", annotation="bpp:imaging_assessments.is_bone_window"
    )
    rows = [{"record_id": "1", "window": "0"}, {"record_id": "2", "window": "1"}]
    assert values("is_bone_window", made("imaging_assessments", rows, field)) == ["yes", "no"]


def test_free_text_takes_the_label_and_a_number_the_number() -> None:
    regimen = variable("arm", kind="radio", choices="1, letrozole", annotation="bpp:therapy_lines.regimen")
    line = variable(
        "line", kind="radio", choices="1, first | 2, second", annotation="bpp:therapy_lines.line_number"
    )
    cycle = variable(
        "cycle", kind="radio", choices="1, 21 | 2, 28", annotation="bpp:therapy_lines.cycle_length_days"
    )
    row = {"record_id": "1", "arm": "1", "line": "2", "cycle": "2"}
    (told,) = made("therapy_lines", [row], regimen, line, cycle)
    assert (told["regimen"], told["line_number"], told["cycle_length_days"]) == ("letrozole", "2", "28")


def test_a_unit_whose_code_cannot_be_written_is_told_by_its_label() -> None:
    unit = variable(
        "unit", kind="dropdown", choices="U_L, U/L | ukat_L, ukat/L", annotation="bpp:lab_results.unit"
    )
    rows = [{"record_id": "1", "unit": "ukat_L"}, {"record_id": "2", "unit": "U_L"}]
    assert values("unit", made("lab_results", rows, unit)) == ["ukat/L", "U/L"]


FLAT = {"record_id": "1", "drugs___1": "1", "drugs____2": "1", "drugs___abc": "0"}
LONG = [
    {"record": "1", "field_name": "drugs", "value": "-2"},
    {"record": "1", "field_name": "drugs", "value": "1"},
]


@pytest.mark.parametrize(
    "rows",
    [
        [FLAT],
        [{**FLAT, "drugs___1": "Checked", "drugs____2": "Checked", "drugs___abc": "Unchecked"}],
        LONG,
        LONG[::-1],
    ],
    ids=["flat", "flat with labels", "EAV", "EAV in another order"],
)
def test_ticked_boxes_are_joined_in_the_order_of_the_choices(rows: list[dict[str, str]]) -> None:
    (told,) = made("therapy_lines", rows, DRUGS)
    assert told["regimen"] == "letrozole + palbociclib, 3 weeks of 4"


def test_a_form_with_no_box_ticked_tells_nothing() -> None:
    assert made("therapy_lines", [{"record_id": "1", "drugs___1": "0", "drugs____2": ""}], DRUGS) == []


def test_several_boxes_of_a_coded_column_are_no_code() -> None:
    site = variable("where", kind="checkbox", choices="1, rib | 2, spine", annotation="bpp:bone_lesions.site")
    row = {"record_id": "1", "where___1": "1", "where___2": "1"}
    assert values("site", made("bone_lesions", [row], site)) == ["rib + spine"]


def test_markup_in_a_label_is_no_part_of_it() -> None:
    row = {"record_id": "1", "drugs___abc": "1"}
    assert values("regimen", made("therapy_lines", [row], DRUGS)) == ["capecitabine"]


@pytest.mark.parametrize(
    ("validation", "answer", "told"),
    [
        ("date_dmy", "2024-03-01", "2024-03-01"),
        ("date_dmy", "01-03-2024", "2024-03-01"),
        ("date_mdy", "03/01/2024", "2024-03-01"),
        ("date_dmy", "1.3.2024", "2024-03-01"),
        ("datetime_dmy", "2024-03-01 12:04", "2024-03-01"),
        ("datetime_seconds_mdy", "03-01-2024 12:04:59", "2024-03-01"),
        ("datetime_ymd", "2024-03-01T12:04", "2024-03-01"),
        ("date_dmy", "31-02-2024", "31-02-2024"),
        ("date_mdy", "13-01-2024", "13-01-2024"),
        ("date_ymd", "2024-03", "2024-03"),
        ("date_ymd", "NI", "NI"),
        ("", "01-03-2024", "01-03-2024"),
    ],
)
def test_a_day_is_read_by_the_validation_of_its_field(validation: str, answer: str, told: str) -> None:
    field = variable("seen", validation=validation, annotation="bpp:patients.last_contact_date")
    (row,) = made("patients", [{"record_id": "1", "seen": answer}], field)
    assert row["last_contact_date"] == told


def test_a_decimal_comma_is_one_in_the_fields_that_have_it_alone() -> None:
    alp = variable("alp", validation="number_comma_decimal", annotation="bpp:lab_results.value")
    limit = variable("limit", validation="number", annotation="bpp:lab_results.upper_limit_normal")
    rows = [
        {"record_id": "1", "alp": "118,5", "limit": "104.5"},
        {"record_id": "2", "alp": "118.5", "limit": "104,5"},
    ]
    told = made("lab_results", rows, alp, limit)
    assert values("value", told) == ["118.5", "118.5"]
    assert values("upper_limit_normal", told) == ["104.5", "104,5"]


def test_the_dictionary_of_the_api_says_the_same_as_that_of_the_page() -> None:
    of_api = {
        "field_name": "gender",
        "form_name": "base",
        "field_type": "radio",
        "select_choices_or_calculations": "1, Female | 2, Male",
        "field_annotation": "bpp:patients.sex",
    }
    rows = [{"record_id": "1", "gender": "2"}]
    assert made("patients", rows, {**dict.fromkeys(SEX), **of_api}) == made("patients", rows, SEX)

"""Which rows the redcap adapter makes: events, instruments, instances, and what of an export counts.

Not here: what an answer tells (`test_redcap_answers.py`).
"""

from __future__ import annotations

from tests.unit.adapters.redcap import Cells, made, meanings, values, variable

SEX = variable("sex", annotation="bpp:patients.sex")
SEEN = variable("seen", annotation="bpp:patients.last_contact_date")
DAY = variable("day", "scan", annotation="bpp:imaging_assessments.assessment_date")
SITE = variable("site", "lesion", annotation="bpp:bone_lesions.site")
NUMBER = variable("number", "lesion", annotation="bpp:bone_lesions.assessment_id")
ALP = variable("alp", "lab", annotation="bpp:lab_results.value")


def row(record: str, event: str = "", instrument: str = "", instance: str = "", **cells: str) -> Cells:
    return {
        "record_id": record,
        "redcap_event_name": event,
        "redcap_repeat_instrument": instrument,
        "redcap_repeat_instance": instance,
        **cells,
    }


def test_an_instance_of_an_instrument_is_a_row_and_reads_nothing_of_the_base_row() -> None:
    rows = [row("1", sex="female"), row("1", "", "lab", "1", alp="90"), row("1", "", "lab", "2", alp="91")]
    told = made("lab_results", rows, SEX, ALP)
    assert [(one["patient_id"], one["value"], one["row_number"]) for one in told] == [
        ("1", "90", 2),
        ("1", "91", 3),
    ]
    assert values("sex", made("patients", rows, SEX, ALP)) == ["female"]


def test_repeats_without_a_base_row_and_a_base_row_without_data_are_no_error() -> None:
    rows = [row("1", "", "lab", "1", alp="90"), row("2", lab_complete="0")]
    assert values("patient_id", made("lab_results", rows, SEX, ALP)) == ["1"]
    assert made("patients", rows, SEX, ALP) == []
    assert meanings(rows, SEX, ALP) == {
        "with a field of lab_results": (1, "lab_results"),
        "without a filled field that is mapped": (1, None),
    }


def test_a_lesion_is_of_the_examination_whose_instance_it_names() -> None:
    rows = [
        row("1", "", "scan", "1", day="2024-01-01"),
        row("1", "", "scan", "2", day="2024-02-01"),
        row("1", "", "lesion", "1", site="rib", number="2"),
        row("1", "", "lesion", "2", site="spine", number="02"),
        row("1", "", "lesion", "3", site="skull"),
    ]
    assert values("assessment_id", made("imaging_assessments", rows, DAY, SITE, NUMBER)) == ["1:1", "1:2"]
    assert values("assessment_id", made("bone_lesions", rows, DAY, SITE, NUMBER)) == ["1:2", "1:2", None]


def test_a_lesion_without_a_number_is_of_the_examination_of_its_event() -> None:
    rows = [
        row("1", "ct_1_arm_1", day="2024-01-01"),
        row("1", "ct_1_arm_1", "lesion", "1", site="rib"),
        row("1", "ct_1_arm_1", "lesion", "2", site="spine"),
        row("1", "ct_2_arm_1", day="2024-02-01"),
        row("1", "ct_2_arm_1", "lesion", "1", site="rib"),
    ]
    assert values("assessment_id", made("imaging_assessments", rows, DAY, SITE)) == [
        "1:ct_1_arm_1",
        "1:ct_2_arm_1",
    ]
    assert values("assessment_id", made("bone_lesions", rows, DAY, SITE)) == [
        "1:ct_1_arm_1",
        "1:ct_1_arm_1",
        "1:ct_2_arm_1",
    ]


def test_an_event_that_repeats_as_a_whole_is_told_apart_by_its_instance() -> None:
    rows = [row("1", "ct", "", number, day="2024-01-01", site="rib") for number in ("1", "2")]
    assert values("assessment_id", made("imaging_assessments", rows, DAY, SITE)) == ["1:ct:1", "1:ct:2"]
    assert values("assessment_id", made("bone_lesions", rows, DAY, SITE)) == ["1:ct:1", "1:ct:2"]


def test_an_examination_with_an_id_of_its_own_is_named_by_it() -> None:
    own = variable("accession", "scan", annotation="bpp:imaging_assessments.assessment_id")
    rows = [
        row("1", "", "scan", "1", day="2024-01-01", accession="X7"),
        row("1", "", "lesion", "1", site="rib", number="X7"),
    ]
    for table in ("imaging_assessments", "bone_lesions"):
        assert values("assessment_id", made(table, rows, DAY, SITE, NUMBER, own)) == ["X7"]


def test_no_two_examinations_have_one_name_whatever_the_records_are_called() -> None:
    rows = [row("A:1", "", "scan", "2", day="2024-01-01"), row("A", "1", "scan", "2", day="2024-01-01")]
    assert values("assessment_id", made("imaging_assessments", rows, DAY)) == ["A\\:1:2", "A:1:2"]


def test_a_patient_whose_fields_stand_in_several_events_is_one() -> None:
    rows = [row("1", "a", sex="female"), row("1", "b", sex="female", seen="2024-12-01")]
    (told,) = made("patients", rows, SEX, SEEN)
    assert (told["sex"], told["last_contact_date"], told["row_number"]) == ("female", "2024-12-01", 1)


def test_a_patient_of_whom_two_events_say_two_things_is_two_rows_for_the_gate_to_refuse() -> None:
    rows = [row("1", "a", seen="2024-11-01"), row("1", "b", seen="2024-12-01")]
    told = made("patients", rows, SEX, SEEN)
    assert [(one["patient_id"], one["last_contact_date"]) for one in told] == [
        ("1", "2024-11-01"),
        ("1", "2024-12-01"),
    ]


def test_a_table_is_read_of_the_events_that_are_stated_for_it() -> None:
    rows = [row("1", "a", seen="2024-11-01", alp="90"), row("1", "b", seen="2024-12-01")]
    of_b = [("events", "patients", "b")]
    assert values("last_contact_date", made("patients", rows, SEEN, ALP, settings=of_b)) == ["2024-12-01"]
    assert values("value", made("lab_results", rows, SEEN, ALP, settings=of_b)) == ["90"]
    assert meanings([row("1", "a", seen="2024-11-01")], SEEN, settings=of_b) == {
        "of an event that does not count": (1, None)
    }


def test_a_form_counts_by_its_own_status_where_any_is_stated() -> None:
    rows = [
        row("1", "", "lab", "1", alp="90", lab_complete="2"),
        row("1", "", "lab", "2", alp="91", lab_complete="Unverified"),
        row("1", "", "lab", "3", alp="92", lab_complete="0"),
        row("1", "", "lab", "4", alp="93"),
    ]

    def told(*statuses: str) -> list[object]:
        settings = [("statuses", "", status) for status in statuses]
        return values("value", made("lab_results", rows, ALP, settings=settings))

    assert told() == ["90", "91", "92", "93"]
    assert told("complete") == ["90"]
    assert told("Complete", "unverified") == ["90", "91"]
    assert told("incomplete", "blank") == ["92", "93"]
    assert meanings(rows, ALP, settings=[("statuses", "", "complete")]) == {
        "with a field of lab_results": (1, "lab_results"),
        "of a form whose status does not count": (3, None),
    }


def test_the_status_of_another_form_in_the_same_row_says_nothing() -> None:
    rows = [row("1", sex="female", base_complete="2", alp="90", lab_complete="0")]
    complete = [("statuses", "", "complete")]
    assert values("sex", made("patients", rows, SEX, ALP, settings=complete)) == ["female"]
    assert made("lab_results", rows, SEX, ALP, settings=complete) == []


def test_an_instance_that_is_delivered_twice_is_two_rows() -> None:
    rows = [row("1", "", "lab", "1", alp="90"), row("1", "", "lab", "1", alp="90")]
    assert values("row_number", made("lab_results", rows, ALP)) == [1, 2]


def test_a_long_export_makes_the_rows_of_a_flat_one_and_leads_to_the_first_of_their_cells() -> None:
    def cell(instance: str, name: str, value: str) -> Cells:
        instrument = "lab" if instance else ""
        return {
            "record": "1",
            "redcap_repeat_instrument": instrument,
            "redcap_repeat_instance": instance,
            "field_name": name,
            "value": value,
        }

    unit = variable("unit", "lab", annotation="bpp:lab_results.unit")
    rows = [
        cell("", "record_id", "1"),
        cell("", "sex", "female"),
        cell("1", "alp", "90"),
        cell("1", "unit", "U/L"),
        cell("2", "alp", "1.5"),
        cell("2", "unit", "ukat/L"),
    ]
    told = made("lab_results", rows, SEX, ALP, unit)
    assert [(one["value"], one["unit"], one["row_number"]) for one in told] == [
        ("90", "U/L", 3),
        ("1.5", "ukat/L", 5),
    ]
    assert meanings(rows, SEX, ALP, unit) == {
        "with a field of lab_results": (4, "lab_results"),
        "with a field of patients": (1, "patients"),
        "without a filled field that is mapped": (1, None),
    }


def test_what_the_registry_states_of_a_field_wins_over_its_annotation() -> None:
    born = variable("born", annotation="bpp:patients.death_date")
    rows = [row("1", born="1960-01-01")]
    (told,) = made("patients", rows, born, settings=[("map.patients", "born", "birth_date")])
    assert (told["birth_date"], told["death_date"]) == ("1960-01-01", None)


def test_a_field_may_be_a_column_of_two_tables() -> None:
    day = variable("day", annotation="bpp:lab_results.specimen_date, bpp:her2_tests.test_date @TODAY")
    rows = [row("1", day="2024-01-01")]
    assert values("specimen_date", made("lab_results", rows, day)) == ["2024-01-01"]
    assert values("test_date", made("her2_tests", rows, day)) == ["2024-01-01"]


def test_without_a_dictionary_all_is_stated_and_the_record_id_is_called_so() -> None:
    rows = [{"study_no": "7", "gender": "female"}]
    stated = [("map.patients", "gender", "sex")]
    assert values("patient_id", made("patients", rows, settings=stated)) == [None]
    stated += [("record", "", "study_no")]
    assert values("patient_id", made("patients", rows, settings=stated)) == ["7"]


def test_a_patient_is_known_by_the_field_that_is_mapped_to_the_id_in_every_table() -> None:
    pseudonym = variable("code", annotation="bpp:patients.patient_id")
    rows = [row("1", code="P-9", sex="female"), row("1", "", "lab", "1", alp="90")]
    assert values("patient_id", made("patients", rows, SEX, ALP, pseudonym)) == ["P-9"]
    assert values("patient_id", made("lab_results", rows, SEX, ALP, pseudonym)) == ["P-9"]


def test_a_field_that_identifies_somebody_is_no_column_whatever_is_stated() -> None:
    named = variable("alp", "lab", annotation="bpp:lab_results.value", **{"identifier?": "y"})
    rows = [row("1", "", "lab", "1", alp="90")]
    assert made("lab_results", rows, named, settings=[("map.lab_results", "alp", "value")]) == []


def test_an_annotation_that_names_no_column_of_ours_maps_nothing() -> None:
    odd = variable("odd", annotation="bpp:patients.shoe_size")
    assert made("patients", [row("1", odd="42")], odd) == []

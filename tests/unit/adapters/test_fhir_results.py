"""What the fhir adapter makes of results: alkaline phosphatase and HER2, by code, status, unit and range.

Not here: patients, lines and images (`test_fhir_records.py`), and files of documents (`test_documents.py`).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.adapters.fhir_resources import LOINC, PATIENT, Resource, alp, coded, made, observation, only


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error"])
def test_what_is_no_final_result_is_counted_and_left_out(status: str) -> None:
    resources = PATIENT, alp(status=status)
    assert made("lab_results", *resources) == []
    told = {(row["source"], row["table_name"]): row["source_rows"] for row in made("source_rows", *resources)}
    assert told["observation", None] == 1


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "unknown", None])
def test_a_result_that_was_corrected_counts(status: str | None) -> None:
    assert len(made("lab_results", PATIENT, alp(status=status))) == 1


def test_a_result_without_a_value_is_left_out() -> None:
    absent = observation("6768-6", dataAbsentReason=coded("x", system="y"))
    assert made("lab_results", PATIENT, absent) == []


@pytest.mark.parametrize(
    ("code", "system", "analyte"),
    [
        ("6768-6", LOINC, "ALP_TOTAL"),
        ("17838-4", LOINC, "ALP_BONE"),
        ("6768-6", "urn:oid:2.16.840.1.113883.6.1", "ALP_TOTAL"),
        ("6768-6", "https://hospital.example/codes", None),
        ("1779-8", LOINC, None),
        ("59789-8", LOINC, None),
    ],
)
def test_alkaline_phosphatase_is_told_by_system_and_code(code: str, system: str, analyte: str | None) -> None:
    rows = made("lab_results", PATIENT, alp(code=coded(code, system=system)))
    assert [row["analyte"] for row in rows] == ([analyte] if analyte else [])


def test_a_display_text_decides_nothing() -> None:
    named = {"coding": [{"system": LOINC, "code": "718-7", "display": "Alkaline phosphatase 6768-6"}]}
    assert made("lab_results", PATIENT, alp(code=named)) == []


def test_one_of_several_codings_is_enough() -> None:
    both = {"coding": [{"system": "https://x.example", "code": "AP"}, {"system": LOINC, "code": "6768-6"}]}
    assert len(made("lab_results", PATIENT, alp(code=both))) == 1


@pytest.mark.parametrize(
    ("quantity", "value", "unit"),
    [
        ({"value": 5, "comparator": "<", "unit": "U/L"}, "<5", "U/L"),
        (
            {"value": 1.5, "system": "http://unitsofmeasure.org", "code": "ukat/L", "unit": "µkat/l"},
            "1.5",
            "ukat/L",
        ),
        ({"value": 90, "system": "https://local.example", "code": "7", "unit": "IU/L"}, "90", "IU/L"),
        ({"value": 90, "code": "U/L"}, "90", "U/L"),
        ({"value": 90}, "90", None),
    ],
)
def test_a_comparator_stays_with_its_value_and_ucum_comes_first(
    quantity: Resource, value: str, unit: str | None
) -> None:
    row = only("lab_results", PATIENT, alp(valueQuantity=quantity))
    assert (row["value"], row["unit"]) == (value, unit)


NORMAL = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/referencerange-meaning", "code": "normal"}]
}
THERAPY = {"coding": [{"code": "therapeutic"}]}


@pytest.mark.parametrize(
    ("ranges", "limit"),
    [
        ([{"high": {"value": 104, "unit": "U/L"}}], "104"),
        ([{"high": {"value": 104}}], "104"),
        ([{"high": {"value": 1.7, "unit": "ukat/L"}}], None),
        ([{"type": THERAPY, "high": {"value": 9}}, {"type": NORMAL, "high": {"value": 104}}], "104"),
        ([{"high": {"value": 104}}, {"high": {"value": 129}}], None),
        ([{"high": {"value": 104}, "text": "f"}, {"high": {"value": 104}, "text": "m"}], "104"),
        ([{"low": {"value": 35}}], None),
        ([], None),
    ],
)
def test_an_upper_limit_is_that_of_one_normal_range_in_the_same_unit(
    ranges: list[Resource], limit: str | None
) -> None:
    assert only("lab_results", PATIENT, alp(referenceRange=ranges))["upper_limit_normal"] == limit


def her2(code: str, answer: str, **more: Any) -> Resource:
    return observation(code, **{"valueCodeableConcept": coded(answer, system=LOINC), **more})


def test_tests_of_a_day_are_one_test() -> None:
    row = only(
        "her2_tests",
        PATIENT,
        her2("85319-2", "LA11842-4"),
        her2("85318-4", "LA6577-6"),
        observation("49683-6", valueQuantity={"value": 1.4}),
        observation("74860-8", valueQuantity={"value": 3.2}),
        her2("48676-1", "LA6577-6"),
    )
    assert (row["ihc_score"], row["ish_result"], row["reported_status"]) == ("2+", "negative", "negative")
    assert (row["her2_cep17_ratio"], row["her2_copy_number"]) == ("1.4", "3.2")


def test_tests_that_contradict_each_other_stay_apart_and_the_same_twice_is_one() -> None:
    apart = made("her2_tests", PATIENT, her2("85319-2", "LA11843-2"), her2("85319-2", "LA6111-4"))
    assert [row["ihc_score"] for row in apart] == ["3+", "0"]
    assert len(made("her2_tests", PATIENT, her2("48676-1", "LA6577-6"), her2("48676-1", "LA6577-6"))) == 1
    assert len(made("her2_tests", PATIENT, her2("48676-1", "LA6577-6"), her2("18474-7", "LA6577-6"))) == 1


def test_negative_by_immunohistochemistry_has_no_score() -> None:
    row = only("her2_tests", PATIENT, her2("18474-7", "LA6577-6"))
    assert (row["ihc_score"], row["reported_status"]) == (None, "negative")


@pytest.mark.parametrize(
    ("text", "score"), [("2+", "2+"), ("3", "3+"), ("0", "0"), ("strong", None), ("12", None)]
)
def test_a_score_may_be_text(text: str, score: str | None) -> None:
    assert only("her2_tests", PATIENT, observation("85319-2", valueString=text))["ihc_score"] == score


def test_a_declared_code_is_read_whatever_its_system() -> None:
    local = observation("x", code=coded("H2", system="https://lab.example"), valueString="3+")
    assert made("her2_tests", PATIENT, local) == []
    assert only("her2_tests", PATIENT, local, settings=[("codes.her2_ihc", "", "H2")])["ihc_score"] == "3+"


def test_a_code_of_the_method_says_more_than_one_of_the_status() -> None:
    both = {"coding": [*coded("48676-1")["coding"], *coded("85318-4")["coding"]]}
    row = only("her2_tests", PATIENT, observation("x", code=both, valueCodeableConcept=coded("10828004")))
    assert (row["ish_result"], row["reported_status"]) == ("positive", None)


def specimen(*sites: str, **more: Any) -> Resource:
    told = {"resourceType": "Specimen", "id": "T1", "collection": {"bodySite": coded(*sites)}}
    return {**told, **more}


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("80248007", "primary"),
        ("76752008", "primary"),
        ("71341001", "metastasis"),
        ("421060004", "metastasis"),
        ("10200004", "metastasis"),
        ("59441001", "unknown"),  # a lymph node may be regional
        ("", "unknown"),
    ],
)
def test_a_her2_test_is_of_what_the_body_site_of_its_specimen_says(site: str, told: str) -> None:
    tested = her2("48676-1", "LA6577-6", specimen={"reference": "Specimen/T1"})
    assert only("her2_tests", PATIENT, tested, specimen(site))["specimen_site"] == told


def test_a_her2_test_without_its_specimen_is_of_an_unknown_site() -> None:
    assert only("her2_tests", PATIENT, her2("48676-1", "LA6577-6"))["specimen_site"] == "unknown"
    lost = her2("48676-1", "LA6577-6", specimen={"reference": "Specimen/T2"})
    assert only("her2_tests", PATIENT, lost, specimen("80248007"))["specimen_site"] == "unknown"


def test_a_registry_states_what_further_body_sites_are() -> None:
    tested = her2("48676-1", "LA6577-6", specimen={"reference": "Specimen/T1"})
    stated = [("specimens", "59441001", "metastasis")]
    found = only("her2_tests", PATIENT, tested, specimen("59441001"), settings=stated)
    assert found["specimen_site"] == "metastasis"


def test_a_specimen_is_referred_to_by_its_full_url_too_and_counts_as_it_was_last_updated() -> None:
    tested = her2("48676-1", "LA6577-6", specimen={"reference": "urn:uuid:t-1"})
    old = specimen("80248007", meta={"lastUpdated": "2024-01-01T00:00:00Z"})
    new = specimen("71341001", meta={"lastUpdated": "2024-02-01T00:00:00Z"})
    urls = (None, None, "urn:uuid:t-1", "urn:uuid:t-1")
    (row,) = made("her2_tests", PATIENT, tested, new, old, urls=urls)
    assert row["specimen_site"] == "metastasis"


def test_specimens_of_one_id_that_differ_say_nothing_where_none_is_the_newest() -> None:
    tested = her2("48676-1", "LA6577-6", specimen={"reference": "Specimen/T1"})
    alike = [specimen("80248007"), specimen("80248007")]
    assert only("her2_tests", PATIENT, tested, *alike)["specimen_site"] == "primary"
    assert only("her2_tests", PATIENT, tested, alike[0], specimen("71341001"))["specimen_site"] == "unknown"


def test_tests_of_different_specimens_on_one_day_are_tests_of_their_own() -> None:
    of_breast = her2("85319-2", "LA11842-4", specimen={"reference": "Specimen/T1"})
    of_bone = her2("85318-4", "LA6577-6", specimen={"reference": "Specimen/T2"})
    both = made(
        "her2_tests", PATIENT, of_breast, of_bone, specimen("80248007"), specimen("71341001", id="T2")
    )
    assert [(row["specimen_site"], row["ihc_score"], row["ish_result"]) for row in both] == [
        ("primary", "2+", None),
        ("metastasis", None, "negative"),
    ]
    assert len(made("her2_tests", PATIENT, of_breast, her2("85318-4", "LA6577-6"), specimen("80248007"))) == 1

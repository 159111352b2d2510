"""What single rows of OMOP become of a patient: person, death, periods, metastases, receptors."""

from __future__ import annotations

from typing import Any

import pytest

from bpp_etl.adapters.settings import SettingRow
from tests.support.adapted import Record, made, meanings

PERSON: Record = {
    "person_id": "7",
    "gender_concept_id": "8532",
    "year_of_birth": "1961",
    "month_of_birth": "3",
    "day_of_birth": "5",
}
ER, PR = "36203168", "36203170"


def patient(settings: list[SettingRow] | None = None, person: Record = PERSON, **sources: Any) -> Any:
    (row,) = made("omop", settings or (), person=[person], **sources)["patients"]
    return row


def measured(concept: str, day: str = "2024-01-01", **cells: str | None) -> Record:
    return {"person_id": "7", "measurement_concept_id": concept, "measurement_date": day, **cells}


@pytest.mark.parametrize(
    ("concept", "sex"),
    [("8532", "female"), ("8507", "male"), ("0", "unknown"), (None, "unknown"), ("8532.0", "female")],
)
def test_sex_is_that_of_the_concept(concept: str | None, sex: str) -> None:
    assert patient(person={**PERSON, "gender_concept_id": concept})["sex"] == sex


def test_a_date_of_birth_is_written_of_its_three_parts() -> None:
    assert patient()["birth_date"] == "1961-03-05"
    assert patient(person={**PERSON, "month_of_birth": "12.0"})["birth_date"] == "1961-12-05"
    decimals = {name: f"{PERSON[name]}.0" for name in ("year_of_birth", "month_of_birth", "day_of_birth")}
    assert patient(person={**PERSON, **decimals})["birth_date"] == "1961-03-05"


def test_a_day_that_is_written_as_its_midnight_is_that_day_and_another_moment_passes() -> None:
    death = [{"person_id": "7", "death_date": "2024-05-01 00:00:00"}]
    person = patient(death=death, measurement=[measured("36769180", "2023-05-01T00:00:00.000")])
    assert (person["death_date"], person["metastatic_diagnosis_date"]) == ("2024-05-01", "2023-05-01")
    death = [{"person_id": "7", "death_date": "2024-05-01 08:00:00"}]
    assert patient(death=death)["death_date"] == "2024-05-01 08:00:00"


def test_a_word_for_nothing_is_no_status() -> None:
    told = [
        measured(ER, "2024-01-01", value_as_concept_id="9191"),
        measured(ER, "2024-02-01", value_source_value="NULL"),
    ]
    assert patient(measurement=told)["er_status"] == "positive"


@pytest.mark.parametrize("lacking", ["year_of_birth", "month_of_birth", "day_of_birth"])
@pytest.mark.parametrize("empty", [None, "", " ", "NULL", "NaN"])
def test_a_year_alone_is_never_the_first_of_january(lacking: str, empty: str | None) -> None:
    assert patient(person={**PERSON, lacking: empty})["birth_date"] is None


def test_a_part_of_a_birth_that_is_no_number_reaches_the_gate() -> None:
    assert patient(person={**PERSON, "month_of_birth": "March"})["birth_date"] == "1961-March-05"


def test_the_end_of_an_observation_period_is_no_last_contact_but_is_offered_as_one() -> None:
    periods = [
        {"person_id": "7", "observation_period_end_date": "2022-05-01"},
        {"person_id": "7", "observation_period_end_date": "2024-05-01"},
        {"person_id": "8", "observation_period_end_date": "2025-05-01"},
    ]
    row = patient(observation_period=periods)
    assert (row["last_contact_date"], row["observation_period"]) == (None, "2024-05-01")
    assert patient()["observation_period"] is None


def test_the_dead_were_last_seen_on_the_day_of_death_however_long_the_data_go_on() -> None:
    death = [{"person_id": "7", "death_date": "2023-02-01"}]
    periods = [{"person_id": "7", "observation_period_end_date": "2024-05-01"}]
    row = patient(death=death, observation_period=periods)
    assert (row["death_date"], row["last_contact_date"]) == ("2023-02-01", "2023-02-01")
    assert row["observation_period"] == "2023-02-01"


@pytest.mark.parametrize("concept", ["36769180", "36769301"])
def test_a_metastasis_of_cancer_modifier_dates_metastatic_disease(concept: str) -> None:
    found = [measured(concept, "2024-02-01"), measured(concept, "2023-12-01"), measured(ER, "2020-01-01")]
    assert patient(measurement=found)["metastatic_diagnosis_date"] == "2023-12-01"


def test_a_metastasis_that_was_found_to_be_none_dates_nothing() -> None:
    found = [measured("36769180", value_as_concept_id="9189")]
    assert patient(measurement=found)["metastatic_diagnosis_date"] is None


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        *(("C78.7", True), ("C79", True), ("C7951", True), ("c79.5", True), ("ICD10CM:C79.51", True)),
        *(
            ("ICD-10-GM|C79.5", True),
            ("C77.3", False),
            ("C50.4", False),
            ("XC79", False),
            ("ICD10CM:C77.3", False),
        ),
    ],
)
def test_a_condition_of_icd_10_c78_or_c79_dates_metastatic_disease(code: str, is_one: bool) -> None:
    row = {
        "person_id": "7",
        "condition_concept_id": "0",
        "condition_start_date": "2023-11-02",
        "condition_source_value": code,
    }
    assert patient(condition_occurrence=[row])["metastatic_diagnosis_date"] == (
        "2023-11-02" if is_one else None
    )


def test_the_earliest_of_all_representations_counts_and_the_registry_lists_its_own() -> None:
    listed: list[SettingRow] = [("concepts.metastasis", "", "55"), ("concepts.metastasis", "", "66")]
    condition = {
        "person_id": "7",
        "condition_concept_id": "55",
        "condition_start_date": "2023-11-02",
        "condition_source_value": "local",
    }
    episode = {
        "person_id": "7",
        "episode_id": "1",
        "episode_concept_id": "66",
        "episode_start_date": "2023-10-01",
    }
    told = {
        "condition_occurrence": [condition],
        "episode": [episode],
        "measurement": [measured("36769180", "2023-12-01")],
    }
    assert patient(listed, **told)["metastatic_diagnosis_date"] == "2023-10-01"
    assert patient(**told)["metastatic_diagnosis_date"] == "2023-12-01"


@pytest.mark.parametrize(
    ("concept", "text", "status"),
    [
        ("9191", None, "positive"),
        ("9189", "80 %", "negative"),
        ("0", " Positive", "positive"),
        ("0", "NEGATIVE", "negative"),
        ("0", "unknown", "unknown"),
        (None, "8/12", "8/12"),
        ("45877985", "weak", "weak"),
        ("0", "", None),
    ],
)
def test_a_receptor_status_is_that_of_the_concept_else_of_the_text(
    concept: str | None, text: str | None, status: str | None
) -> None:
    row = patient(measurement=[measured(ER, value_as_concept_id=concept, value_source_value=text)])
    assert (row["er_status"], row["pr_status"]) == (status, None)
    row = patient(measurement=[measured(PR, value_as_concept_id=concept, value_source_value=text)])
    assert (row["er_status"], row["pr_status"]) == (None, status)


def test_a_registry_lists_its_own_concepts_of_receptors_and_values() -> None:
    listed: list[SettingRow] = [("concepts.er", "", "77"), ("concepts.positive", "", "88")]
    row = patient(listed, measurement=[measured("77", value_as_concept_id="88", value_source_value="x")])
    assert row["er_status"] == "positive"


def test_the_newest_status_that_says_something_counts() -> None:
    told = [
        measured(ER, "2023-01-01", value_as_concept_id="9189"),
        measured(ER, "2024-01-01", value_as_concept_id="9191"),
        measured(ER, "2024-06-01", value_as_concept_id="0", value_source_value=" "),
    ]
    assert patient(measurement=told)["er_status"] == "positive"


def test_two_statuses_of_one_day_that_differ_pass_joined_for_the_gate() -> None:
    told = [
        measured(ER, value_as_concept_id="9191"),
        measured(ER, value_as_concept_id="9189"),
        measured(ER, value_as_concept_id="9191"),
    ]
    assert patient(measurement=told)["er_status"] == "negative / positive"


def test_one_status_of_both_receptors_together_is_neither_s() -> None:
    row = measured("3000481", value_as_concept_id="9191")
    assert (patient(measurement=[row])["er_status"], patient(measurement=[row])["pr_status"]) == (None, None)
    told = meanings("omop", person=[PERSON], measurement=[row])
    assert told["measurement", "one status of both receptors together", None] == 1


def test_what_is_said_of_one_person_says_nothing_of_another() -> None:
    other = {
        "death": [{"person_id": "8", "death_date": "2023-02-01"}],
        "measurement": [{**measured("36769180"), "person_id": "8"}, {**measured(ER), "person_id": "8"}],
    }
    row = patient(**other)
    assert {row[name] for name in ("death_date", "metastatic_diagnosis_date", "er_status")} == {None}

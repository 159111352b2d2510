"""What episodes of OMOP become of lines of therapy, and what drug exposures do not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.adapted import Record, made, meanings

LINE, REGIMEN, CYCLE = "32941", "32531", "32532"


def episode(id_: str, concept: str, start: str, **cells: str | None) -> Record:
    return {
        "episode_id": id_,
        "person_id": "7",
        "episode_concept_id": concept,
        "episode_start_date": start,
        **{f"episode_{name}": value for name, value in cells.items()},
    }


def lines(*episodes: Record) -> list[dict[str, Any]]:
    return made("omop", episode=episodes)["therapy_lines"]


def cycles(parent: str, *starts: str) -> list[Record]:
    return [episode(f"9{n}", CYCLE, start, parent_id=parent) for n, start in enumerate(starts)]


@pytest.mark.parametrize("concept", [LINE, REGIMEN])
def test_an_episode_of_treatment_is_a_line_with_its_own_number(concept: str) -> None:
    disease = episode("1", "32533", "2023-12-20")
    treatment = episode(
        "2",
        concept,
        "2024-01-10",
        parent_id="1",
        number="3",
        end_date="2024-06-01",
        source_value="letrozole",
    )
    assert lines(disease, treatment) == [
        {
            "patient_id": "7",
            "line_number": "3",
            "regimen": "letrozole",
            "start_date": "2024-01-10",
            "end_date": "2024-06-01",
            "end_reason": None,
            "cycle_length_days": None,
            "row_number": 2,
            "file": "episode.csv",
        }
    ]


def test_the_number_of_a_line_is_whole_and_a_midnight_is_a_day() -> None:
    (line,) = lines(episode("2", LINE, "2024-01-10 00:00:00", number="3.0", end_date="2024-06-01 00:00:00"))
    assert (line["line_number"], line["start_date"], line["end_date"]) == ("3", "2024-01-10", "2024-06-01")


def test_a_regimen_inside_of_a_line_is_a_part_of_it_and_names_it_where_the_line_has_no_name() -> None:
    part = episode("3", REGIMEN, "2024-01-10", parent_id="2.0", source_value="palbociclib")
    other = episode("4", REGIMEN, "2024-01-10", parent_id="2", source_value="letrozole")
    (line,) = lines(episode("2", LINE, "2024-01-10", number="1"), part, other)
    assert (line["regimen"], line["row_number"]) == ("letrozole + palbociclib", 1)
    (line,) = lines(part, other, episode("2", LINE, "2024-01-10", number="1", source_value="both"))
    assert line["regimen"] == "both"


def test_an_episode_that_is_called_its_own_parent_is_a_line() -> None:
    (line,) = lines(episode("2", LINE, "2024-01-10", parent_id="2", number="1"))
    assert line["line_number"] == "1"


def test_a_line_without_a_number_or_a_name_reaches_the_gate_without() -> None:
    (line,) = lines(episode("2", LINE, "2024-01-10"))
    assert (line["line_number"], line["regimen"]) == (None, None)


@pytest.mark.parametrize(
    ("starts", "days"),
    [
        (["2024-01-10", "2024-02-07", "2024-03-06"], "28"),
        (["2024-03-06", "2024-01-10", "2024-02-07"], "28"),
        (["2024-01-01", "2024-01-22", "2024-02-12", "2024-03-25"], "21"),
        (["2024-01-01", "2024-01-22", "2024-02-19"], "25"),
        (["2024-01-01", "2024-01-01", "2024-01-22"], "21"),
        (["2024-01-01"], None),
        (["2024-01-01", "soon"], None),
        ([], None),
    ],
)
def test_the_length_of_a_cycle_is_the_median_distance_of_the_starts(
    starts: list[str], days: str | None
) -> None:
    (line,) = lines(episode("2", LINE, "2024-01-10", number="1"), *cycles("2", *starts))
    assert line["cycle_length_days"] == days


def test_cycles_of_a_part_are_those_of_its_line_and_of_no_other() -> None:
    first = episode("2", LINE, "2024-01-10", number="1")
    part = episode("3", REGIMEN, "2024-01-10", parent_id="2")
    second = episode("4", LINE, "2024-08-10", number="2")
    one, two = lines(first, part, second, *cycles("3", "2024-01-10", "2024-01-31"))
    assert (one["cycle_length_days"], two["cycle_length_days"]) == ("21", None)


def test_each_episode_is_counted_by_what_it_is() -> None:
    rows = [
        episode("1", "32533", "2023-12-20"),
        episode("2", LINE, "2024-01-10", number="1"),
        episode("3", REGIMEN, "2024-01-10", parent_id="2"),
        *cycles("3", "2024-01-10", "2024-01-31"),
        episode("5", "32949", "2024-05-01"),
    ]
    assert meanings("omop", episode=rows) == {
        ("episode", "another episode", None): 2,
        ("episode", "a line of therapy", "therapy_lines"): 1,
        ("episode", "a part of a line", "therapy_lines"): 1,
        ("episode", "a cycle", "therapy_lines"): 2,
    }


def drug(concept: str | None, text: str | None = None, **cells: str | None) -> Record:
    return {
        "person_id": "7",
        "drug_concept_id": concept,
        "drug_exposure_start_date": "2024-01-10",
        "drug_exposure_end_date": "2024-02-10",
        "drug_source_value": text,
        **cells,
    }


AGENTS = [("agents", "55", "letrozole"), ("agents", "Palbo 125", "palbociclib")]


def test_drugs_are_agents_where_the_registry_lists_them_by_concept_or_text() -> None:
    rows = [drug("55.0", "x"), drug("0", " palbo 125 "), drug("77", "aspirin"), drug(None)]
    told = made("omop", AGENTS, drug_exposure=rows)["drug_exposures"]
    assert [(one["row_number"], one["agent"]) for one in told] == [(1, "letrozole"), (2, "palbociclib")]
    assert meanings("omop", AGENTS, drug_exposure=rows) == {
        ("drug_exposure", "an agent against the cancer", "drug_exposures"): 2,
        ("drug_exposure", "another drug", None): 2,
    }
    assert made("omop", drug_exposure=rows)["drug_exposures"] == []


def test_an_imputed_end_is_no_end_and_a_recorded_one_is() -> None:
    rows = [drug("55"), drug("55", verbatim_end_date="2024-02-01")]
    told = made("omop", AGENTS, drug_exposure=rows)["drug_exposures"]
    assert [(one["start_date"], one["end_date"]) for one in told] == [
        ("2024-01-10", None),
        ("2024-01-10", "2024-02-01"),
    ]


def test_drugs_alone_make_no_line_here() -> None:
    assert made("omop", AGENTS, drug_exposure=[drug("55")], episode=[])["therapy_lines"] == []

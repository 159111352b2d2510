"""What a delivery says otherwise of patients of the one before: deaths and dates.

Not here: who and which rows are gone (`test_rules_against_before.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.held_to_before import PEOPLE, after, delivery, result, warnings
from tests.support.deliveries import TINY

# deaths_withdrawn


@pytest.mark.parametrize(
    ("dead", "people", "toml", "status"),
    [
        (PEOPLE[:3], PEOPLE, "", "passed"),
        (PEOPLE[:2], PEOPLE, "", "failed"),
        (PEOPLE[:2], PEOPLE, "[limits]\ndeaths_withdrawn = 0.5\n", "passed"),
        (PEOPLE[1:3], PEOPLE[1:], "", "passed"),  # who is gone is not alive again
    ],
)
def test_the_dead_who_are_alive_again_are_told(
    tmp_path: Path, dead: tuple[str, ...], people: tuple[str, ...], toml: str, status: str
) -> None:
    decision = after(tmp_path, delivery(dead=PEOPLE[:3]), delivery(people, dead=dead), toml)
    found = result(decision, "patients", "deaths_withdrawn")
    assert (found.judged, found.status) == (3 - (people != PEOPLE), status)
    assert decision.is_open
    words = "1 of 3 patients who were dead in the delivery before have no date of death (33.3 %, limit 0 %)"
    assert warnings(decision).get("deaths_withdrawn") == (words if status == "failed" else None)


# dates_moved


@pytest.mark.parametrize(
    ("born", "started", "broken", "status"),
    [
        ({"P0": "1960-05-06"}, {}, 1, "passed"),  # 1 of 20
        ({"P0": "1960-05-06"}, {"P1": "2024-01-02"}, 2, "failed"),
        ({"P0": "1960-05-06"}, {"P0": "2024-01-02"}, 1, "passed"),
        ({"P0": "", "P1": ""}, {"P2": "", "P3": ""}, 0, "passed"),  # not known is not moved
    ],
)
def test_dates_of_over_a_twentieth_of_the_patients_that_moved_are_told(
    tmp_path: Path, born: dict[str, str], started: dict[str, str], broken: int, status: str
) -> None:
    decision = after(tmp_path, delivery(), delivery(born=born, started=started))
    found = result(decision, "patients", "dates_moved")
    assert (found.judged, found.broken, found.status) == (20, broken, status)
    assert decision.is_open
    words = (
        "2 of 20 patients have another birth date, start of line 1 or date of death than before"
        " (10.0 %, limit 5 %)"
    )
    assert warnings(decision).get("dates_moved") == (words if status == "failed" else None)


def test_dates_of_death_that_moved_are_told(tmp_path: Path) -> None:
    def with_deaths(day: str) -> dict[str, str]:
        told = delivery(dead=PEOPLE[:2])
        return {**told, "patients": told["patients"].replace("2024-11-20", day)}

    decision = after(tmp_path, with_deaths("2024-11-20"), with_deaths("2024-11-21"))
    found = result(decision, "patients", "dates_moved")
    assert (found.judged, found.broken, found.status) == (20, 2, "failed")
    assert result(decision, "patients", "deaths_withdrawn").status == "passed"


# contacts_go_back


@pytest.mark.parametrize(
    ("people", "back", "forth", "toml", "status"),
    [
        (300, 15, 0, "", "passed"),
        (300, 16, 0, "", "failed"),
        (300, 16, 0, "[limits]\ncontacts_go_back = 1\n", "passed"),
        (100, 9, 0, "", "passed"),
        (100, 10, 0, "", "failed"),
        (100, 12, 11, "", "failed"),
        (100, 12, 12, "", "passed"),
    ],
)
def test_last_contacts_that_go_back_are_told(
    tmp_path: Path, people: int, back: int, forth: int, toml: str, status: str
) -> None:
    def seen(days: dict[int, str]) -> dict[str, str]:
        header, *_ = TINY["patients"].splitlines()
        names = ["A", "B", "C", *(f"P{number}" for number in range(3, people))]
        rows = [f"{one},female,{days.get(place, '2024-11-20')}" for place, one in enumerate(names)]
        return {"patients": "\n".join([header, *rows]) + "\n"}

    days = dict.fromkeys(range(back), "2024-11-10")
    days |= dict.fromkeys(range(back, back + forth), "2024-11-25")
    decision = after(tmp_path, seen({}), seen(days), toml)
    assert result(decision, "patients", "contacts_go_back").status == status
    words = f"{back} of {people} patients have an earlier last contact than before"
    assert ("contacts_go_back" in warnings(decision)) == (status == "failed")
    assert words in warnings(decision).get("contacts_go_back", words)

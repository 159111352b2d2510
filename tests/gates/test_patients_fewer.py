"""Patients who are lost delivery by delivery, each time within the limit, are told within a year.

Not here: the loss from one delivery to the next (`test_rules_against_before.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.decision import GateDecision
from bpp_etl.warehouse.connection import opened
from tests.gates.held_to_before import PEOPLE, delivery, result, warnings
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, begin_with

RULE = "patients_fewer"
DAYS = ("2024-12-28", "2024-12-29", "2024-12-30", "2024-12-31")
WORDS = "3 of 20 patients of 2024-12-28 are missing now (15.0 %, limit 10 %)"


def deliver(home: Path, day: str, patients: int, toml: str = "") -> GateDecision:
    """Judge the next delivery, of the tiny three and so many others."""
    folder = write_delivery_of(home / "landing", day=day, **delivery(PEOPLE[: patients - 3]))
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return admit(home / "landing", home / "warehouse", with_events=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A registry with twenty patients, and then with eighteen."""
    begin_with(tmp_path, delivery(), DAYS[0])
    assert result(deliver(tmp_path, DAYS[1], 18), "patients", RULE).status == "passed"
    return tmp_path


@pytest.mark.parametrize(("patients", "status"), [(18, "passed"), (17, "failed")])
def test_over_a_tenth_fewer_than_within_the_year_is_told(home: Path, patients: int, status: str) -> None:
    decision = deliver(home, DAYS[2], patients)
    assert decision.is_open
    assert result(decision, "patients", RULE).status == status
    assert warnings(decision).get(RULE) == (WORDS if status == "failed" else None)
    again = deliver(home, DAYS[3], patients)
    assert warnings(again).get(RULE) == (WORDS if status == "failed" else None), "it is told each time"
    assert again.unanswered == ()


@pytest.mark.parametrize(("day", "status"), [("2025-12-28", "failed"), ("2025-12-29", "passed")])
def test_a_year_is_looked_back_on(home: Path, day: str, status: str) -> None:
    assert result(deliver(home, day, 17, "[limits]\ncadence = 1\n"), "patients", RULE).status == status


@pytest.mark.parametrize("limit", ["patients_fewer", "patients_dropped"])
def test_who_may_go_is_not_missed(home: Path, limit: str) -> None:
    decision = deliver(home, DAYS[2], 17, f"[limits]\n{limit} = 1\n")
    assert result(decision, "patients", RULE).status != "failed"


def test_a_loss_that_was_accepted_is_not_told_again(home: Path) -> None:
    accept = "".join(
        f'[accept.{rule}]\nuntil = 2025-06-30\nreason = "moved"\nby = "them"\n'
        for rule in ("patients_dropped", "table_shrunk", RULE)
    )
    assert result(deliver(home, DAYS[2], 12, accept), "patients", "patients_dropped").status == "waived"
    found = result(deliver(home, DAYS[3], 12), "patients", RULE)
    assert (found.judged, found.broken) == (12, 0)


def test_a_working_file_of_an_earlier_version_tells_its_own_patients_alone(home: Path) -> None:
    admitted = WorkingFiles.of(home / "warehouse", "tiny").admitted
    with opened(admitted, is_working_file=True) as con:
        for column in ("of_year", "of_year_patients"):
            con.execute(f"alter table quality.delivery drop column {column}")
    found = result(deliver(home, DAYS[2], 17), "patients", RULE)
    assert (found.judged, found.broken) == (18, 1)

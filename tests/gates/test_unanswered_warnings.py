"""A warning against the delivery before is told until somebody answers it, however many deliveries come.

Not here: which rules warn (`test_rules_against_before.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.decision import GateDecision, Unanswered
from bpp_etl.warehouse.connection import opened, opened_read_only
from tests.gates.held_to_before import PEOPLE, delivery, warnings
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import IN_SERVICE, admit, begin_with, files_in

DAYS = ("2024-12-28", "2024-12-29", "2024-12-30", "2024-12-31")
KEPT = "before_warnings.duckdb"
WORDS = "1 of 1 patients who were dead in the delivery before have no date of death (100.0 %, limit 0 %)"
OPEN = Unanswered("patients", "deaths_withdrawn", WORDS, DAYS[1])
ACCEPT = '[accept.deaths_withdrawn]\nuntil = 2025-06-30\nreason = "a mistake"\nby = "the registry"\n'


def deliver(home: Path, day: str, toml: str = "", **said: object) -> GateDecision:
    """Send the next delivery, and judge it."""
    shutil.rmtree(home / "landing" / "tiny" / day, ignore_errors=True)
    folder = write_delivery_of(home / "landing", day=day, **delivery(**said))
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return admit(home / "landing", home / "warehouse", with_events=False)


def folder_of(home: Path) -> Path:
    return WorkingFiles.of(home / "warehouse", "tiny").folder


@pytest.fixture
def warned(tmp_path: Path) -> Path:
    """A registry whose second delivery has nobody dead who was dead in the first."""
    begin_with(tmp_path, delivery(dead=PEOPLE[:1]), DAYS[0])
    second = deliver(tmp_path, DAYS[1])
    assert warnings(second) == {"deaths_withdrawn": WORDS}
    assert second.unanswered == ()
    return tmp_path


def test_a_warning_is_told_of_every_delivery_until_it_is_accepted(warned: Path) -> None:
    third = deliver(warned, DAYS[2], dead=PEOPLE[1:2])
    assert (warnings(third), third.unanswered) == ({}, (OPEN,))
    again = deliver(warned, DAYS[2], dead=PEOPLE[1:2])
    assert again.unanswered == (OPEN,), "the same delivery, judged again"
    assert files_in(folder_of(warned)) == {*IN_SERVICE, KEPT}
    accepted = deliver(warned, DAYS[2], ACCEPT, dead=PEOPLE[1:2])
    assert accepted.unanswered == ()
    assert files_in(folder_of(warned)) == IN_SERVICE
    assert deliver(warned, DAYS[3], dead=PEOPLE[1:2]).unanswered == (), "once answered it is answered"


def test_a_waiver_that_has_ended_answers_nothing(warned: Path) -> None:
    ended = ACCEPT.replace("2025-06-30", DAYS[1])
    assert deliver(warned, DAYS[2], ended).unanswered == (OPEN,)


def test_a_delivery_that_is_as_it_was_before_takes_the_warning_back(warned: Path) -> None:
    assert deliver(warned, DAYS[2]).unanswered == (OPEN,)
    assert deliver(warned, DAYS[3], dead=PEOPLE[:1]).unanswered == ()
    assert files_in(folder_of(warned)) == IN_SERVICE


def test_what_takes_a_warning_back_is_not_warned_of_itself(tmp_path: Path) -> None:
    moved = dict.fromkeys(PEOPLE[:5], "1970-01-01")
    begin_with(tmp_path, delivery(), DAYS[0])
    assert "dates_moved" in warnings(deliver(tmp_path, DAYS[1], born=moved))
    back = deliver(tmp_path, DAYS[2])
    assert (warnings(back), back.unanswered) == ({}, ())
    assert deliver(tmp_path, DAYS[3]).unanswered == ()


def test_a_rule_that_is_switched_off_waits_for_nothing(warned: Path) -> None:
    assert deliver(warned, DAYS[2], "[limits]\ndeaths_withdrawn = 1\n").unanswered == ()


def test_another_warning_meanwhile_is_held_to_the_same_delivery(warned: Path) -> None:
    moved = dict.fromkeys(PEOPLE[:5], "1970-01-01")
    assert "dates_moved" in warnings(deliver(warned, DAYS[2], born=moved))
    fourth = deliver(warned, DAYS[3], born=moved)
    assert {(one.rule, one.since) for one in fourth.unanswered} == {
        ("deaths_withdrawn", DAYS[1]),
        ("dates_moved", DAYS[2]),
    }
    with opened_read_only(folder_of(warned) / KEPT) as con:
        assert con.execute("select delivery from quality.delivery").fetchall() == [(DAYS[0],)]
    last = deliver(warned, f"{DAYS[3]}-2", dead=PEOPLE[:1])
    assert (warnings(last), last.unanswered) == ({}, ())


def test_what_an_earlier_version_warned_of_waits_too(warned: Path) -> None:
    with opened(folder_of(warned) / "admitted.duckdb", is_working_file=True) as con:
        for column in ("unanswered", "unanswered_since", "unanswered_warnings"):
            con.execute(f"alter table quality.delivery drop column {column}")
    (folder_of(warned) / KEPT).unlink()
    assert deliver(warned, DAYS[2]).unanswered == (OPEN,)
    back = deliver(warned, DAYS[3], dead=PEOPLE[:1])
    assert back.unanswered == (OPEN,), "nothing is left to hold it to: it is to be accepted"


def test_a_delivery_that_counts_again_waits_for_what_it_was_warned_of(warned: Path) -> None:
    deliver(warned, DAYS[2], born={PEOPLE[0]: "1970-01-01", PEOPLE[1]: "1970-01-01"})
    newest = warned / "landing" / "tiny" / DAYS[2]
    newest.rename(warned / "away")
    again = admit(warned / "landing", warned / "warehouse", with_events=False)
    assert (again.delivery, again.unanswered) == (DAYS[1], (OPEN,))

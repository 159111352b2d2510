"""A delivery held to the registry's last admitted one: who and what is gone, and what says something else.

Not here: rules that look at one delivery alone (`test_shut_rules.py`, `test_record_rules.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.decision import GateDecision, RuleResult
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import admit, begin_with

FIRST, SECOND = "2024-12-30", "2024-12-31"
PEOPLE = tuple(f"P{number}" for number in range(17))
"""Seventeen patients beside the tiny three, each with a line, two CTs and a lesion: twenty with CTs."""

Texts = Mapping[str, str]


def delivery(
    people: Iterable[str] = PEOPLE,
    *,
    dead: Iterable[str] = (),
    born: Mapping[str, str] | None = None,
    started: Mapping[str, str] | None = None,
    without_lesion: Iterable[str] = (),
    without_ct: Iterable[str] = (),
) -> dict[str, str | None]:
    """Write the tables of the tiny patients and of others, about whom something may be said otherwise.

    The tables that need not be there are not: what they hold is compared by itself.
    """
    people, dead, without_lesion, without_ct = list(people), set(dead), set(without_lesion), set(without_ct)
    birth = dict.fromkeys(PEOPLE, "1960-05-05") | dict(born or {})
    start = dict.fromkeys(PEOPLE, "2024-01-01") | dict(started or {})
    header, *tiny = TINY["patients"].splitlines()
    patients = [f"{header},birth_date,death_date", *(f"{row},," for row in tiny)]
    patients += [
        f"{one},female,2024-11-0{2 + number % 7},{birth[one]},{'2024-11-20' if one in dead else ''}"
        for number, one in enumerate(people)
    ]
    lines = [f"{one},1,made up,{start[one]},,21" for one in people if start[one]]
    images = [
        f"{one}{place},{one},{day},{'MRI' if one in without_ct else 'CT'},true,SD"
        for one in people
        for place, day in enumerate(("2023-12-20", "2024-02-12"))
    ]
    lesions = [f"{one}1,L1,rib,osteoblastic,stable,none,false" for one in people if one not in without_lesion]
    return {
        "lab_results": None,
        "her2_tests": None,
        "patients": "\n".join(patients) + "\n",
        **{
            table: TINY[table] + "".join(f"{row}\n" for row in rows)
            for table, rows in (
                ("therapy_lines", lines),
                ("imaging_assessments", images),
                ("bone_lesions", lesions),
            )
        },
    }


def after(
    home: Path,
    before: Mapping[str, str | None],
    now: Mapping[str, str | None],
    toml: str = "",
    days: tuple[str, str] = (FIRST, SECOND),
) -> GateDecision:
    """Admit a delivery, and judge the next one of the registry."""
    begin_with(home, before, days[0])
    folder = home / "landing" / "tiny" / days[0]
    if days[0] == days[1]:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    write_delivery_of(home / "landing", day=days[1], **now)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return admit(home / "landing", home / "warehouse", with_events=False)


def result(decision: GateDecision, table: str, rule: str) -> RuleResult:
    (found,) = (one for one in decision.rules if (one.table, one.rule) == (table, rule))
    return found


def causes(decision: GateDecision) -> set[tuple[str, str]]:
    return {(cause.table, cause.rule) for cause in decision.causes}


def warnings(decision: GateDecision) -> dict[str, str]:
    return {breach.rule: breach.message for breach in decision.warnings}


RULES = {
    ("patients", "patients_dropped"),
    ("bone_lesions", "table_shrunk"),
    ("patients", "deaths_withdrawn"),
    ("patients", "dates_moved"),
    ("delivery", "delivery_repeats"),
}


def test_a_first_delivery_is_held_to_none(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", **delivery())
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert {result(decision, *rule).status for rule in RULES} == {"not_applicable"}


def test_a_delivery_that_goes_on_from_the_one_before_holds_all_rules(tmp_path: Path) -> None:
    now = delivery(dead=PEOPLE[:1])
    decision = after(tmp_path, delivery(PEOPLE[:16]), now)
    assert decision.is_open
    assert warnings(decision) == {}
    told = {rule: result(decision, *rule) for rule in RULES}
    assert {rule for rule, one in told.items() if one.status != "passed"} == {
        ("patients", "deaths_withdrawn")
    }
    assert told["patients", "patients_dropped"].judged == 19
    assert told["bone_lesions", "table_shrunk"].judged == 18


# patients_dropped


@pytest.mark.parametrize(
    ("kept", "toml", "status"),
    [
        (15, "", "passed"),  # 2 of 20
        (14, "", "failed"),
        (14, "[limits]\npatients_dropped = 0.15\n", "passed"),
        (10, "[limits]\npatients_dropped = 1\ntable_shrunk = 1\n", "passed"),
    ],
)
def test_more_than_a_tenth_of_the_patients_before_gone_shuts(
    tmp_path: Path, kept: int, toml: str, status: str
) -> None:
    decision = after(tmp_path, delivery(), delivery(PEOPLE[:kept]), toml)
    found = result(decision, "patients", "patients_dropped")
    assert (found.judged, found.broken, found.status) == (20, 17 - kept, status)
    assert causes(decision) == ({("patients", "patients_dropped")} if status == "failed" else set())
    if status == "failed":
        (cause,) = decision.causes
        assert cause.message == "3 of 20 patients of the delivery before are gone (15.0 %, limit 10 %)"


def test_patients_who_are_called_otherwise_are_gone_though_the_table_is_as_long(tmp_path: Path) -> None:
    tables = delivery()
    anew = {table: text and text.replace("P", "Q") for table, text in tables.items()}
    decision = after(tmp_path, tables, anew)
    assert ("patients", "patients_dropped") in causes(decision)
    assert result(decision, "patients", "table_shrunk").broken == 0


def test_a_shut_delivery_leaves_the_one_before_to_compare_the_next_with(tmp_path: Path) -> None:
    assert not after(tmp_path, delivery(), delivery(PEOPLE[:5])).is_open
    write_delivery_of(tmp_path / "landing", day="2025-01-01", **delivery(PEOPLE[:5]))
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert result(decision, "patients", "patients_dropped").broken == 12
    with opened_read_only(WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted) as con:
        assert con.execute("select delivery from quality.delivery").fetchall() == [(FIRST,)]


def test_a_required_table_that_is_missing_is_told_once(tmp_path: Path) -> None:
    decision = after(tmp_path, delivery(), {**delivery(), "patients": None})
    assert ("patients", "table_missing") in causes(decision)
    assert result(decision, "patients", "patients_dropped").status == "not_applicable"
    assert result(decision, "patients", "table_shrunk").status == "not_applicable"


# table_shrunk


def her2_of(count: int) -> dict[str, str]:
    rows = (f"A,2023-11-{day + 1:02d},metastasis,0\n" for day in range(count))
    return {"her2_tests": TINY["her2_tests"].split("\n", 1)[0] + "\n" + "".join(rows)}


@pytest.mark.parametrize(
    ("count", "toml", "status"),
    [
        (16, "", "passed"),
        (15, "", "failed"),
        (15, "[limits]\ntable_shrunk = 0.25\n", "passed"),
        (28, "", "passed"),
    ],
)
def test_a_table_under_four_fifths_of_its_rows_before_shuts(
    tmp_path: Path, count: int, toml: str, status: str
) -> None:
    decision = after(tmp_path, her2_of(20), her2_of(count), toml)
    found = result(decision, "her2_tests", "table_shrunk")
    assert (found.judged, found.broken, found.status) == (20, max(0, 20 - count), status)
    assert causes(decision) == ({("her2_tests", "table_shrunk")} if status == "failed" else set())
    if status == "failed":
        (cause,) = decision.causes
        assert (
            cause.message == "5 of 20 rows of her2_tests in the delivery before are gone (25.0 %, limit 20 %)"
        )


def test_an_optional_table_that_is_left_out_shuts_where_it_was_there_before(tmp_path: Path) -> None:
    decision = after(tmp_path, {}, {"lab_results": None})
    assert causes(decision) == {("lab_results", "table_shrunk")}


@pytest.mark.parametrize(
    ("lost", "without_ct", "toml", "status"),
    [
        (PEOPLE[:1], (), "", "passed"),  # 1 of 19: the tiny C has no lesion before
        (PEOPLE[:2], (), "", "failed"),  # 2 of 19
        (PEOPLE[:2], PEOPLE[:1], "", "passed"),  # one of the two has no CT any more
        (PEOPLE[:2], (), "[limits]\ntable_shrunk = 1\n", "passed"),
    ],
)
def test_patients_with_cts_who_have_lost_every_lesion_shut(
    tmp_path: Path, lost: tuple[str, ...], without_ct: tuple[str, ...], toml: str, status: str
) -> None:
    now = delivery(without_lesion=lost, without_ct=without_ct)
    decision = after(tmp_path, delivery(), now, toml)
    assert result(decision, "bone_lesions", "table_shrunk").status == status
    assert causes(decision) == ({("bone_lesions", "table_shrunk")} if status == "failed" else set())
    if status == "failed":
        (cause,) = decision.causes
        assert cause.message == (
            "2 of 19 patients with CTs have lost every row of bone_lesions (10.5 %, limit 10 %)"
        )


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


# delivery_repeats


def reversed_rows(tables: Texts) -> dict[str, str]:
    told = {}
    for table, text in tables.items():
        header, *rows = text.splitlines()
        told[table] = "\n".join([header, *reversed(rows)]) + "\n"
    return told


def test_a_delivery_with_the_rows_of_the_one_before_in_any_order_is_told(tmp_path: Path) -> None:
    decision = after(tmp_path, TINY, reversed_rows(TINY))
    assert decision.is_open
    words = f"the admitted rows of all tables are those of {FIRST}"
    assert warnings(decision) == {"delivery_repeats": words}


def test_a_limit_of_one_lets_a_delivery_repeat(tmp_path: Path) -> None:
    assert warnings(after(tmp_path, TINY, TINY, "[limits]\ndelivery_repeats = 1\n")) == {}


@pytest.mark.parametrize("table", sorted(TINY))
def test_a_delivery_with_another_cell_in_one_table_repeats_nothing(tmp_path: Path, table: str) -> None:
    cells = {
        "patients": ("C,female,2024-12-01", "C,female,2024-12-02"),
        "therapy_lines": ("C,1,made up", "C,1,another"),
        "imaging_assessments": ("C1,C,2024-02-12,CT,true,SD", "C1,C,2024-02-12,CT,true,PR"),
        "bone_lesions": ("B1,L1,rib", "B1,L1,spine"),
        "lab_results": ("150,U/L", "151,U/L"),
        "her2_tests": ("primary,0", "primary,1+"),
    }
    decision = after(tmp_path, TINY, {**TINY, table: TINY[table].replace(*cells[table])})
    assert result(decision, "delivery", "delivery_repeats").status == "passed"
    assert warnings(decision) == {}


# which delivery is the one before


def test_a_delivery_that_is_judged_again_is_held_to_no_other(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", **delivery())
    for _ in range(2):
        decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert {result(decision, *rule).status for rule in RULES} == {"not_applicable"}


def test_files_put_in_the_place_of_a_delivery_s_are_held_to_them_and_repeat_nothing(tmp_path: Path) -> None:
    decision = after(tmp_path, delivery(), delivery(PEOPLE[:5]), days=(FIRST, FIRST))
    assert ("patients", "patients_dropped") in causes(decision)
    before = {**delivery(), "her2_tests": TINY["her2_tests"]}
    other = after(tmp_path / "other", before, delivery(), days=(FIRST, FIRST))
    assert result(other, "delivery", "delivery_repeats").status == "not_applicable"


def test_an_older_delivery_is_not_held_to_a_newer_that_was_taken_away(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    newer = write_delivery_of(landing, day=SECOND, **delivery())
    assert admit(landing, tmp_path / "warehouse", with_events=False).is_open
    newer.rename(tmp_path / "away")
    write_delivery_of(landing, day=FIRST, **delivery(PEOPLE[:3]))
    decision = admit(landing, tmp_path / "warehouse", with_events=False)
    assert decision.is_open
    assert result(decision, "patients", "patients_dropped").status == "not_applicable"


def test_a_broken_file_of_the_delivery_before_is_no_hindrance(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", day=FIRST)
    admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted.write_text("no database", encoding="utf-8")
    write_delivery_of(tmp_path / "landing", day=SECOND)
    assert admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False).is_open

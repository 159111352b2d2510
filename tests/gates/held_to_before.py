"""Two deliveries of one registry, the patients of both, and what the gate says of the second.

Not here: tests (`test_rules_against_before.py`, `test_changed_patients.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bpp_etl.gate.decision import GateDecision, RuleResult
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

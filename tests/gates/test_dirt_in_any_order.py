"""Dirt of every kind, drawn at random: no row is lost or made, and the order of the rows decides nothing.

Not here: what becomes of a single row (`test_conservation.py`, `test_row_rules.py`). No reference is needed:
the same rows are judged in other orders, and must come out alike.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.contract import delivered_columns
from schemas.laws import TextLaw
from schemas.rules import RULES
from schemas.tables import TABLES
from tests.gates.test_conservation import EVERYTHING_GOES, RECODE, cell
from tests.support.deliveries import write_texts
from tests.support.gating import Gated, gated

SHARES = {
    "patients": 0.05,
    "therapy_lines": 0.1,
    "imaging_assessments": 0.25,
    "bone_lesions": 0.3,
    "lab_results": 0.25,
    "her2_tests": 0.05,
}
"""How the rows are shared out among the tables, about as a registry's are."""


class _Sound(random.Random):
    """Draws the first of all choices, which is sound."""

    def random(self) -> float:
        return 0.0


SOUND = _Sound()
OF_SPELLING = {"value_from_upper_limit"} | {
    rule.id for rule in RULES if isinstance(rule.law, TextLaw) and rule.severity == "flag"
}
"""Flags of how a row is written: of rows that say the same in two ways the first is kept."""
Lines = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Outcome:
    """What is left of a judged delivery once rows have no number: admitted rows, broken rules, counts."""

    core: dict[str, Counter[str]]
    refused: dict[str, Counter[tuple[str, ...]]]
    rules: list[tuple[str, str, int, int, str]]
    counts: list[tuple[str, int, int, int, int]]


def drawn(rows: int, seed: int) -> Lines:
    """Draw a delivery of so many rows; some are copies, some have a field too many or too few."""
    draw = random.Random(seed)
    patients = max(2, round(rows * SHARES["patients"]))
    scans = max(2, round(rows * SHARES["imaging_assessments"]))
    made: Lines = {}
    for name, table in TABLES.items():
        lines: list[list[str]] = []
        for place in range(max(2, round(rows * SHARES[name]))):
            if lines and draw.random() < 0.05:
                lines.append(draw.choice(lines))
                continue
            own = {
                "patient_id": f"P{place if name == 'patients' else draw.randrange(patients)}",
                "assessment_id": f"S{place if name == 'imaging_assessments' else draw.randrange(scans)}",
                "lesion_id": f"L{draw.randrange(5)}",
            }
            line = [
                own[one.name]
                if one.name in own and draw.random() < 0.97
                else cell(one.name, one.kind, one.codes, SOUND if draw.random() < 0.8 else draw)
                for one in delivered_columns(table.contract)
            ]
            if draw.random() < 0.02:
                line = [*line, "more"] if draw.random() < 0.5 else line[:-1]
                line = [text.replace("\n", " ") for text in line]
            lines.append(line)
        made[name] = lines
    return made


def judged(landing: Path, made: Lines, order: int) -> Gated:
    texts = {}
    for name, lines in made.items():
        mixed = list(lines)
        random.Random(order).shuffle(mixed)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([one.name for one in delivered_columns(TABLES[name].contract)])
        writer.writerows(mixed)
        texts[f"{name}.csv"] = out.getvalue()
    return gated(write_texts(landing, texts, toml=EVERYTHING_GOES + RECODE))


def outcome(one: Gated) -> Outcome:
    refused: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in TABLES}
    for (name, _), rules in one.refused.items():
        refused[name][tuple(rules)] += 1
    return Outcome(
        core={name: Counter(_said(row) for row in rows) for name, rows in one.core.items()},
        refused=refused,
        rules=[
            (r.table, r.rule, r.judged, r.broken, r.status)
            for r in one.decision.rules
            if r.rule not in OF_SPELLING
        ],
        counts=[(c.table, c.delivered, c.admitted, c.refused, c.ignored) for c in one.decision.tables],
    )


def _said(row: tuple[object, ...]) -> str:
    cells = (
        [flag for flag in cell if flag not in OF_SPELLING] if isinstance(cell, list) else cell
        for cell in row[:-1]
    )
    return repr(tuple(cells))


def hold(tmp_path: Path, rows: int, seed: int, orders: int) -> None:
    made = drawn(rows, seed)
    first = judged(tmp_path / "0", made, 0)
    assert first.read.problems == ()
    assert {c.table: c.delivered for c in first.decision.tables} == {name: len(made[name]) for name in TABLES}
    assert all(c.is_conserved and c.broken and first.core[c.table] for c in first.decision.tables)
    expected = outcome(first)
    assert any(rule == "field_count_differs" and broken for _, rule, _, broken, _ in expected.rules)
    for order in range(1, orders):
        assert outcome(judged(tmp_path / f"{order}", made, order)) == expected


def test_dirt_is_conserved_and_comes_out_alike_in_any_order(tmp_path: Path) -> None:
    hold(tmp_path, rows=1_000, seed=1, orders=2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [2, 3])
def test_a_hundred_thousand_rows_of_dirt_are_conserved_and_come_out_alike(tmp_path: Path, seed: int) -> None:
    hold(tmp_path, rows=100_000, seed=seed, orders=3)

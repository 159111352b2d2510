"""No row is lost or made: delivered = admitted + refused + ignored; a refused parent takes its children too.

Not here: single rules. The deliveries are drawn at random from sound and unsound cells; what is expected is
counted from the drawn rows, without any of the product's code.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import pytest

from bpp_etl.gate import stage
from bpp_etl.gate.decision import TableCount
from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.support.deliveries import TINY, with_rows, write_delivery_of, write_texts
from tests.support.gating import Gated, gated
from tests.support.row_cases import CaseDelivery

EVERYTHING_GOES = "[limits]\ncadence = 1\n" + "".join(f"{table} = 1\n" for table in TABLES)
RECODE = '[recode.lab_results.analyte]\nAP = "ALP_TOTAL"\n'
KNOWN_ANALYTES = {"ALP_TOTAL", "ALP_BONE", "6768-6", "17838-4", "AP"}

CELLS: Mapping[str, tuple[str, ...]] = {
    "patient_id": ("A", "B", "C", "D", " A", "", "E"),
    "assessment_id": ("1", "2", "3", "4", "5", "", "6 "),
    "lesion_id": ("L1", "L2", "L3", ""),
    "line_number": ("1", "2", "3", "0", "1.5", ""),
    "date": (
        "2024-01-05",
        "2024-03-01",
        "2023-12-20",
        "2024-05-06",
        "2024-03",
        "2024-02-30",
        "2030-01-01",
        "",
    ),
    "number": ("1", "21", "100.5", "30000", "<5", "x", "-1", "", "1e2", "1,5"),
    "boolean": ("true", "no", "1", "perhaps", ""),
    "analyte": ("ALP_TOTAL", "6768-6", "AP", "CALCIUM", "", "alp_total", "17838-4"),
    "unit": ("U/L", "ukat/L", "xULN", "ug/L", "stone", ""),
    "text": ("a", "line\nbreak", 'quo"te', "", "  ", "a,b"),
}


def cell(column_name: str, kind: str, codes: tuple[str, ...], draw: random.Random) -> str:
    """Draw a cell; most are sound, so that rows of every fate come about."""
    choices = CELLS.get(column_name) or CELLS.get(kind) or CELLS["text"]
    if kind == "integer" and column_name not in CELLS:
        choices = CELLS["number"]
    if kind == "code" and column_name not in CELLS:
        choices = (*codes, codes[0].upper(), "")
    return choices[0] if draw.random() < 0.6 else draw.choice(choices)


def drawn(seed: int) -> CaseDelivery:
    """Draw tables of up to 40 rows; some rows are copies of rows before."""
    draw = random.Random(seed)
    made = CaseDelivery()
    for name, table in TABLES.items():
        columns = delivered_columns(table.contract)
        rows: list[dict[str, str]] = []
        for _ in range(draw.choice((0, 5, 40)) if not table.is_required else draw.choice((5, 20, 40))):
            if rows and draw.random() < 0.2:
                rows.append(dict(draw.choice(rows)))
            else:
                rows.append({c.name: cell(c.name, c.kind, c.codes, draw) for c in columns})
        made.tables[name] = rows
    return made


def gate_drawn(landing: Path, made: CaseDelivery) -> Gated:
    texts = {f"{table}.csv": made.text_of(table) for table in TABLES}
    return gated(write_texts(landing, texts, toml=EVERYTHING_GOES + RECODE))


def rows_of(text: str) -> int:
    """Count the rows of a csv text with another reader than the product's."""
    return sum(1 for row in csv.reader(text.splitlines(keepends=True)) if row) - 1


def hold(made: CaseDelivery, one: Gated) -> None:
    """Assert conservation, and that no child is without its parent."""
    counts: dict[str, TableCount] = {count.table: count for count in one.decision.tables}
    for table, rows in made.tables.items():
        count = counts[table]
        ignored = {
            number
            for number, row in enumerate(rows, start=1)
            if table == "lab_results" and row["analyte"].strip() not in KNOWN_ANALYTES | {""}
        }
        refused = {number for name, number in one.refused if name == table}
        admitted = {row[-1] for row in one.core[table]}
        assert len(admitted) == len(one.core[table])
        assert not refused & admitted
        assert refused | admitted | ignored == set(range(1, len(rows) + 1))
        assert not (refused | admitted) & ignored
        assert count.delivered == len(rows) == rows_of(made.text_of(table))
        assert count.ignored == len(ignored)
        assert count.broken == len(refused)
        assert count.is_conserved
        assert one.result(table, "rows_not_conserved").broken == 0
        if one.decision.is_open:
            assert (count.admitted, count.refused) == (len(admitted), len(refused))
        else:
            assert (count.admitted, count.refused) == (0, len(rows) - len(ignored))
    patients = {row[1] for row in one.core["patients"]}
    for table in ("therapy_lines", "lab_results", "her2_tests"):
        assert {row[1] for row in one.core[table]} <= patients
    assert {row[2] for row in one.core["imaging_assessments"]} <= patients
    assert {row[1] for row in one.core["bone_lesions"]} <= {row[1] for row in one.core["imaging_assessments"]}


@pytest.mark.parametrize("seed", range(3))
def test_every_row_is_admitted_refused_or_ignored(tmp_path: Path, seed: int) -> None:
    made = drawn(seed)
    hold(made, gate_drawn(tmp_path, made))


@pytest.mark.soak
@pytest.mark.parametrize("start", range(1000, 1200, 20))
def test_every_row_is_admitted_refused_or_ignored_at_length(tmp_path: Path, start: int) -> None:
    for seed in range(start, start + 20):
        made = drawn(seed)
        hold(made, gate_drawn(tmp_path / str(seed), made))


def test_a_refused_patient_takes_along_everything_of_that_patient(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path, patients=TINY["patients"].replace("A,female", "A,undisclosed"))
    (folder.parent / "registry.toml").write_text(EVERYTHING_GOES, encoding="utf-8")
    one = gated(folder)
    assert one.refused == {
        ("patients", 1): ["code_unknown"],
        ("therapy_lines", 1): ["unknown_patient"],
        **{("imaging_assessments", row): ["unknown_patient"] for row in range(1, 6)},
        ("bone_lesions", 1): ["unknown_assessment"],
        **{("lab_results", row): ["unknown_patient"] for row in (1, 2, 3)},
        ("her2_tests", 1): ["unknown_patient"],
    }


def test_a_refused_assessment_takes_along_its_lesions_only(tmp_path: Path) -> None:
    text = TINY["imaging_assessments"].replace("A1,A,2024-02-12", "A1,A,2024-02")
    folder = write_delivery_of(tmp_path, imaging_assessments=text)
    (folder.parent / "registry.toml").write_text(EVERYTHING_GOES, encoding="utf-8")
    assert gated(folder).refused == {
        ("imaging_assessments", 2): ["date_is_partial"],
        ("bone_lesions", 1): ["unknown_assessment"],
    }


def test_a_row_that_breaks_several_rules_names_them_all(tmp_path: Path) -> None:
    text = with_rows("lab_results", "nobody,ALP_TOTAL,2025-06-01,0,U/L,-1")
    folder = write_delivery_of(tmp_path, lab_results=text)
    (folder.parent / "registry.toml").write_text(EVERYTHING_GOES, encoding="utf-8")
    assert gated(folder).refused == {
        ("lab_results", 4): [
            "date_in_future",
            "limit_not_positive",
            "unknown_patient",
            "value_not_positive",
        ]
    }


def test_of_three_alike_one_is_kept_and_a_fourth_that_differs_spoils_the_key(tmp_path: Path) -> None:
    text = TINY["patients"] + "A,female,2024-12-01\n" * 2
    one = gated(write_delivery_of(tmp_path / "alike", patients=text))
    assert {place: rules for place, rules in one.refused.items() if place[0] == "patients"} == {
        ("patients", 4): ["duplicate_row"],
        ("patients", 5): ["duplicate_row"],
    }
    one = gated(write_delivery_of(tmp_path / "differs", patients=text + "A,male,2024-12-01\n"))
    assert {place: rules for place, rules in one.refused.items() if place[0] == "patients"} == {
        ("patients", 1): ["duplicate_key"],
        ("patients", 4): ["duplicate_key", "duplicate_row"],
        ("patients", 5): ["duplicate_key", "duplicate_row"],
        ("patients", 6): ["duplicate_key"],
    }


class LossyResources:
    """Gives a table's own SQL out so changed that it loses its first row, as a wrong join would."""

    def __init__(self, table: str) -> None:
        self.table = table

    def files(self, package: str) -> LossyResources:
        self.package = package
        return self

    def joinpath(self, name: str) -> LossyResources:
        self.name = name
        return self

    def read_text(self, encoding: str) -> str:
        sql = resources.files(self.package).joinpath(self.name).read_text(encoding)
        return f"{sql}\nwhere row_number <> 1" if self.name == f"sql/{self.table}.sql" else sql


@pytest.mark.parametrize("table", stage.DERIVED)
def test_a_row_that_is_lost_on_the_way_shuts_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(stage, "resources", LossyResources(table))
    one = gated(write_delivery_of(tmp_path))
    assert (table, "rows_not_conserved") in one.causes()


def test_copies_of_ignored_rows_are_ignored_too(tmp_path: Path) -> None:
    text = with_rows("lab_results", *["A,CALCIUM,2024-02-01,2.3,mmol/L,"] * 3)
    one = gated(write_delivery_of(tmp_path, lab_results=text))
    (count,) = (count for count in one.decision.tables if count.table == "lab_results")
    assert (count.delivered, count.admitted, count.refused, count.ignored) == (6, 3, 0, 3)

"""Rows of a patient who was erased are left out before the gate, counted, and told until the registry stops.

Not here: erasing (`tests/unit/erasure`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.admission.due import due_for
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.gate.decision import GateDecision, RuleResult
from bpp_etl.identity.erased import begin_erasure, end_erasure
from bpp_etl.landing.deliveries import survey
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import admit

RULE = "erased_patient_delivered"
EVERYONE = {"A": ("A0", "A1", "A2", "A3", "A4"), "B": ("B0", "B1", "B2"), "C": ("C0", "C1")}


def erase(warehouse: Path, *patients: str) -> None:
    """Put patients on the list, as if they had been erased."""
    for one in patients:
        end_erasure(warehouse, "tiny", begin_erasure(warehouse, "tiny", one, EVERYONE[one]))


def result(decision: GateDecision) -> RuleResult:
    (found,) = (one for one in decision.rules if one.rule == RULE)
    return found


def admitted(warehouse: Path) -> list[str]:
    with opened_read_only(WorkingFiles.of(warehouse, "tiny").admitted) as con:
        return [
            str(one) for (one,) in con.execute("select patient_id from core.patients order by 1").fetchall()
        ]


def test_where_nobody_was_erased_nothing_is_judged(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    one = result(admit(tmp_path / "landing", tmp_path / "warehouse"))
    assert (one.judged, one.broken, one.status) == (0, 0, "not_applicable")


def test_rows_of_the_erased_are_left_out_and_told(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    erase(tmp_path / "warehouse", "B")
    decision = admit(tmp_path / "landing", tmp_path / "warehouse")
    one = result(decision)
    rows = sum(len(text.splitlines()) - 1 for text in TINY.values())
    assert decision.is_open
    assert (one.judged, one.broken, one.status, one.severity) == (rows, 6, "failed", "warn")
    assert admitted(tmp_path / "warehouse") == ["A", "C"]
    assert all(count.is_conserved for count in decision.tables)
    assert sum(count.delivered for count in decision.tables) == rows - 6


def test_once_the_registry_leaves_them_out_nothing_is_told(tmp_path: Path) -> None:
    without = {
        table: "".join(line for line in text.splitlines(keepends=True) if not line.startswith("B"))
        for table, text in TINY.items()
    }
    images = "".join(
        line for line in TINY["imaging_assessments"].splitlines(keepends=True) if ",B," not in line
    )
    write_delivery_of(tmp_path / "landing", **{**without, "imaging_assessments": images})
    erase(tmp_path / "warehouse", "B")
    decision = admit(tmp_path / "landing", tmp_path / "warehouse")
    assert (result(decision).status, decision.warnings) == ("not_applicable", ())


def test_a_delivery_of_none_but_the_erased_is_shut(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    erase(tmp_path / "warehouse", *EVERYONE)
    decision = admit(tmp_path / "landing", tmp_path / "warehouse")
    assert {cause.rule for cause in decision.causes} == {"required_table_empty"}


def test_a_patient_of_another_spelling_or_registry_is_another(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", patients=TINY["patients"] + "b,female,2024-12-01\n")
    write_delivery_of(tmp_path / "landing", registry="other")
    erase(tmp_path / "warehouse", "B")
    admit(tmp_path / "landing", tmp_path / "warehouse")
    assert admitted(tmp_path / "warehouse") == ["A", "C", "b"]
    assert result(admit(tmp_path / "landing", tmp_path / "warehouse", "other")).broken == 0


@pytest.mark.parametrize("cell", ['" B "', "B\u00a0", "\u3000B"])
def test_blanks_around_an_id_hide_nobody(tmp_path: Path, cell: str) -> None:
    labs = TINY["lab_results"] + f"{cell},ALP_TOTAL,2024-01-02,70,U/L,104\n"
    write_delivery_of(tmp_path / "landing", lab_results=labs)
    erase(tmp_path / "warehouse", "B")
    assert result(admit(tmp_path / "landing", tmp_path / "warehouse")).broken == 7


def test_a_list_that_has_grown_has_the_delivery_judged_anew(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    protocols = [load_protocol("xu2025")]
    for patients in ((), ("B",), ("C",)):
        erase(warehouse, *patients)
        assert due_for(warehouse, survey(landing).newest["tiny"], protocols, full=False).action == "judge"
        admit(landing, warehouse)
        assert due_for(warehouse, survey(landing).newest["tiny"], protocols, full=False).action == "nothing"
    assert admitted(warehouse) == ["A"]

"""Evidence that nobody wrote down: told by the gate, and never read as the absence of progression.

Not here: which single CT is read for progression (`tests/spec/test_rule_progression_not_read.py`), and other
rules that are told (`test_warn_rules.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from bpp_etl.demo.profiles import CLEAN
from bpp_etl.demo.registry import generate_registry
from bpp_etl.demo.write import write_delivery
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import gated
from tests.support.warehouses import admit, release

RULE = "response_not_recorded"
STATES_EMPTY = '[recode.imaging_assessments.extraosseous_response]\n"" = "NON_CR_NON_PD"\n'


def responses(*cells: str) -> str:
    """Write the first-line CTs of A, one for each response, among images that do not count."""
    header = TINY["imaging_assessments"].split("\n", 1)[0]
    rows = ["A0,A,2023-12-20,CT,true,", "C9,C,2024-02-12,MRI,true,", "C8,C,2024-02-13,CT,false,"]
    rows += [f"A{place},A,2024-0{place + 1}-12,CT,true,{cell}" for place, cell in enumerate(cells, 1)]
    rows += ["A9,A,2024-07-01,CT,true,", "B1,B,2024-02-12,CT,true,SD", "B2,B,2024-03-25,CT,true,"]
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize(
    ("cells", "toml", "broken", "status"),
    [
        (("SD", ""), "", 2, "passed"),  # with B's: 2 of 4
        (("", ""), "", 3, "failed"),
        (("NE", ""), "", 3, "failed"),
        (("", ""), f"[limits]\n{RULE} = 0.75\n", 3, "passed"),
        (("", ""), STATES_EMPTY, 0, "passed"),
    ],
)
def test_more_than_half_of_the_first_line_cts_without_response_are_told(
    tmp_path: Path, cells: tuple[str, ...], toml: str, broken: int, status: str
) -> None:
    header = TINY["bone_lesions"].split("\n", 1)[0]
    folder = write_delivery_of(
        tmp_path,
        imaging_assessments=responses(*cells),
        # One that is not evaluable for want of a response has no lesion either.
        bone_lesions=f"{header}\nA1,L1,spine,osteoblastic,new,none,false\nB1,L1,rib,osteoblastic,new,none,false\n",
    )
    (folder.parent / "registry.toml").write_text(
        "[limits]\ncadence = 1\n" * ("limits" not in toml) + toml, "utf-8"
    )
    if "limits" in toml:
        (folder.parent / "registry.toml").write_text(toml + "cadence = 1\n", "utf-8")
    one = gated(folder)
    result = one.result("imaging_assessments", RULE)
    assert (result.judged, result.broken, result.status) == (4, broken, status)
    assert one.decision.is_open


def test_a_column_whose_empty_cells_are_given_a_meaning_must_be_delivered(tmp_path: Path) -> None:
    rows = [line.rsplit(",", 1)[0] for line in TINY["imaging_assessments"].splitlines()]
    folder = write_delivery_of(tmp_path, imaging_assessments="\n".join(rows) + "\n")
    assert gated(folder).decision.is_open
    (folder.parent / "registry.toml").write_text(STATES_EMPTY, "utf-8")
    assert gated(folder).causes() == {("imaging_assessments", "column_missing")}


def test_where_all_progress_and_no_response_is_delivered_nobody_is_a_pseudoprogression(
    tmp_path: Path,
) -> None:
    made = generate_registry(400, 11, CLEAN, dt.date(2026, 6, 30))
    folder = tmp_path / "landing" / "tiny" / "2026-06-30"
    write_delivery(made, folder, "csv", shuffle_seed=1)
    for table, column in (("imaging_assessments", "extraosseous_response"), ("bone_lesions", "lysis_change")):
        path = folder / f"{table}.csv"
        pl.read_csv(path, infer_schema=False).drop(column).write_csv(path)
    decision = admit(tmp_path / "landing", tmp_path / "warehouse")
    assert {breach.rule for breach in decision.warnings} >= {RULE, "lysis_not_recorded"}
    with opened_read_only(release(tmp_path / "warehouse").folder / "bpp.duckdb") as con:
        states = dict(
            con.execute(
                "select state, count(*) from event.pseudoprogression where protocol = 'xu2025' group by state"
            ).fetchall()
        )
        told = con.execute(
            "select count(*) from event.pseudoprogression where reason = 'progression_not_read'"
        ).fetchall()
    assert "pseudoprogression" not in states
    assert states["indeterminate"] > 20
    assert told[0][0] > 10

"""The shares at which a gate shuts: exactly at the limit it is open, one row more and it is shut.

Not here: what a row must do to be refused (`test_row_rules.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bpp_etl.gate.decide import decide
from bpp_etl.gate.delivery_rule import WholeDelivery
from bpp_etl.gate.judged import JudgedDelivery, JudgedTable
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.remembered import ReadDelivery
from schemas.laws import DELIVERY
from schemas.tables import TABLES
from tests.support.deliveries import TINY, with_rows, write_delivery_of
from tests.support.deliveries_of_rows import write_sized
from tests.support.gating import empty_core, gated

WHOLE = {(table, "refused_share_exceeded") for table in TABLES}


def test_a_share_at_its_limit_leaves_the_gate_open(tmp_path: Path) -> None:
    one = gated(write_sized(tmp_path, 19, 1))
    assert one.decision.is_open
    assert all(count.broken == 1 for count in one.decision.tables)


def test_one_row_more_shuts_it(tmp_path: Path) -> None:
    assert gated(write_sized(tmp_path, 18, 1)).causes() == WHOLE


def is_over(limit: float, broken: int, judged: int) -> bool:
    day = dt.date(2024, 12, 31)
    read = ReadDelivery(
        RegistryConfig(limits={"patients": limit}), dict.fromkeys(TABLES, judged), (), (), (), (), ""
    )
    counted = JudgedDelivery(read)
    for table in TABLES:
        refused = broken if table == "patients" else 0
        counted.tables[table] = JudgedTable(
            table, judged=judged, admitted=judged - refused, broken_rows=refused
        )
    with empty_core() as con:
        decision = decide(
            WholeDelivery(con, Delivery("made", day.isoformat(), day, 0, Path("made")), counted)
        )
    return ("patients", "refused_share_exceeded") in {(r.table, r.rule) for r in decision.causes}


@pytest.mark.parametrize(
    ("limit", "broken", "judged"),
    [
        (0.05, 1, 20),
        (0.29, 29, 100),  # 0.29 * 100 is 28.999999999999996 in binary
        (0.07, 7, 100),
        (1.0, 5, 5),
        (0.0, 0, 5),
        (1e-05, 10, 1_000_000),
        (0.6271186440677966, 37, 59),  # 37 / 59 as a float, a little less than the share itself
    ],
)
def test_a_limit_means_the_number_that_was_written(limit: float, broken: int, judged: int) -> None:
    assert not is_over(limit, broken, judged)
    if broken < judged:
        assert is_over(limit, broken + 1, judged)


def test_a_limit_holds_for_its_own_table_only(tmp_path: Path) -> None:
    one = gated(write_sized(tmp_path, 1, 1, "[limits]\npatients = 0.5\ncadence = 0\n"))
    assert one.causes() == WHOLE - {("patients", "refused_share_exceeded")}


def test_the_message_says_how_many_and_how_many_may_be(tmp_path: Path) -> None:
    one = gated(write_sized(tmp_path, 18, 1))
    told = {reason.table: reason.message for reason in one.decision.causes}
    assert told["patients"] == "1 of 19 rows of patients are refused (5.3 %, limit 5 %)"


def test_ignored_rows_are_no_part_of_the_share(tmp_path: Path) -> None:
    others = [f"A,CALCIUM,2024-02-{day:02d},2.3,mmol/L," for day in range(1, 20)]
    text = with_rows("lab_results", *others, "A,ALP_TOTAL,2024-03-01,<5,U/L,104")
    one = gated(write_delivery_of(tmp_path, lab_results=text))
    assert one.causes() == {("lab_results", "refused_share_exceeded")}
    assert one.message("refused_share_exceeded").startswith("1 of 4 rows of lab_results are refused")


def test_a_limit_of_one_still_asks_for_one_row_of_a_required_table(tmp_path: Path) -> None:
    everything_goes = "[limits]\n" + "".join(f"{table} = 1\n" for table in TABLES)
    one = gated(write_sized(tmp_path, 0, 3, everything_goes))
    required = {name for name, table in TABLES.items() if table.is_required}
    assert one.causes() == {(table, "required_table_empty") for table in required}


def on_days(*days: str, missing: bool = False) -> str:
    """Write one CT on treatment for each of patients A, B and C, besides their baseline."""
    rows = [f"{patient}0,{patient},2023-12-20,CT,true," for patient in "ABC"]
    rows += [f"{patient}1,{patient},{day},CT,true,SD" for patient, day in zip("ABC", days, strict=False)]
    return TINY["imaging_assessments"].split("\n", 1)[0] + "\n" + "".join(f"{row}\n" for row in rows)


ON_TIME, LATE = "2024-02-19", "2024-02-20"
"""Day 49 and day 50 of a line of 21-day cycles: the appointment is on day 42, give or take 7."""


@pytest.mark.parametrize(
    ("days", "toml", "is_open"),
    [
        ((ON_TIME, LATE), "", True),  # one of two, and the default is 0.5
        ((LATE, LATE, ON_TIME), "", False),
        ((LATE, LATE, LATE), "[limits]\ncadence = 1\n", True),
        ((ON_TIME, LATE), "[limits]\ncadence = 0.49\n", False),
        ((), "[limits]\ncadence = 0\n", True),  # nothing to judge
    ],
)
def test_the_share_of_intervals_off_schedule_is_held_to_its_limit(
    tmp_path: Path, days: tuple[str, ...], toml: str, is_open: bool
) -> None:
    folder = write_delivery_of(
        tmp_path,
        imaging_assessments=on_days(*days),
        bone_lesions=TINY["bone_lesions"].replace("A1", "A0").replace("B1", "B0"),
    )
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    one = gated(folder)
    assert one.decision.is_open == is_open
    assert one.causes() == (set() if is_open else {(DELIVERY, "cadence_not_kept")})
    result = one.result(DELIVERY, "cadence_not_kept")
    assert (result.judged, result.broken) == (len(days), days.count(LATE))
    assert (result.status == "not_applicable") == (not days)


@pytest.mark.parametrize(
    ("unread", "toml", "status"),
    [
        (0, "", "passed"),
        (1, "", "failed"),
        (1, "[limits]\nfile_not_read = 0.2\n", "passed"),  # one of seven
        (2, "[limits]\nfile_not_read = 0.2\n", "failed"),  # two of eight
    ],
)
def test_a_file_that_nothing_reads_is_held_to_its_limit(
    tmp_path: Path, unread: int, toml: str, status: str
) -> None:
    folder = write_delivery_of(tmp_path)
    for number in range(unread):
        (folder / f"notes {number}.txt").write_text("made up", encoding="utf-8")
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    assert gated(folder).result(DELIVERY, "file_not_read").status == status

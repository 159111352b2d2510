"""Each SELECT file alone: a folder `<relation>/<case>` holds its input rows and the rows expected of it.

Not here: the rules, which the spec tests judge end to end. A column left out of an input is null; `registry`
is the test's own and rows are numbered unless the input says otherwise. Expected files may leave columns out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bpp_etl.events import load_protocol
from bpp_etl.events.derive import (
    CANDIDATE_STEPS,
    COURSE_STEPS,
    EVENTS,
    REFUSED,
    bind_parameters,
    sort_protocols,
)
from bpp_etl.timeline import cadence
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.ddl import sql_type
from bpp_etl.warehouse.select import Select, read_select, run_step, used_parameters
from schemas.cadence import MISSED_AFTER_INTERVALS, TOLERANCE_DAYS
from schemas.contract import columns_of
from schemas.event import EVENT_TABLES
from schemas.quarantine import quarantine_contract
from schemas.stated import Stated
from schemas.tables import TABLES
from schemas.verdicts import VERDICT_SETS
from tests.support.timeline import on

CASES = Path(__file__).parent
STEPS = {
    step.name: step
    for step in (
        *cadence.STEPS,
        Select(cadence.PACKAGE, "assessment_cadence"),
        *COURSE_STEPS,
        *CANDIDATE_STEPS,
        REFUSED,
    )
}
# The frames of decisions that Python puts between the steps, and the two tables that are published.
DECISIONS = {
    "flow": "patient_id varchar, left_at varchar",
    "decided": "patient_id varchar, rule varchar, state varchar, reason varchar, "
    + ", ".join(f"{one.column} varchar, {one.date_column} date" for one in VERDICT_SETS.values()),
}
PUBLISHED = {name: Select(EVENTS, name) for name in EVENT_TABLES}


def case_folders() -> list[Path]:
    return sorted(
        path.parent for path in CASES.glob("*/*/expected.csv") if path.parts[-3] in STEPS | PUBLISHED
    )


def parameters() -> dict[str, object]:
    (protocol,), comparisons = sort_protocols([load_protocol("xu2025")])
    return {
        "registry": "test_registry",
        "delivery_date": on(400),
        "delivery": "2021-02-04",
        "tolerance_days": TOLERANCE_DAYS,
        "missed_after_intervals": MISSED_AFTER_INTERVALS,
        **bind_parameters(protocol, comparisons, Stated(has_stable_lesion_ids=True)),
    }


@pytest.fixture(scope="module")
def empty() -> Iterator[Connection]:
    """Hold every relation, empty and typed as the steps themselves type it."""
    with duckdb.connect(":memory:", config={"threads": 1}) as con:
        con.execute("create schema core")
        con.execute("create schema quarantine")
        for name, table in TABLES.items():
            for schema, contract in (("core", table.contract), ("quarantine", quarantine_contract(name))):
                columns = ", ".join(f"{column.name} {sql_type(column)}" for column in columns_of(contract))
                con.execute(f"create table {schema}.{name} ({columns})")
        for name, columns in DECISIONS.items():
            con.execute(f"create temp table {name} ({columns})")
        for step in STEPS.values():
            run_step(con, step, parameters())
        yield con


def csv_rows(path: Path) -> str:
    return f"read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"')"


def as_text(con: Connection, relation: str, columns: list[str]) -> list[tuple[str | None, ...]]:
    listed = ", ".join(f'cast("{column}" as varchar)' for column in columns)
    return sorted(con.execute(f"select {listed} from {relation}").fetchall(), key=str)


@pytest.mark.parametrize("case", case_folders(), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_relation_yields_the_expected_rows(empty: Connection, case: Path) -> None:
    empty.execute("begin")
    try:
        for source in sorted(case.glob("*.csv")):
            if source.stem == "expected":
                continue
            empty.execute(f"insert into {source.stem} by name select * from {csv_rows(source)}")
            if source.stem.startswith(("core.", "quarantine.")):
                empty.execute(f"update {source.stem} set registry = 'test_registry' where registry is null")
            if source.stem.startswith("core."):  # no row of an admitted table is without its number
                empty.execute(f"update {source.stem} set row_number = rowid + 1 where row_number is null")
        text = read_select((STEPS | PUBLISHED)[case.parent.name])
        empty.execute(f"create temp table yielded as {text}", used_parameters(text, parameters()))
        expected_source = csv_rows(case / "expected.csv")
        columns = [row[0] for row in empty.execute(f"describe select * from {expected_source}").fetchall()]
        assert as_text(empty, "yielded", columns) == as_text(empty, expected_source, columns)
    finally:
        empty.execute("rollback")


def test_every_relation_has_a_case() -> None:
    covered = {case.parent.name for case in case_folders()}
    assert covered == {*STEPS, *PUBLISHED}


def test_every_select_file_starts_with_its_grain_and_names_its_columns() -> None:
    for step in (*STEPS.values(), *PUBLISHED.values()):
        text = read_select(step)
        assert text.startswith("-- One row per "), step.name
        assert "select *" not in text.lower(), step.name
        assert ".*" not in text, step.name

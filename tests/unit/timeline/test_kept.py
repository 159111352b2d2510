"""Time points that the gate keeps: used where the same words and values made them, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bpp_etl.events import derive_events, load_protocol
from bpp_etl.timeline.cadence import KEPT, derive_cadence
from bpp_etl.timeline.kept import keep_step, show_kept
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.select import Select
from tests.support.core_tables import insert_patients, open_core
from tests.support.generated import DELIVERY, random_patients
from tests.support.relations import REGISTRY

IMAGING = Select("bpp_etl.timeline", "imaging")
VALUES = {"registry": REGISTRY, "time_point_days": 7, "eligible_modalities": ("CT", "PET_CT")}


@pytest.fixture
def con() -> Iterator[Connection]:
    with open_core() as con:
        insert_patients(con, random_patients(11, 600))
        yield con


def events(con: Connection, *names: str) -> list[tuple[object, ...]]:
    derive_events(con, REGISTRY, DELIVERY, [load_protocol(name) for name in names])
    return con.execute("from event.pseudoprogression order by all").fetchall()


@pytest.mark.parametrize(
    "protocols",
    [
        ("xu2025", "xu2025_one_ct"),
        # Lin's protocol dates a time point by other scans, so it stands on its own in between.
        ("xu2025", "lin2021", "xu2025_one_ct"),
        ("lin2021", "xu2025", "xu2025_one_ct"),
    ],
)
def test_events_from_kept_time_points_are_those_without(con: Connection, protocols: tuple[str, ...]) -> None:
    without = events(con, *protocols)
    derive_cadence(con, REGISTRY, keep=True)
    assert len(without) > 100
    assert events(con, *protocols) == without


def test_the_events_read_what_was_kept(con: Connection) -> None:
    derive_cadence(con, REGISTRY, keep=True)
    con.execute("delete from timeline.imaging")
    assert events(con, "xu2025") == []
    assert events(con, "lin2021")


def test_cadence_is_the_same_whether_its_time_points_are_kept(con: Connection) -> None:
    derive_cadence(con, REGISTRY)
    without = con.execute("from core.assessment_cadence").fetchall()
    derive_cadence(con, REGISTRY, keep=True)
    assert con.execute("from core.assessment_cadence").fetchall() == without


def test_another_value_is_worked_out_anew(con: Connection) -> None:
    keep_step(con, IMAGING, VALUES)
    assert show_kept(con, IMAGING, VALUES)
    assert not show_kept(con, IMAGING, VALUES | {"time_point_days": 8})
    assert not show_kept(con, IMAGING, VALUES | {"eligible_modalities": ("CT",)})


def test_nothing_is_shown_where_nothing_was_kept(con: Connection) -> None:
    assert not show_kept(con, IMAGING, VALUES)


def test_the_views_of_what_is_kept_are_dropped(con: Connection) -> None:
    derive_cadence(con, REGISTRY, keep=True)
    events(con, "xu2025", "lin2021")
    left = con.execute("select view_name from duckdb_views() where temporary and not internal").fetchall()
    assert left == []
    assert {
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'timeline'"
        ).fetchall()
    } == {*KEPT, "made_by"}

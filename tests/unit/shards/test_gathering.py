"""What is measured of parts is what is measured of the whole, cell by cell and row by row.

Not here: how tables are put together (`tests/unit/measure/test_merge.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import polars as pl
import pytest

from bpp_etl.events import load_protocol
from bpp_etl.measure import merge as merging
from bpp_etl.measure.exact import exact_left, exact_rows
from bpp_etl.measure.gather import GATHERED, OF_PATIENTS, OVERLAP, Tables, gather, gather_in_common
from bpp_etl.measure.run import Measured, estimate, measure
from bpp_etl.shards.gathering import Part, measure_in_parts, parts_of, show_part
from bpp_etl.shards.rounds import Rounds, Runner
from bpp_etl.shards.sharding import Sharding
from bpp_etl.warehouse.connection import Connection, in_memory, opened_read_only
from schemas.tables import TABLES
from tests.support.warehouses import PROTOCOLS
from tests.unit.measure.patients import Candidate, Person
from tests.unit.measure.test_counts import MIXED, OTHERS
from tests.unit.measure.world import add, named
from tests.unit.measure.world import release as world
from tests.unit.shards.conftest import REGISTRIES
from tests.unit.shards.sharded import BOUNDS, Here
from tests.unit.shards.test_processes import Killed

REFUSED = [
    ("a", 1, "X"),
    *(("a", number, f"{' ' * number}X ") for number in range(2, 7)),
    ("a", 3, None),
    ("a", 3, ""),
    ("a", 3, None),
    ("a", 4, "  "),
    ("b", 3, None),
    ("b", 1, "C0000"),
    ("b", 2, " C0003"),
]
"""Of registry, number and patient; by their numbers two of several files are alike."""


def told(measured: Measured) -> dict[str, list[str]]:
    """Tell all that is written or told of what was measured, every number by all of its digits."""
    tally = measured.tally
    return {
        "rows": [repr(row) for row in exact_rows(measured)],
        "left": [repr(left) for left in exact_left(measured)],
        "counts": [*map(repr, tally.counts.items()), *map(repr, tally.people.items())],
        "sums": [*map(repr, tally.sums), *sorted(map(repr, tally.handy)), *sorted(map(repr, tally.told))],
    }


def differing(found: Measured, whole: dict[str, list[str]]) -> list[str]:
    """Name what is not the same."""
    return [name for name, rows in told(found).items() if rows != whole[name]]


@pytest.fixture(scope="module")
def whole(published: Path) -> dict[str, list[str]]:
    with opened_read_only(published) as con:
        return told(measure(con, [load_protocol(one) for one in PROTOCOLS]))


def in_parts(file: Path, folder: Path, sharding: Sharding, runner: Runner | None = None) -> Measured:
    with opened_read_only(file) as con:
        parts = parts_of(con, sharding)
    rounds = Rounds(runner or Here(), folder, lambda _: None, *BOUNDS)
    return measure_in_parts(rounds, file, [load_protocol(one) for one in PROTOCOLS], parts)


@pytest.mark.parametrize("shards", [1, 3, 7])
def test_a_release_is_measured_alike_in_any_number_of_shards(
    published: Path, whole: dict[str, list[str]], tmp_path: Path, shards: int
) -> None:
    assert differing(in_parts(published, tmp_path, Sharding(shard_rows=1, shards=shards)), whole) == []


def test_a_release_is_measured_alike_by_registries(
    published: Path, whole: dict[str, list[str]], tmp_path: Path
) -> None:
    assert differing(in_parts(published, tmp_path, Sharding(shard_rows=12000)), whole) == []


def test_a_release_is_measured_alike_where_a_worker_is_killed(
    published: Path, whole: dict[str, list[str]], tmp_path: Path
) -> None:
    said: list[str] = []
    runner = Killed(at_once=1, threads=1, say=said.append)
    found = in_parts(published, tmp_path, Sharding(shard_rows=6000, shards=2), runner)
    assert differing(found, whole) == []
    assert "a task was ended by signal 9, and is tried again" in said


def test_the_release_has_what_it_is_there_for(whole: dict[str, list[str]], published: Path) -> None:
    with opened_read_only(published) as con:
        tables = gather(con, load_protocol(PROTOCOLS[0])) | gather_in_common(con, [])
    assert {name for name in GATHERED if name not in tables or tables[name].is_empty()} == {OVERLAP}
    for name, table in tables.items():
        assert not table.select(GATHERED[name].keys).is_duplicated().any(), name
    assert tables["registry"].height == len(REGISTRIES)
    assert len(whole["rows"]) > 1000


DRAW = Random(11)
PEOPLE = [
    replace(
        one,
        alp=tuple(DRAW.uniform(70, 140) for _ in range(3)),
        cadence=("on_time", "late"),
        interval=DRAW.randrange(20, 90),
        flags=DRAW.choice(((), ("long_gap",), ("late_onset", "long_gap"))),
        person=Person(alp_values=tuple((day, DRAW.uniform(70, 140)) for day in (-20, -3, 14, 30))),
    )
    for one in (*MIXED, *[Candidate(registry="c", progressed=90)] * 3)
]


@pytest.fixture(scope="module")
def people() -> Iterator[Connection]:
    """Some people of three registries, by two protocols, and some whom the gate refused."""
    with world(PEOPLE, OTHERS) as con:
        add(con, PEOPLE[:3], OTHERS[:1], protocol="strict")
        con.executemany(
            "insert into quarantine.patients by name select ? as registry, 'd' as delivery, 'admitted' as"
            " delivery_status, 'patients.csv' as file, ? as row_number, [] as broken_rules, ? as patient_id",
            REFUSED,
        )
        yield con


PROTOCOLS_OF_PEOPLE = [named("strict"), named("xu2025")]


def of_part(con: Connection, part: Part) -> tuple[Tables, list[Tables]]:
    con.execute("attach ':memory:' as part; use part")
    try:
        show_part(con, "memory", part)
        by_protocol = [gather(con, one) for one in PROTOCOLS_OF_PEOPLE]
        return gather_in_common(con, PROTOCOLS_OF_PEOPLE), by_protocol
    finally:
        con.execute("use memory; detach part")


def of_parts(con: Connection, parts: Sequence[Part]) -> Measured:
    gathered = [of_part(con, part) for part in parts]
    merge = merging.merge
    by_protocol = [merge([one[place] for _, one in gathered]) for place in range(len(PROTOCOLS_OF_PEOPLE))]
    return estimate(PROTOCOLS_OF_PEOPLE, merge([one for one, _ in gathered]), by_protocol)


@pytest.mark.parametrize("shards", [1, 3, 19])
def test_people_are_measured_alike_whoever_is_in_a_part_with_whom(people: Connection, shards: int) -> None:
    parts = [Part("abc", shard, shards) for shard in range(shards)]
    Random(shards).shuffle(parts)
    assert differing(of_parts(people, parts), told(measure(people, PROTOCOLS_OF_PEOPLE))) == []


def test_people_are_measured_alike_by_registry_with_one_that_has_none(people: Connection) -> None:
    parts = [Part((one,)) for one in ("c", "nobody", "a", "b")]
    assert differing(of_parts(people, parts), told(measure(people, PROTOCOLS_OF_PEOPLE))) == []


def unsorted(name: str, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(tables) if name in OF_PATIENTS else MERGED(name, tables)


def of_medians(name: str, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Take of each part and label the median for all of its days."""
    if not name.startswith("cadence_days_"):
        return MERGED(name, tables)
    middle = [
        table.select(pl.all().repeat_by("time_points").explode()).group_by("label").agg(pl.all().median())
        for table in tables
    ]
    return MERGED(name, [one.with_columns(time_points=pl.lit(1, pl.Int64)) for one in middle])


MERGED: Callable[[str, Sequence[pl.DataFrame]], pl.DataFrame] = merging._merged


def first_alone(name: str, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return MERGED(name, tables[:1] if name == "refused_patients" else tables)


@pytest.mark.parametrize("wrong", [unsorted, of_medians, first_alone])
def test_a_wrong_way_to_put_parts_together_shows(
    people: Connection, monkeypatch: pytest.MonkeyPatch, wrong: Callable[..., pl.DataFrame]
) -> None:
    expected = told(measure(people, PROTOCOLS_OF_PEOPLE))
    monkeypatch.setattr(merging, "_merged", wrong)
    found = differing(of_parts(people, [Part("abc", shard, 3) for shard in range(3)]), expected)
    assert "rows" in found


@pytest.mark.parametrize(
    ("shard_rows", "expected"),
    [
        (4, [("c", 0, 2), ("c", 1, 2), ("a", 0, 1), ("bd", 0, 1)]),
        (5, [("ab", 0, 1), ("c", 0, 1), ("d", 0, 1)]),
        (6, [("ab", 0, 1), ("cd", 0, 1)]),
        (10, [("abc", 0, 1), ("d", 0, 1)]),
        (11, []),
    ],
)
def test_a_large_registry_is_cut_and_small_ones_go_together_and_a_small_release_is_whole(
    shard_rows: int, expected: list[tuple[str, int, int]]
) -> None:
    with in_memory() as con:
        for schema in ("core", "quarantine"):
            con.execute(f"create schema {schema}")
            for table in TABLES:
                con.execute(f"create table {schema}.{table} (registry varchar)")
        con.execute("insert into core.patients select unnest(['a', 'b', 'b', 'c', 'c', 'c'])")
        con.execute("insert into quarantine.lab_results select unnest(['a', 'a', 'c', 'c', 'd'])")
        found = parts_of(con, Sharding(shard_rows=shard_rows))
    assert [("".join(one.registries), one.shard, one.shards) for one in found] == expected

"""An adapter's SQL is one SELECT a file, reaches its sources alone, and its errors hold no cell.

Not here: where adapters lie (`test_outside.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.adapters import Adapter, AdapterError, adapter_in
from bpp_etl.adapters.run import HOW_TO
from bpp_etl.adapters.tryout import example_of, made_of
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import opened
from schemas.laws import DELIVERY
from tests.support.add_adapter import NAME, deliver_example, write_page
from tests.support.gating import Gated, gated

SECRET = "P-4711"
"""A made-up id that stands in the rows of a delivery, and in no message."""


@pytest.fixture
def adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_page(tmp_path)
    monkeypatch.setenv("BPP_ADAPTERS", str(folder))
    return folder


@pytest.fixture
def refused(adapters: Path) -> Callable[[str, str], str]:
    """Return a way to write a SELECT of the adapter anew, and to hear why it is refused."""

    def refuse(text: str, place: str = "patients.sql") -> str:
        (adapters / NAME / place).write_text(text, encoding="utf-8")
        adapter = adapter_in(adapters / NAME)
        with pytest.raises(AdapterError) as error:
            made_of(adapter, example(adapters, adapter))
        assert "\n" not in error.value.message
        assert len(error.value.message) < 200
        assert error.value.hint
        return error.value.message

    return refuse


def example(adapters: Path, adapter: Adapter) -> dict[str, list[dict[str, str | None]]]:
    return example_of(adapters / NAME, adapter)


NO_SELECT = [
    "insert into people values ('x')",
    "delete from people",
    "create table x as select 1",
    "drop view people",
    "copy people to '/tmp/people.csv'",
    "attach 'x.duckdb'",
    "install httpfs",
    "load httpfs",
    "set threads = 1",
    "pragma version",
    "call pragma_version()",
    "explain select 1",
    "begin",
    "select 1; select 2",
    "select 1; drop view people",
    "pivot people on sex",
    "",
    "-- nothing",
]


@pytest.mark.parametrize("text", NO_SELECT)
@pytest.mark.parametrize("place", ["patients.sql", "steps/finding.sql", "source_rows.sql"])
def test_what_is_no_select_is_refused(refused: Callable[[str, str], str], text: str, place: str) -> None:
    assert refused(text, place) == f"clinic/{place} is not one SELECT and nothing else"


def test_a_select_that_changes_rows_is_refused(refused: Callable[[str, str], str]) -> None:
    text = "with gone as (delete from delivered.people returning person) select person from gone"
    for place in ("patients.sql", "steps/finding.sql"):
        assert "data-modifying statement must be at the top level" in refused(text, place)


@pytest.mark.parametrize(
    "text", ["select 1)", "select 1 /*", "(select 1", "select 'x", "select $a", "selec 1"]
)
def test_a_select_that_does_not_end_as_it_began_is_refused(refused: Callable[..., str], text: str) -> None:
    assert refused(text).startswith("clinic/patients.sql: ")


FILES = [
    "select * from read_csv('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('{file}')",
    "select * from read_json('{file}')",
    "select * from read_parquet('{file}')",
    "select * from '{file}'",
    "select * from glob('{file}')",
    "select * from sniff_csv('{file}')",
    "select * from query('select * from read_text(''{file}'')')",
]


@pytest.mark.parametrize("text", FILES)
def test_no_file_is_within_reach(refused: Callable[..., str], tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    told = refused(text.format(file=file), "steps/finding.sql")
    assert told == "clinic/steps/finding.sql reaches for what is no source of it, such as a file"


def test_no_frame_of_the_program_is_within_reach(refused: Callable[..., str]) -> None:
    from polars import DataFrame  # noqa: PLC0415

    people_of_the_program = DataFrame({"person": ["x"]})
    assert "people_of_the_program does not exist" in refused("select person from people_of_the_program")
    assert people_of_the_program.height == 1


def shut(folder: Path) -> str:
    """Gate a delivery, which must be shut for its adapter alone, and return why in words."""
    one: Gated = gated(folder)
    assert one.causes() == {(DELIVERY, "configuration_invalid")}
    assert one.read.rows == {}
    assert SECRET not in one.told()
    return one.message("configuration_invalid")


def test_a_delivery_is_read_through_an_adapter_from_outside(adapters: Path, tmp_path: Path) -> None:
    one = gated(deliver_example(tmp_path / "landing", patient=SECRET))
    assert one.decision.is_open
    assert one.refused == {}
    assert one.read.rows == {
        "patients": 3,
        "therapy_lines": 2,
        "imaging_assessments": 7,
        "bone_lesions": 8,
    }


RUNTIME = [
    ("person as", "cast(cast(person as date) as varchar) as", "Conversion"),
    ("person as", "error(person) as", "InvalidInput"),
    ("person as", "cast(strptime(person, '%Y') as varchar) as", "InvalidInput"),
    ("row_number,", "cast(person as bigint) as row_number,", "Conversion"),
]


@pytest.mark.parametrize(("old", "new", "kind"), RUNTIME)
def test_what_fails_on_a_row_names_the_file_and_no_cell(
    adapters: Path, tmp_path: Path, old: str, new: str, kind: str
) -> None:
    file = adapters / NAME / "patients.sql"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert shut(deliver_example(tmp_path / "landing", patient=SECRET)) == (
        f"clinic/patients.sql cannot be run over the rows of this delivery ({kind});"
        " try_cast and try(...) read what is not always there"
    )


def test_a_step_that_fails_on_a_row_is_named(adapters: Path, tmp_path: Path) -> None:
    file = adapters / NAME / "steps" / "finding.sql"
    file.write_text(file.read_text(encoding="utf-8").replace("    person,", "    error(person) as person,"))
    assert shut(deliver_example(tmp_path / "landing", patient=SECRET)).startswith(
        "clinic/steps/finding.sql cannot be run"
    )


def test_rows_that_lead_nowhere_shut_the_gate(adapters: Path, tmp_path: Path) -> None:
    file = adapters / NAME / "bone_lesions.sql"
    file.write_text(
        file.read_text(encoding="utf-8").replace("    row_number,", "    row_number + 5 as row_number,")
    )
    # Nine findings were delivered: the last ones lead beyond them.
    assert shut(deliver_example(tmp_path / "landing", patient=SECRET)).startswith(
        "clinic/bone_lesions.sql: 4 rows lead to no row of a source"
    )


MISCOUNTED = [
    ("'people' as source", "'persons' as source", "people, persons"),
    ("'people' as source", "cast(null as varchar) as source", "None, people"),
    ("'a person' as meaning", "cast(null as varchar) as meaning", "people"),
    ("count(*)", "count(*)::varchar", None),
]


@pytest.mark.parametrize(("old", "new", "told"), MISCOUNTED)
def test_counts_that_do_not_sum_to_what_was_delivered_shut_the_gate(
    adapters: Path, tmp_path: Path, old: str, new: str, told: str | None
) -> None:
    file = adapters / NAME / "source_rows.sql"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    folder = deliver_example(tmp_path / "landing", patient=SECRET)
    if told is None:
        assert gated(folder).decision.is_open
    else:
        assert shut(folder).startswith(f"clinic/source_rows.sql does not count every row of {told} once; ")


def test_an_adapter_that_is_not_whole_shuts_the_gate(adapters: Path, tmp_path: Path) -> None:
    (adapters / NAME / "patients.sql").unlink()
    assert shut(deliver_example(tmp_path / "landing", patient=SECRET)).startswith(
        "clinic/adapter.toml and the SQL files do not name"
    )


def test_adapters_in_the_landing_shut_the_gate(
    adapters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deliver_example(tmp_path / "landing", patient=SECRET)
    inside = tmp_path / "landing" / "adapters"
    adapters.rename(inside)
    monkeypatch.setenv("BPP_ADAPTERS", str(inside))
    assert shut(folder).startswith("the adapters folder adapters lies in the landing")


def test_a_delivery_without_a_file_is_told_where_to_read_what_is_needed(
    adapters: Path, tmp_path: Path
) -> None:
    folder = deliver_example(tmp_path / "landing", patient=SECRET)
    (folder / "findings.csv").unlink()
    one = gated(folder)
    assert one.message("table_missing") == (
        "findings is not delivered; what is read of this format: docs/add/adapter.md"
    )


def test_a_table_that_must_be_there_and_does_not_come_out_shuts_the_gate(
    adapters: Path, tmp_path: Path
) -> None:
    description = adapters / NAME / "adapter.toml"
    text = description.read_text(encoding="utf-8")
    description.write_text(text[: text.index("[tables.bone_lesions]")], encoding="utf-8")
    (adapters / NAME / "bone_lesions.sql").unlink()
    counts = adapters / NAME / "source_rows.sql"
    counts.write_text(counts.read_text(encoding="utf-8").replace("bone_lesions", "imaging_assessments"))
    one = gated(deliver_example(tmp_path / "landing"))
    assert one.causes() == {("bone_lesions", "table_missing")}
    assert one.message("table_missing") == (
        "bone_lesions is not in what was delivered as Export of a made-up clinic;"
        " a side table bone_lesions.csv beside it brings it"
    )


def test_a_delivery_of_which_nothing_is_read_is_shut(adapters: Path, tmp_path: Path) -> None:
    description = adapters / NAME / "adapter.toml"
    text = description.read_text(encoding="utf-8")
    description.write_text(text.replace("required = true", "required = false"), encoding="utf-8")
    folder = deliver_example(tmp_path / "landing")
    for file in folder.iterdir():
        file.unlink()
    one = gated(folder)
    assert {rule for _, rule in one.causes()} == {"table_missing"}


def test_a_step_may_have_any_name_that_is_not_taken(adapters: Path, tmp_path: Path) -> None:
    for file in (adapters / NAME).rglob("*.*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            file.write_text(
                text.replace('["finding"]', '["origin"]').replace("from finding\n", "from origin\n")
            )
    (adapters / NAME / "steps" / "finding.sql").rename(adapters / NAME / "steps" / "origin.sql")
    assert gated(deliver_example(tmp_path / "landing")).decision.is_open


def test_a_fault_leaves_no_relation_of_the_adapter_behind(adapters: Path, tmp_path: Path) -> None:
    file = adapters / NAME / "source_rows.sql"
    file.write_text(file.read_text(encoding="utf-8").replace("count(*)", "count(*) + 1"))
    delivery = delivery_of(deliver_example(tmp_path / "landing", patient=SECRET))
    assert delivery is not None
    with opened(tmp_path / "made.duckdb") as con:
        read = read_delivery(con, delivery, scratch_root=tmp_path)
        left = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    assert [problem.message for problem in read.problems] == [
        f"clinic/source_rows.sql does not count every row of findings, people once; {HOW_TO}"
    ]
    assert sorted(left) == [("raw_source_data.findings",), ("raw_source_data.people",)]

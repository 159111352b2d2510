"""An adapter is a folder: what loading it gives, and what a folder that is not whole is told."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl import adapters
from bpp_etl.adapters import AdapterError, adapter_in, adapter_names, load_adapter
from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.support.sdtm import run_adapter

ADAPTERS = [name for name in adapter_names() if name != "canonical"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a whole adapter, to break."""
    return Path(shutil.copytree(Path(adapters.__file__).parent / "sdtm", tmp_path / "sdtm"))


def rewrite(folder: Path, old: str, new: str) -> None:
    description = folder / "adapter.toml"
    text = description.read_text(encoding="utf-8")
    assert old in text
    description.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_canonical_comes_first_and_every_folder_with_a_description_follows() -> None:
    assert adapter_names() == ("canonical", "sdtm")


def test_an_unknown_adapter_is_told_the_known_formats() -> None:
    with pytest.raises(AdapterError, match="no adapter 'fhir'") as told:
        load_adapter("fhir")
    assert told.value.hint == "known formats: canonical, sdtm"


@pytest.mark.parametrize("name", ["", ".", "..", "../adapters/sdtm", "sdtm/", "SDTM"])
def test_a_path_is_not_the_name_of_an_adapter(name: str) -> None:
    with pytest.raises(AdapterError, match="there is no adapter"):
        load_adapter(name)


def test_the_canonical_format_has_nothing_to_adapt() -> None:
    with pytest.raises(AdapterError, match="needs no adapter"):
        load_adapter("canonical")


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_says_what_it_reads_and_after_whom(name: str) -> None:
    adapter = load_adapter(name)
    assert adapter.name == name
    assert all((adapter.description, adapter.standard, adapter.version, adapter.citation))
    assert adapter.derived_from.keys() == adapter.scope.keys() == adapter.tables.keys()


@pytest.mark.parametrize("name", ADAPTERS)
def test_parents_come_before_children(name: str) -> None:
    tables = list(load_adapter(name).tables)
    assert tables == [table for table in TABLES if table in tables]


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_required_table_has_a_query(name: str) -> None:
    required = {table.name for table in TABLES.values() if table.is_required}
    assert required <= load_adapter(name).tables.keys()


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_query_yields_the_canonical_columns_as_text_and_the_row_it_comes_from(name: str) -> None:
    adapter = load_adapter(name)
    con = run_adapter(adapter, {})
    for table in adapter.tables:
        found = dict(
            con.execute(
                "select column_name, data_type from duckdb_columns()"
                " where schema_name = 'raw' and table_name = ?",
                [table],
            ).fetchall()
        )
        expected = {column.name: "VARCHAR" for column in delivered_columns(TABLES[table].contract)}
        assert found == {**expected, "row_number": "BIGINT", "file": "VARCHAR"}, table


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_query_states_its_grain_first_and_names_its_columns(name: str) -> None:
    adapter = load_adapter(name)
    queries = [*adapter.tables.values(), *([adapter.source_rows] if adapter.source_rows else [])]
    for sql in queries:
        assert sql.startswith("-- One row per ")
        assert not re.search(r"select\s+\*", sql)


def test_a_table_needs_all_of_its_sources() -> None:
    adapter = load_adapter("sdtm")
    assert adapter.tables_from({"dm", "ex", "tu", "rs"}) == (
        "patients",
        "therapy_lines",
        "imaging_assessments",
        "bone_lesions",
    )
    assert adapter.tables_from({"dm", "tu"}) == ("patients",)


def test_required_and_optional_columns_are_told_apart() -> None:
    dm = next(source for source in load_adapter("sdtm").sources if source.name == "dm")
    assert dm.is_required
    assert dm.required_columns == ("usubjid", "sex")
    assert "rfpendtc" in dm.optional_columns
    assert dm.columns == dm.required_columns + dm.optional_columns


def test_a_domain_may_be_left_out() -> None:
    required = {source.name: source.is_required for source in load_adapter("sdtm").sources}
    assert required == {"dm": True, "ex": True, "lb": False, "tu": True, "rs": True}


def test_a_whole_folder_anywhere_is_an_adapter(folder: Path) -> None:
    assert adapter_in(folder) == load_adapter("sdtm")


def test_a_folder_without_counts_of_source_rows_is_an_adapter(folder: Path) -> None:
    (folder / "source_rows.sql").unlink()
    assert adapter_in(folder).source_rows is None


BREAKAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "patients.sql").unlink(), "do not name the same tables: patients"),
    (lambda folder: (folder / "her2_tests.sql").write_text("select 1"), "the same tables: her2_tests"),
    (lambda folder: rewrite(folder, 'name = "sdtm"', 'name = "other"'), "another name than its folder"),
    (lambda folder: rewrite(folder, 'name = "sdtm"', "name = sdtm"), "cannot be read as TOML"),
    (lambda folder: rewrite(folder, "[tables.patients]", "[tables.people]"), "people] is no canonical table"),
    (lambda folder: rewrite(folder, 'sources = ["dm"]', 'sources = ["vs"]'), "without a description: vs"),
    (lambda folder: rewrite(folder, "sex = true", 'sex = "yes"'), "must be true or false"),
    (lambda folder: rewrite(folder, "[sources.dm.columns]", "colour = 1\n[sources.dm.columns]"), "colour"),
    (lambda folder: rewrite(folder, "[standard]", "[standards]"), "missing or unknown: standard, standards"),
    (lambda folder: rewrite(folder, 'version = "', 'edition = "'), "missing or unknown: edition, version"),
]


@pytest.mark.parametrize(("damage", "told"), BREAKAGES)
def test_a_broken_folder_is_told_what_is_wrong(
    folder: Path, damage: Callable[[Path], object], told: str
) -> None:
    damage(folder)
    with pytest.raises(AdapterError, match=re.escape(told)):
        adapter_in(folder)

"""An adapter is a folder: what loading it gives, and what a folder that is not whole is told."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl import adapters
from bpp_etl.adapters import AdapterError, adapter_in, adapter_names, load_adapter
from schemas.tables import TABLES


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
    package = Path(adapters.__file__).parent
    described = sorted(path.parent.name for path in package.glob("*/adapter.toml"))
    assert "sdtm" in described
    assert adapter_names() == ("canonical", *described)


def test_an_unknown_adapter_is_told_the_known_formats() -> None:
    with pytest.raises(AdapterError, match="no format 'hl7v2'") as told:
        load_adapter("hl7v2")
    assert told.value.hint == f"known: {', '.join(adapter_names())}"


@pytest.mark.parametrize("name", ["", ".", "..", "../adapters/sdtm", "sdtm/", "SDTM"])
def test_a_path_is_not_the_name_of_an_adapter(name: str) -> None:
    with pytest.raises(AdapterError, match="there is no format"):
        load_adapter(name)


def test_the_canonical_format_has_nothing_to_adapt() -> None:
    with pytest.raises(AdapterError, match="needs no adapter"):
        load_adapter("canonical")


def test_tables_come_parents_first() -> None:
    tables = list(load_adapter("sdtm").tables)
    assert tables == [table for table in TABLES if table in tables]


def test_a_trial_fills_every_table_that_a_delivery_must_have() -> None:
    required = {table.name for table in TABLES.values() if table.is_required}
    assert required <= load_adapter("sdtm").tables.keys()


def test_a_table_comes_from_any_of_its_sources() -> None:
    adapter = load_adapter("sdtm")
    assert adapter.tables_from({"dm", "ex", "tu", "rs"}) == (
        "patients",
        "therapy_lines",
        "imaging_assessments",
        "bone_lesions",
    )
    assert adapter.tables_from({"dm", "tu"}) == ("patients", "imaging_assessments", "bone_lesions")


def test_selects_run_steps_first_and_counts_last() -> None:
    places = list(load_adapter("sdtm").selects)
    assert places[:2] == ["steps/calendar_day.sql", "steps/modality.sql"]
    assert places[-2:] == ["lab_results.sql", "source_rows.sql"]


def test_required_and_optional_columns_are_told_apart() -> None:
    dm = next(source for source in load_adapter("sdtm").sources if source.name == "dm")
    assert dm.is_required
    assert dm.required_columns == ("usubjid", "sex")
    assert "rfpendtc" in dm.optional_columns
    assert dm.columns == dm.required_columns + dm.optional_columns


def test_a_domain_may_be_left_out() -> None:
    required = {source.name: source.is_required for source in load_adapter("sdtm").sources}
    assert required == {"dm": True, "ex": True, "lb": False, "tu": True, "tr": False, "rs": True}


def test_a_whole_folder_anywhere_is_an_adapter(folder: Path) -> None:
    assert adapter_in(folder) == load_adapter("sdtm")


def test_a_folder_without_steps_is_an_adapter(folder: Path) -> None:
    shutil.rmtree(folder / "steps")
    rewrite(folder, 'steps = ["calendar_day", "modality", "finding", "response", "tumour", "exposure"]', "")
    assert adapter_in(folder).steps == {}


def call_source(folder: Path, name: str) -> None:
    """Give the source `lb` the name of something else."""
    rewrite(folder, "[sources.lb]", f"[sources.{name}]")
    rewrite(folder, "[sources.lb.columns]", f"[sources.{name}.columns]")
    rewrite(folder, 'sources = ["lb"]', f'sources = ["{name}"]')


BREAKAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "adapter.toml").unlink(), "sdtm/adapter.toml cannot be read: No such file"),
    (lambda folder: (folder / "patients.sql").unlink(), "do not name the same: patients"),
    (lambda folder: (folder / "her2_tests.sql").write_text("select 1"), "do not name the same: her2_tests"),
    (lambda folder: (folder / "source_rows.sql").unlink(), "do not name the same: source_rows"),
    (lambda folder: (folder / "steps" / "tumour.sql").unlink(), "do not name the same: tumour"),
    (lambda folder: (folder / "steps" / "more.sql").write_text("select 1"), "do not name the same: more"),
    (lambda folder: (folder / "ex.sql").write_bytes(b"\xff"), "do not name the same: ex"),
    (lambda folder: (folder / "patients.sql").write_bytes(b"\xff"), "patients.sql is not text in UTF-8"),
    (lambda folder: (folder / "adapter.toml").write_bytes(b"\xff"), "adapter.toml is not text in UTF-8"),
    (lambda folder: rewrite(folder, 'title = "CDISC SDTM"', "title = CDISC"), "cannot be read as TOML"),
    (lambda folder: rewrite(folder, 'title = "CDISC SDTM"', 'title = " "'), "title must be text"),
    (lambda folder: rewrite(folder, 'title = "CDISC SDTM"', "title = 1"), "title must be text"),
    (lambda folder: rewrite(folder, 'title = "', 'name = "'), "missing or unknown: name, title"),
    (lambda folder: rewrite(folder, 'version = "', 'edition = "'), "missing or unknown: edition, version"),
    (lambda folder: rewrite(folder, 'title = "', '"a\\nb" = "'), "missing or unknown: a?b, title"),
    (lambda folder: rewrite(folder, "steps = [", 'steps = "x" # ['), "steps must list names"),
    (lambda folder: rewrite(folder, '"modality"', '"dm"'), "do not fit or are taken: dm"),
    (lambda folder: rewrite(folder, '"modality"', '"Modality"'), "do not fit or are taken: Modality"),
    (lambda folder: call_source(folder, "patients"), "do not fit or are taken: patients"),
    (lambda folder: call_source(folder, "finding"), "do not fit or are taken: finding"),
    (lambda folder: rewrite(folder, "[tables.patients]", "[tables.people]"), "people] is no canonical table"),
    (lambda folder: rewrite(folder, 'sources = ["dm"]', 'sources = ["vs"]'), "without a description: vs"),
    (lambda folder: rewrite(folder, 'sources = ["dm"]', "sources = []"), "without a description: none"),
    (lambda folder: rewrite(folder, 'sources = ["dm"]', 'sources = "dm"'), "must list names"),
    (lambda folder: rewrite(folder, "sex = true", 'sex = "yes"'), "must be true or false"),
    (lambda folder: rewrite(folder, "sex = true", "SEX = true"), "columns that no header can give: SEX"),
    (lambda folder: rewrite(folder, "sex = true", "file = true"), "columns that no header can give: file"),
    (lambda folder: rewrite(folder, "[sources.dm.columns]", "colour = 1\n[sources.dm.columns]"), "colour"),
]


ANY_BREAKAGES = [
    ('columns = "any"', 'columns = "all"', "missing or unknown: beside, fields, pair"),
    ('fields = "known_field"', 'fields = "field_known"', "has no step field_known"),
    ('fields = "known_field"', "", "missing or unknown: fields"),
    ('pair = ["field_name", "value"]', 'pair = ["value"]', "pair must name two columns"),
    ('"record", "event"', '"file", "event"', "columns that no header can give: file"),
]


@pytest.mark.parametrize(("old", "new", "told"), ANY_BREAKAGES)
def test_a_source_of_any_columns_is_told_what_is_wrong(tmp_path: Path, old: str, new: str, told: str) -> None:
    folder = Path(shutil.copytree(Path(adapters.__file__).parent / "redcap", tmp_path / "redcap"))
    rewrite(folder, old, new)
    with pytest.raises(AdapterError, match=re.escape(told)):
        adapter_in(folder)


@pytest.mark.parametrize(("damage", "told"), BREAKAGES)
def test_a_broken_folder_is_told_what_is_wrong(
    folder: Path, damage: Callable[[Path], object], told: str
) -> None:
    damage(folder)
    with pytest.raises(AdapterError, match=re.escape(told)) as error:
        adapter_in(folder)
    assert "\n" not in error.value.message
    assert error.value.hint

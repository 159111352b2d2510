"""The page of the exports says what the formats declare."""

from __future__ import annotations

import pytest

from bpp_etl.export.dataset import Dataset
from bpp_etl.export.format import OPTIONS, Format
from bpp_etl.export.formats import FORMATS
from bpp_etl.export.page import PAGE, render_page
from bpp_etl.warehouse.select import read_select
from schemas.catalog import relations
from schemas.contract import columns_of

EVERY = list(FORMATS.values())
DATASETS = [dataset for one in EVERY for dataset in one.datasets]
PUBLISHED = {
    f"{schema}.{table}.{column.name}" for schema, table, one in relations() for column in columns_of(one)
}


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), "write it by `python -m bpp_etl.export.page`"


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_a_format_declares_everything_there_is_to_say_of_it(one: Format) -> None:
    assert one.sentence.endswith(".")
    assert all(sentence.endswith(".") for sentence in one.lacks)
    assert one.lacks
    assert one.options <= OPTIONS.keys()
    assert '"out/' in one.in_r


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda one: one.name)
def test_a_source_that_names_a_column_of_the_release_names_one_that_is_there(dataset: Dataset) -> None:
    for column in dataset.columns:
        words = column.source.replace(",", " ").split()
        named = {word for word in words if word.startswith(("core.", "event.", "quality."))}
        assert named <= PUBLISHED, column.name


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda one: one.name)
def test_a_select_says_in_its_first_line_what_a_row_is(dataset: Dataset) -> None:
    assert read_select(dataset.select).startswith("-- One row per ")

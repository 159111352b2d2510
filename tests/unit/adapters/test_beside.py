"""What the pages of formats say of side tables and of codes is what the adapters do.

Not here: side tables at work (`tests/gates/test_side_tables.py`).
"""

from __future__ import annotations

import pytest

from bpp_etl.adapters import CANONICAL, adapter_names, find_adapter, load_adapter
from bpp_etl.adapters.beside import ADDS, BRINGS, COMPLETES, never_filled, side_tables_of
from bpp_etl.adapters.code_lists import code_lists_of, translations_of
from bpp_etl.adapters.page import render_page
from bpp_etl.adapters.run import columns_made
from bpp_etl.adapters.tryout import example_of, example_settings, made_of

SHIPPED = [name for name in adapter_names() if name != CANONICAL]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_column_that_is_said_to_be_never_filled_is_empty_in_every_row_of_the_example(name: str) -> None:
    adapter, folder = load_adapter(name), find_adapter(name)
    made = made_of(adapter, example_of(folder, adapter), example_settings(folder, adapter))
    for table in adapter.tables:
        places = [columns_made(adapter, table).index(column) for column in never_filled(adapter, table)]
        assert all(row[place] is None for row in made.rows[table] for place in places)


def test_a_side_table_completes_adds_or_brings_by_what_the_format_yields() -> None:
    does = {one.table: one.does for one in side_tables_of(load_adapter("fhir"))}
    assert (does["patients"], does["lab_results"], does["bone_lesions"]) == (COMPLETES, ADDS, BRINGS)
    (scans,) = (one for one in side_tables_of(load_adapter("sdtm")) if one.table == "imaging_assessments")
    assert scans.key == ("assessment_id",)
    assert scans.never_filled == ("is_bone_window",)


def test_a_list_of_codes_is_a_step_that_has_rows_of_its_own() -> None:
    (known,) = code_lists_of(load_adapter("fhir"))
    assert (known.step, known.codes, known.columns) == ("known_code", "code", ("subject", "meaning"))
    assert "94222008" in known.rows["condition", "METASTASIS"]
    assert code_lists_of(load_adapter("redcap")) == ()


def test_what_is_translated_word_by_word_is_found_in_the_select() -> None:
    told = {(one.column, one.ours): one.theirs for one in translations_of(load_adapter("fhir"))}
    assert told["modality", "PET_CT"] == ("PT and CT",)
    assert told["modality", "XRAY"] == ("CR", "DX", "XR")
    sdtm = {(one.column, one.ours): one.theirs for one in translations_of(load_adapter("sdtm"))}
    assert sdtm["status", "new"] == ("NEW", "NEW TARGET", "NEW NON-TARGET")
    assert sdtm["site", "rib"] == (r"/\bRIBS?\b/",)
    assert sdtm["analyte", "ALP_TOTAL"] == ("ALP",)


def test_a_word_of_the_adapter_itself_is_no_code_of_theirs() -> None:
    assert all(one.column != "analyte" for one in translations_of(load_adapter("omop")))


def test_the_page_of_a_format_lists_side_tables_and_codes() -> None:
    told = render_page(find_adapter("fhir"))
    assert (
        "| `bone_lesions` | assessment_id, lesion_id | brings the table, which the format lacks |  |" in told
    )
    assert "| response | PR | `LA28369-9` |" in told

"""The column lineage that the graph shows is what the SELECT files say, over columns that are there."""

from __future__ import annotations

import dagster as dg

from assets.definitions import build_defs
from assets.event import TABLES_OF_EVENT
from assets.lineage import FILE, column_lineage, lineage_of
from schemas.catalog import catalog
from schemas.contract import columns_of
from schemas.quarantine import raw_contract
from schemas.tables import TABLES
from tests.lineage.from_sql import written

UPSTREAM = {"core": {"raw"}, "event": {"core"}}


def columns_in(table: str) -> set[str]:
    schema, name = table.split(".")
    contract = raw_contract(name) if schema == "raw" else catalog()[schema][name]
    return {column.name for column in columns_of(contract)}


def test_the_lineage_is_what_the_select_files_say() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "write it anew: python -m tests.lineage"


def test_every_column_and_every_source_is_one_of_a_contract() -> None:
    for table, columns in column_lineage().items():
        assert set(columns) <= columns_in(table), table
        for sources in columns.values():
            for source in sources:
                assert source.rpartition(".")[2] in columns_in(source.rpartition(".")[0]), (table, source)


def test_a_column_comes_from_tables_that_its_asset_depends_on() -> None:
    graph = build_defs().resolve_asset_graph()
    for table, columns in column_lineage().items():
        parents = {key.to_user_string() for key in graph.get(dg.AssetKey(table.split("."))).parent_keys}
        for sources in columns.values():
            assert {"/".join(source.split(".")[:2]) for source in sources} <= parents, table


def test_lineage_covers_core_and_events_and_nothing_is_left_without_a_source() -> None:
    expected = {f"core.{name}" for name in (*TABLES, "assessment_cadence")}
    expected |= {f"event.{name}" for name in TABLES_OF_EVENT}
    assert set(column_lineage()) == expected
    # Parameters, and what counts rows or names flags of its own.
    made_here = {
        *("registry", "protocol", "protocol_digest", "delivery", "flags", "new_lesion_count"),
        *("missing", "closed_by"),
    }
    for table, columns in column_lineage().items():
        if table != "event.patient_flow":
            assert columns_in(table) - set(columns) <= made_here, table


def test_known_columns_come_from_where_the_specification_says() -> None:
    event = column_lineage()["event.pseudoprogression"]
    assert event["sites"] == ["core.bone_lesions.site"]
    assert "core.lab_results.value" in event["alp_baseline"]
    assert "core.her2_tests.her2_status" in event["her2_status"]
    # ALP and HER2 never influence the state.
    assert not [name for name in event["state"] if name.startswith(("core.lab_results", "core.her2_tests"))]
    assert lineage_of(dg.AssetKey(["raw", "patients"])) == {}

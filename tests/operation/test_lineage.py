"""The column lineage that the graph shows is what the SELECT files say, over columns that are there."""

from __future__ import annotations

from importlib.resources import files

import dagster as dg

from assets.definitions import build_defs
from assets.lineage import FILE, column_lineage, lineage_of, told_sources
from schemas.catalog import catalog
from schemas.contract import columns_of
from schemas.event import EVENT_TABLES
from schemas.metric import METRIC_TABLES
from schemas.quarantine import raw_contract
from schemas.tables import TABLES
from tests.lineage.from_metrics import BEFORE, COUNTED, READS
from tests.lineage.from_sql import written


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
        key = dg.AssetKey(table.split("."))
        # A metric also counts what the events were derived from.
        above = graph.get_ancestor_asset_keys(key) if key.path[0] == "metric" else graph.get(key).parent_keys
        above = {found.to_user_string() for found in above if found.path[0] != "raw" or key.path[0] == "core"}
        for sources in columns.values():
            assert {"/".join(source.split(".")[:2]) for source in sources} <= above, table


def test_lineage_covers_core_events_and_metrics_and_nothing_is_left_without_a_source() -> None:
    expected = {f"core.{name}" for name in (*TABLES, "assessment_cadence")}
    expected |= {f"event.{name}" for name in EVENT_TABLES}
    expected |= {f"metric.{name}" for name in METRIC_TABLES}
    assert set(column_lineage()) == expected
    # Parameters, and what counts rows or names flags of its own.
    made_here = {
        *("registry", "protocol", "protocol_digest", "delivery", "flags", "new_lesion_count"),
        *("missing", "closed_by", "line_count"),
    }
    for table, columns in column_lineage().items():
        if table != "event.patient_flow" and not table.startswith("metric."):
            assert columns_in(table) - set(columns) <= made_here, table


def test_known_columns_come_from_where_the_specification_says() -> None:
    event = column_lineage()["event.pseudoprogression"]
    assert event["sites"] == ["core.bone_lesions.site"]
    assert "core.lab_results.value" in event["alp_baseline"]
    assert "core.her2_tests.her2_status" in event["her2_status"]
    # ALP and HER2 never influence the state.
    assert not [name for name in event["state"] if name.startswith(("core.lab_results", "core.her2_tests"))]
    assert lineage_of(dg.AssetKey(["raw", "patients"])) == {}


def test_a_column_says_in_words_where_it_comes_from() -> None:
    assert told_sources("event.pseudoprogression", "sites") == "From core.bone_lesions (site)."
    assert told_sources("metric.estimate", "estimate").startswith(
        "From columns of core.assessment_cadence, core."
    )
    assert told_sources("raw.patients", "sex") == ""
    shown = build_defs().resolve_asset_graph().get(dg.AssetKey(["event", "pseudoprogression"])).metadata
    sites = next(column for column in shown["dagster/column_schema"].columns if column.name == "sites")
    assert sites.description.endswith(" From core.bone_lesions (site).")


def test_numbers_of_metrics_come_from_what_they_count() -> None:
    told = column_lineage()
    assert told["metric.course_group"]["days_to_event"] == ["event.pseudoprogression.days_to_event"]
    assert told["metric.cadence"]["share"] == ["core.assessment_cadence.cadence_class"]
    assert "core.bone_lesions.site" in told["metric.lesion_site"]["share"]
    assert "event.pseudoprogression.verdict_mda" in told["metric.concordance"]["patients"]
    assert not [name for name in told["metric.survival_curve"]["survival"] if "alp" in name]


def test_every_select_file_of_the_metrics_is_read_by_one() -> None:
    read = {word for table in READS.values() for words in table.values() for word in words}
    for name in COUNTED:
        assert any(word.startswith(f"{name}.") for word in read), name
    assert {table.name for table in files("bpp_etl.measure").joinpath("sql").iterdir()} == {
        f"{name}.sql" for name in (*BEFORE, *COUNTED, "registry", "refused_patients")
    }

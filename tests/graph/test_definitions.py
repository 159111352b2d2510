"""The graph says what it is: keys, groups, dependencies, owners, checks."""

import dagster as dg
import pytest

from assets.core import CHECKS
from assets.definitions import build_defs
from assets.event import counts_of
from bpp_etl import __version__
from bpp_etl.events import EventSummary
from schemas.event import EVENT_TABLES
from schemas.rules import RULES
from tests.graph.snapshot import FILE, written

GROUPS = {
    "raw": 6,
    "core": 7,
    "event": 4,
    "metric": 13,
    "release": 1,
}


@pytest.fixture(scope="module")
def graph():
    return build_defs().resolve_asset_graph()


def test_every_relation_is_an_asset_in_the_group_of_its_schema(graph) -> None:
    counted: dict[str, int] = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name == key.path[0]
        counted[node.group_name] = counted.get(node.group_name, 0) + 1
    assert counted == GROUPS


def test_every_asset_says_when_to_trust_it_and_who_owns_it(graph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.owners == ["team:registry-data"], key
        assert "trust" in (node.description or "").lower(), key


def test_every_table_shows_its_columns(graph) -> None:
    for key in graph.get_all_asset_keys():
        if key.path[0] == "release":
            continue
        columns = graph.get(key).metadata["dagster/column_schema"].columns
        assert columns, key
        assert all(column.description for column in columns), key


def test_every_rule_is_a_check_and_every_check_a_rule(graph) -> None:
    shown = {
        (key.asset_key.path[-1], key.name)
        for key in graph.asset_check_keys
        if key.asset_key.path[0] == "core"
    }
    assert shown == {(check.asset.path[-1], check.name) for check in CHECKS}
    assert {(rule.table, rule.id) for check in CHECKS for rule in check.rules} == {
        (rule.table, rule.id) for rule in RULES
    }


SHUT_WHERE_MOST_BREAK = {"patients_of_another_registry"}
"""Rules that warn, and shut the gate over a share."""


def test_only_checks_that_can_shut_the_gate_block(graph) -> None:
    for check in CHECKS:
        spec = graph.get_check_spec(dg.AssetCheckKey(check.asset, check.name))
        assert spec.blocking == (check.law.severity == "shut" or check.name in SHUT_WHERE_MOST_BREAK)


def test_the_data_flows_one_way(graph) -> None:
    order = list(GROUPS)
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert order.index(parent.path[0]) <= order.index(key.path[0]), (parent, key)


def test_registries_are_partitions_up_to_the_events_and_not_after(graph) -> None:
    for key in graph.get_all_asset_keys():
        is_partitioned = graph.get(key).partitions_def is not None
        assert is_partitioned == (key.path[0] in {"raw", "core", "event"}), key


def test_the_whole_graph_is_as_it_was_reviewed() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "look at it: python -m tests.graph.snapshot"


def test_every_asset_shows_the_version_of_its_code(graph) -> None:
    for key in graph.get_all_asset_keys():
        assert (graph.get(key).code_version or "").startswith(f"{__version__}+"), key


def test_the_metadata_of_events_tells_how_often_each_rule_fired_and_what_is_missing() -> None:
    summary = EventSummary(
        "north",
        9,
        by_left_at={"xu2025": {"no_first_line": 4, "candidate": 5}},
        by_rule={"xu2025": {"confirmed": 3, "awaiting_ct": 2}},
        by_missing={"xu2025": {"confirming_ct": 2}},
    )
    told = {table: counts_of(summary, table, threshold=0) for table in EVENT_TABLES}
    assert told == {
        "pseudoprogression": {"dagster/row_count": 5, "xu2025/confirmed": 3, "xu2025/awaiting_ct": 2},
        "patient_flow": {"dagster/row_count": 9, "xu2025/no_first_line": 4, "xu2025/candidate": 5},
        "first_line": {"dagster/row_count": 5, "xu2025/patients": 5},
        "open_question": {"dagster/row_count": 2, "xu2025/confirming_ct": 2},
    }
    # Of 9 patients, 5 with a first line would tell the 4 without one.
    assert counts_of(summary, "first_line", threshold=5) == {}


def test_the_metadata_of_events_tells_no_first_lines_that_tell_the_few_outside_the_window() -> None:
    def told(**left: int) -> dict[str, int | str]:
        flow = {"no_first_line": 6, "candidate": 20, **left}
        return counts_of(EventSummary("north", sum(flow.values()), {"xu2025": flow}), "first_line", 5)

    assert told(outside_window=2) == {}
    assert told(outside_window=5) == {"dagster/row_count": 20, "xu2025/patients": 20}


def test_the_metadata_of_events_tells_no_row_count_of_few_patients() -> None:
    few = EventSummary(
        "north",
        40,
        by_left_at={"xu2025": {"no_first_line": 20, "progression_first": 16, "candidate": 4}},
        by_rule={"xu2025": {"confirmed": 4}},
        by_missing={"xu2025": {}},
    )
    told = {table: counts_of(few, table, threshold=5) for table in EVENT_TABLES}
    assert told["pseudoprogression"] == {"xu2025/confirmed": "suppressed"}
    assert told["patient_flow"] == {
        "dagster/row_count": 40,
        "xu2025/no_first_line": 20,
        "xu2025/progression_first": "suppressed",
        "xu2025/candidate": "suppressed",
    }


def test_definitions_load_without_a_warehouse() -> None:
    assert {job.name for job in build_defs().jobs or ()} == {
        "refresh_registry",
        "refresh_registries",
        "derive_registry",
        "publish_release",
    }

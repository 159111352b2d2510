"""Deriving events: what is replaced, what is left alone, and what adds up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bpp_etl.events import ProtocolError, derive_events, load_protocol
from bpp_etl.timeline.cadence import derive_cadence
from bpp_etl.warehouse.connection import Connection, opened, transaction
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.select import has_table
from schemas.event import OPEN_QUESTIONS, OpenQuestion, PatientFlow, Pseudoprogression
from schemas.event_flags import EVENT_FLAGS
from schemas.flags import RULE_FLAGS
from schemas.quarantine import quarantine_contract
from schemas.tables import TABLES
from tests.support.core_tables import insert_patients, open_core
from tests.support.generated import DELIVERY, random_patients
from tests.support.relations import REGISTRY
from tests.support.timeline import on, read_timeline

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
    day 126  CT
"""


@pytest.fixture
def con() -> Iterator[Connection]:
    with open_core() as con:
        yield con


def rows(con: Connection, table: str) -> list[dict[str, object]]:
    return con.table(table).pl().sort("patient_id", "protocol").rows(named=True)


def test_an_empty_registry_gives_empty_tables_and_a_summary_of_nobody(con: Connection) -> None:
    summary = derive_events(con, REGISTRY, DELIVERY)
    derive_cadence(con, REGISTRY)
    assert (summary.patients, summary.candidates("xu2025")) == (0, 0)
    assert rows(con, "event.pseudoprogression") == rows(con, "event.patient_flow") == []


def test_the_tables_are_those_of_the_contracts(con: Connection) -> None:
    insert_patients(con, random_patients(5, 300))
    derive_events(con, REGISTRY, DELIVERY)
    Pseudoprogression.validate(con.table("event.pseudoprogression").pl())
    PatientFlow.validate(con.table("event.patient_flow").pl())
    OpenQuestion.validate(con.table("event.open_question").pl())


def test_a_second_run_replaces_the_first(con: Connection) -> None:
    insert_patients(con, random_patients(5, 300))
    derive_events(con, REGISTRY, DELIVERY)
    derive_cadence(con, REGISTRY)
    names = (
        "event.pseudoprogression",
        "event.patient_flow",
        "event.open_question",
        "core.assessment_cadence",
    )
    first = [con.table(name).fetchall() for name in names]
    derive_events(con, REGISTRY, DELIVERY)
    derive_cadence(con, REGISTRY)
    assert [con.table(name).fetchall() for name in names] == first
    assert all(first)


def test_events_of_an_earlier_version_with_fewer_columns_are_derived_anew(con: Connection) -> None:
    insert_patients(con, [read_timeline(CONFIRMED)])
    derive_events(con, REGISTRY, DELIVERY)
    expected = rows(con, "event.pseudoprogression")
    con.execute("alter table event.pseudoprogression drop column alp_category_progression")
    derive_events(con, REGISTRY, DELIVERY)
    assert rows(con, "event.pseudoprogression") == expected


def test_another_registry_is_neither_read_nor_touched(con: Connection) -> None:
    insert_patients(con, [read_timeline(CONFIRMED, "shared id")])
    for table in TABLES:
        con.execute(f"update core.{table} set registry = 'other'")
    derive_events(con, "other", on(400))
    derive_cadence(con, "other")
    before = rows(con, "event.pseudoprogression")
    insert_patients(con, [read_timeline("day -10 CT\n day 42 CT", "shared id")])
    summary = derive_events(con, REGISTRY, on(400))
    derive_cadence(con, REGISTRY)
    assert summary.by_left_at["xu2025"] == {"no_new_osteoblastic_lesion": 1}
    assert rows(con, "event.pseudoprogression") == before
    kept = con.table("core.assessment_cadence").pl()["registry"].to_list()
    assert sorted(kept) == ["other", "other", "other", REGISTRY]


def test_the_flow_adds_up_for_every_protocol(con: Connection) -> None:
    protocols = [load_protocol(name) for name in ("xu2025", "xu2025_one_ct", "lin2021")]
    insert_patients(con, random_patients(6, 800))
    summary = derive_events(con, REGISTRY, DELIVERY, protocols)
    assert summary.patients == 800
    for protocol in protocols:
        left = summary.by_left_at[protocol.name]
        assert sum(left.values()) == 800
        assert left["candidate"] == sum(summary.by_rule[protocol.name].values())
        assert left["candidate"] == sum(summary.by_state[protocol.name].values())
        states = [row["state"] for row in rows(con, "event.patient_flow") if row["protocol"] == protocol.name]
        assert len(states) == 800
        assert len([state for state in states if state]) == left["candidate"]


def test_every_undecided_candidate_has_a_question_that_would_settle_it_and_nobody_else_has_any(
    con: Connection,
) -> None:
    insert_patients(con, random_patients(8, 1500))
    summary = derive_events(con, REGISTRY, DELIVERY)
    undecided = {
        row["patient_id"]: row["reason"]
        for row in rows(con, "event.pseudoprogression")
        if row["state"] == "indeterminate"
    }
    asked = rows(con, "event.open_question")
    assert {row["patient_id"]: row["reason"] for row in asked} == undecided
    settling = {"baseline_ct", "confirming_ct", "progression_evidence", "progression_reading"}
    assert {row["patient_id"] for row in asked if row["missing"] in settling} == set(undecided)
    assert set(summary.by_missing["xu2025"]) == set(OPEN_QUESTIONS)
    assert sum(summary.by_missing["xu2025"].values()) == len(asked)


def test_every_flag_is_declared(con: Connection) -> None:
    insert_patients(con, random_patients(7, 2000))
    derive_events(con, REGISTRY, DELIVERY)
    raised = {flag for row in rows(con, "event.pseudoprogression") for flag in row["flags"]}
    # Nothing is quarantined, and no gate has flagged a row; everything else the crowd must raise. One flag of
    # a row is also raised of the event itself.
    of_rows = {*RULE_FLAGS} - {"progression_without_imaging"}
    assert raised == set(EVENT_FLAGS) - {"refused_evidence", *of_rows}


def test_nothing_is_left_behind(con: Connection) -> None:
    insert_patients(con, [read_timeline(CONFIRMED)])
    derive_events(con, REGISTRY, on(400))
    derive_cadence(con, REGISTRY)
    assert con.execute("select table_name from duckdb_tables() where temporary").fetchall() == []


def test_it_runs_in_the_callers_transaction_on_an_attached_file(tmp_path: Path) -> None:
    with opened(tmp_path / "registry.duckdb") as con:
        for table in TABLES.values():
            create_table(con, "core", table.name, table.contract)
        insert_patients(con, [read_timeline(CONFIRMED)])
        con.execute("begin")
        derive_events(con, REGISTRY, on(400))
        derive_cadence(con, REGISTRY)
        con.execute("rollback")
        assert not has_table(con, "event", "pseudoprogression")
        with transaction(con):
            derive_events(con, REGISTRY, on(400), delivery="2021-02-04-2")
        assert [row["delivery"] for row in rows(con, "event.pseudoprogression")] == ["2021-02-04-2"]


@pytest.mark.parametrize(
    ("table", "row", "is_flagged"),
    [
        ("imaging_assessments", {"patient_id": " one", "broken_rules": ["date_invalid"]}, True),
        ("imaging_assessments", {"patient_id": "one", "broken_rules": ["duplicate_row"]}, False),
        ("imaging_assessments", {"patient_id": "somebody else", "broken_rules": ["date_invalid"]}, False),
        ("therapy_lines", {"patient_id": "one", "broken_rules": ["end_before_start", "duplicate_row"]}, True),
        ("bone_lesions", {"assessment_id": "one:CT day 42", "broken_rules": ["code_unknown"]}, True),
        ("bone_lesions", {"assessment_id": "none such", "broken_rules": ["unknown_assessment"]}, False),
    ],
)
def test_refused_evidence_is_flagged(
    con: Connection, table: str, row: dict[str, object], is_flagged: bool
) -> None:
    insert_patients(con, [read_timeline(CONFIRMED, "one")])
    for name in ("imaging_assessments", "therapy_lines", "bone_lesions"):
        create_table(con, "quarantine", name, quarantine_contract(name))
    columns = {
        "registry": REGISTRY,
        "delivery": "d",
        "delivery_status": "admitted",
        "file": "f",
        "row_number": 1,
        **row,
    }
    con.execute(
        f"insert into quarantine.{table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
        list(columns.values()),
    )
    derive_events(con, REGISTRY, on(400))
    (event,) = rows(con, "event.pseudoprogression")
    assert ("refused_evidence" in event["flags"]) == is_flagged


def test_a_verdict_protocol_replaces_the_shipped_one_of_its_kind(con: Connection, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'name = "own_mda"\nkind = "mda"\ntitle = "Own"\nsummary = "A new lesion is one."\n'
        '[citation]\ntext = "Own"\n'
        '[parameters.new_osteoblastic_verdict]\nvalue = "PD"\nsource = "Own"\n',
        encoding="utf-8",
    )
    insert_patients(con, [read_timeline(CONFIRMED)])
    derive_events(con, REGISTRY, on(400), [load_protocol("xu2025"), load_protocol(path)])
    assert [row["verdict_mda"] for row in rows(con, "event.pseudoprogression")] == ["PD"]


def test_a_protocol_that_gives_a_state_is_needed_and_each_name_once(con: Connection) -> None:
    with pytest.raises(ProtocolError, match="none of the protocols gives a state"):
        derive_events(con, REGISTRY, DELIVERY, [load_protocol("mda")])
    with pytest.raises(ProtocolError, match="two protocols have the same name"):
        derive_events(con, REGISTRY, DELIVERY, [load_protocol("xu2025"), load_protocol("xu2025")])

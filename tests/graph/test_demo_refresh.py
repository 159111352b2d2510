"""The demonstration goes the whole way, and comes out as its truth says."""

import datetime as dt
import json
import shutil

import dagster as dg
import duckdb
import polars as pl
import pytest

from assets.instance import LOCATION, instance_of
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import STATE_RULES, flow_rules, load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.build import assemble, publish
from bpp_etl.release.shelf import Shelf
from schemas.metrics import METRICS
from tests.support.report_page import named_cells, read_page


def test_two_registries_are_admitted_and_one_is_shut(demo) -> None:
    _, _, written, done, _ = demo
    assert set(done.shut) == {name for name, item in written.items() if item.expected == "shut"}
    assert done.exit_code == 3
    assert not done.failed


def test_a_demonstration_says_that_it_is_made_up(release) -> None:
    assert release.execute("select is_synthetic from meta.release").fetchall() == [(True,)]
    assert release.execute("select distinct is_synthetic from quality.delivery").fetchall() == [(True,)]


def test_a_shut_gate_is_told_with_rule_counts_and_limit(demo) -> None:
    *_, said = demo
    told = "\n".join(said)
    assert "synthetic-shut: gate shut" in told
    assert "of imaging_assessments are refused" in told
    assert "limit 5 %" in told
    assert "  how to mend it: bpp check " in told


def test_its_runs_are_of_the_code_location_that_the_ui_loads_and_no_daemon_starts_them_again(demo) -> None:
    home, *_ = demo
    with instance_of(home / "warehouse") as instance:
        runs = instance.get_runs()
    assert {run.job_name for run in runs} == {"refresh_registries", "publish_release"}
    names = {(run.remote_job_origin.location_name, run.remote_job_origin.job_name) for run in runs}
    assert names == {(LOCATION, run.job_name) for run in runs}
    assert {run.tags["dagster/max_retries"] for run in runs} == {"0"}


@pytest.mark.parametrize("registry", ["synthetic-clean", "synthetic-dirty"])
def test_every_verdict_is_the_truth(demo, release, registry) -> None:
    _, _, written, _, _ = demo
    truth = written[registry].registry.truth.filter(~pl.col("is_refused"))
    columns = ("patient_id", "state", "reason", "event_date", "confirmation_date", "progression_date")
    expected = set(truth.filter(pl.col("state").is_not_null()).select(columns).rows())
    found = set(
        release.execute(
            f"select {', '.join(columns)} from event.pseudoprogression"
            " where registry = ? and protocol = 'xu2025'",
            [registry],
        ).fetchall()
    )
    assert len(expected) > 30
    assert len(expected ^ found) == 0
    admitted = release.execute("select count(*) from core.patients where registry = ?", [registry]).fetchone()
    flow = release.execute(
        "select count(*) from event.patient_flow where registry = ?", [registry]
    ).fetchone()
    assert admitted == flow == (truth.height,)


def test_every_metric_is_measured_and_says_what_is_declared_of_it(release) -> None:
    told = release.execute("select distinct metric, unit from metric.estimate").fetchall()
    # Two protocols are compared where there are two.
    assert dict(told) == {
        name: metric.unit for name, metric in METRICS.items() if name != "agreement_protocol"
    }
    curves = release.execute("select distinct metric from metric.survival_curve").fetchall()
    assert {name for (name,) in curves} == {name for name, metric in METRICS.items() if metric.has_curve}


def test_quarantine_holds_exactly_the_planted_rows(demo, release) -> None:
    _, _, written, _, _ = demo
    planted = written["synthetic-dirty"].registry.planted
    for table in planted["table"].unique().sort():
        expected = {
            (row["row_number"], tuple(row["rules"]))
            for row in planted.filter(pl.col("table") == table).iter_rows(named=True)
        }
        found = {
            (number, tuple(rules))
            for number, rules in release.execute(
                f'select row_number, broken_rules from quarantine."{table}" where registry = ?',
                ["synthetic-dirty"],
            ).fetchall()
        }
        assert len(found ^ expected) == 0, table


def test_delivered_is_admitted_refused_or_ignored_everywhere(release) -> None:
    rows = release.execute(
        "select delivered, admitted + refused + ignored from quality.table_count"
    ).fetchall()
    assert len(rows) == 18
    assert all(delivered == accounted for delivered, accounted in rows)


def test_every_published_table_and_column_carries_a_comment(release) -> None:
    bare = release.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where comment is null"
        " union all select schema_name || '.' || table_name || '.' || column_name"
        " from duckdb_columns() where comment is null and not internal"
    ).fetchall()
    assert bare == []


def test_an_unchanged_landing_is_not_recomputed(demo) -> None:
    _, resource, _, done, _ = demo
    said: list[str] = []
    again = refresh(resource, say=said.append)
    assert again.release_id == done.release_id
    assert not again.is_new
    assert [step.action for step in again.due] == ["nothing"] * 3
    assert again.exit_code == 3


def test_the_same_inputs_give_the_same_content_digest(demo, tmp_path) -> None:
    home, _, _, done, _ = demo
    for registry, delivery in survey(home / "landing").newest.items():
        files = WorkingFiles.of(tmp_path, registry)
        with files.locked():
            read(files, delivery)
            if gate(files, delivery).is_open:
                derive(files, registry, [load_protocol("xu2025")])
    assemble(tmp_path, [load_protocol("xu2025")])
    again = publish(tmp_path, created_at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    first = Shelf.of(home / "warehouse").manifest(done.release_id)
    assert first["content_digest"] == again.content_digest
    assert first["rows"] == again.rows


def test_the_main_plots_show_on_the_assets_they_are_drawn_from(demo) -> None:
    home, *_ = demo
    with instance_of(home / "warehouse") as instance:
        for table in ("survival_curve", "course_group", "alp_group", "alp_change", "lesion_site", "cadence"):
            event = instance.get_latest_materialization_event(dg.AssetKey(["metric", table]))
            picture = event.asset_materialization.metadata["picture"].value
            assert picture.startswith("**"), table
            assert "](data:image/svg+xml;base64," in picture, table
            assert "SYN-" not in picture


def test_no_count_of_few_patients_is_in_the_run_history(demo) -> None:
    home, *_ = demo
    with instance_of(home / "warehouse") as instance:
        for table in ("pseudoprogression", "patient_flow"):
            for record in instance.fetch_materializations(dg.AssetKey(["event", table]), limit=10).records:
                told = record.asset_materialization.metadata
                counts = [value.value for name, value in told.items() if "/" in name]
                assert counts
                assert not {1, 2, 3, 4} & {count for count in counts if isinstance(count, int)}


def test_every_estimate_on_the_page_is_the_one_in_the_release(demo, release) -> None:
    home, _, _, done, _ = demo
    page = read_page(Shelf.of(home / "warehouse").folder(done.release_id) / "report.html")
    shown = [named for named in named_cells(page) if named.relation == "metric.estimate"]
    for named in shown:
        where = " and ".join(f"{key} = ?" for key, _ in named.keys)
        found = release.execute(
            f"select {named.field} from metric.estimate where {where}", [text for _, text in named.keys]
        ).fetchall()
        assert found == [(named.value,)], named
    assert len(shown) > 300


def test_the_manifest_names_inputs_and_holds_no_patient(demo, release) -> None:
    home, _, _, done, _ = demo
    folder = Shelf.of(home / "warehouse").folder(done.release_id)
    told = (folder / "manifest.json").read_text(encoding="utf-8")
    assert dt.datetime.fromisoformat(json.loads(told)["created_at"]).tzinfo is not None
    assert "SYN-" not in told
    assert "SYN-" not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_release_never_mixes_protocols(demo, tmp_path) -> None:
    # In a copy: others look at the demonstration, and it is the default protocol's.
    home = tmp_path / "copy"
    shutil.copytree(demo[0], home)
    other = Warehouse(
        landing=str(home / "landing"), warehouse=str(home / "warehouse"), protocols=["xu2025_one_ct"]
    )
    done = refresh(other, only=["synthetic-clean"])
    assert not done.failed
    folder = Shelf.of(home / "warehouse").folder(str(done.release_id))
    with duckdb.connect(str(folder / "bpp.duckdb"), read_only=True) as con:
        found = con.execute(
            "select distinct registry, protocol from event.patient_flow order by all"
        ).fetchall()
        told = con.execute(
            "select release_id, protocol, count(*) from quality.event_rule_history group by all order by all"
        ).fetchall()
    assert found == [("synthetic-clean", "xu2025_one_ct"), ("synthetic-dirty", "xu2025_one_ct")]
    rules = 2 * len((*flow_rules(load_protocol("xu2025").window), *STATE_RULES))
    first = demo[3].release_id
    assert told == [(first, "xu2025", rules), (done.release_id, "xu2025_one_ct", rules)]

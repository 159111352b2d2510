"""The instance on a real PostgreSQL, and runs beside code served elsewhere, by the lines of operations.md.

Skips where PostgreSQL is not installed. Not here: starting it (`tests/support/postgresql.py`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import build_defs
from assets.operation import Operation
from assets.refresh import QUIET
from assets.resources import Warehouse
from bpp_etl.settings import PROJECT
from tests.support.daemon import running, settings, until
from tests.support.deliveries import write_delivery_of
from tests.support.postgresql import INSTALLED, LACKING, postgresql
from tests.support.ui import free_port

pytestmark = pytest.mark.skipif(not INSTALLED, reason=LACKING)


@pytest.fixture
def server() -> Iterator[int]:
    pytest.importorskip("dagster_postgres", reason="dagster-postgres is not installed")
    with postgresql() as port:
        yield port


PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


def documented(pattern: str) -> str:
    """Take lines out of the page, so that what is documented is what is tried."""
    found = re.search(pattern, PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found.group(1)


@pytest.fixture
def instance(server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Open the instance of the project with its storage moved as documented."""
    for name, value in {"USER": "bpp", "PASSWORD": "none", "HOST": "127.0.0.1", "DB": "postgres"}.items():
        monkeypatch.setenv(f"BPP_PG_{name}", value)
    monkeypatch.setenv("BPP_PG_PORT", str(server))
    stated = (PROJECT / "dagster.yaml").read_text(encoding="utf-8")
    storage = (PROJECT / "docs" / "deploy" / "postgresql.yaml").read_text(encoding="utf-8")
    moved, blocks = re.subn(r"^storage:\n(?:  .*\n)+", storage, stated, flags=re.MULTILINE)
    assert blocks == 1
    (tmp_path / "dagster.yaml").write_text(moved, encoding="utf-8")
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        assert type(opened.event_log_storage).__name__ == "PostgresEventLogStorage"
        yield opened


def test_runs_are_kept_in_postgresql_by_the_documented_lines(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    write_delivery_of(tmp_path / "landing")
    warehouse = Warehouse(landing=str(tmp_path / "landing"), warehouse=str(tmp_path / "warehouse"))
    instance.add_dynamic_partitions("registry", ["tiny"])
    job = build_defs(warehouse, Operation()).resolve_job_def("refresh_registry")
    done = job.execute_in_process(
        instance=instance, partition_key="tiny", run_config=QUIET, raise_on_error=False
    )
    assert done.success
    run = instance.get_run_by_id(done.run_id)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert instance.get_dynamic_partitions("registry") == ["tiny"]
    found = instance.fetch_materializations(dg.AssetKey(["core", "patients"]), limit=1).records
    assert found[0].partition_key == "tiny"


@pytest.mark.soak
def test_runs_start_beside_the_code_that_another_process_serves(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """The daemon knows the code by its address alone, as it would on another machine."""
    port = str(free_port())
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    (write_delivery_of(landing) / "_COMPLETE").touch()
    place = {"10.0.0.5": "127.0.0.1", "4266": port}
    patterns = (r"^    (dagster code-server start [^\n]*)", r"^# workspace.yaml[^\n]*\n(load_from:.*?)```")
    code, workspace = (
        re.sub("|".join(map(re.escape, place)), lambda found: place[found[0]], documented(pattern))
        for pattern in patterns
    )
    (tmp_path / "workspace.yaml").write_text(workspace, encoding="utf-8")
    postgres = {name: value for name, value in os.environ.items() if name.startswith("BPP_PG_")}
    env = settings(landing, warehouse, **postgres) | {"DAGSTER_HOME": str(tmp_path)}
    log = tmp_path / "daemon.log"
    daemon = ["dagster-daemon", "run", "-w", str(tmp_path / "workspace.yaml")]
    with (
        running(code.split(), env, tmp_path / "code.log", cwd=PROJECT),
        running(daemon, env, log, cwd=tmp_path),
    ):
        until(
            lambda: (
                [run.status for run in instance.get_runs(dg.RunsFilter(job_name="refresh_registry"))]
                == [dg.DagsterRunStatus.SUCCESS]
            ),
            "the delivery is refreshed",
            log,
        )
    assert (warehouse / "registries" / "tiny" / "admitted.duckdb").exists()

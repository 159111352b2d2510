"""The instance on a real PostgreSQL, by the lines of docs/operations.md: a run, its partition and its checks.

The server is started here, in a folder of its own, where PostgreSQL is installed; else this skips, saying so.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import build_defs
from assets.operation import Operation
from assets.refresh import QUIET
from assets.resources import Warehouse
from bpp_etl.settings import PROJECT
from tests.support.deliveries import write_delivery_of

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
pytestmark = pytest.mark.skipif(not INSTALLED, reason="PostgreSQL is not installed (/usr/lib/postgresql)")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    """Start a server of the test's own; it refuses to run as root, so root gives it to `nobody`."""
    pytest.importorskip("dagster_postgres", reason="dagster-postgres is not installed")
    home = Path("/tmp") / f"bpp-postgres-{os.getpid()}"
    home.mkdir()
    user: dict[str, str | int] = {}
    if os.getuid() == 0:
        account = pwd.getpwnam("nobody")
        os.chown(home, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid}
    port = free_port()
    run = {"cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
    programs = INSTALLED[-1]
    data = str(home / "data")
    options = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off"
    try:
        subprocess.run([programs / "initdb", "-D", data, "-U", "bpp", "-A", "trust", "-N"], check=True, **run)
        subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", options, "start"], check=True, **run)
        try:
            yield port
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **run)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def documented_storage() -> str:
    """Take the lines out of the page, so that what is documented is what is tried."""
    text = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(storage:\n  postgres:.*?)```", text, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_runs_are_kept_in_postgresql_by_the_documented_lines(
    server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"USER": "bpp", "PASSWORD": "none", "HOST": "127.0.0.1", "DB": "postgres"}.items():
        monkeypatch.setenv(f"BPP_PG_{name}", value)
    monkeypatch.setenv("BPP_PG_PORT", str(server))
    stated = (PROJECT / "dagster.yaml").read_text(encoding="utf-8")
    moved = re.sub(r"storage:\n  sqlite:\n    base_dir: \S+\n", documented_storage(), stated)
    assert "postgres" in moved
    (tmp_path / "dagster.yaml").write_text(moved, encoding="utf-8")
    write_delivery_of(tmp_path / "landing")
    warehouse = Warehouse(landing=str(tmp_path / "landing"), warehouse=str(tmp_path / "warehouse"))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        instance.add_dynamic_partitions("registry", ["tiny"])
        job = build_defs(warehouse, Operation()).resolve_job_def("refresh_registry")
        done = job.execute_in_process(
            instance=instance, partition_key="tiny", run_config=QUIET, raise_on_error=False
        )
        assert done.success
        assert instance.get_run_by_id(done.run_id).status == dg.DagsterRunStatus.SUCCESS
        assert instance.get_dynamic_partitions("registry") == ["tiny"]
        assert type(instance.event_log_storage).__name__ == "PostgresEventLogStorage"
        found = instance.fetch_materializations(dg.AssetKey(["core", "patients"]), limit=1).records
        assert found[0].partition_key == "tiny"

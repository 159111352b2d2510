"""Eight registries on two workers of Celery, with Redis and PostgreSQL, by `docs/deploy`; one is killed.

Not here: the other launchers, whose blocks their own libraries read (`tests/judges/test_launchers.py`).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest
import yaml

from bpp_etl.settings import PROJECT
from tests.support.daemon import running, settings, until
from tests.support.deliveries import write_delivery_of
from tests.support.postgresql import INSTALLED, LACKING, postgresql
from tests.support.ui import free_port
from tests.support.warehouses import admit, contents

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not INSTALLED, reason=LACKING),
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
]
DEPLOY = PROJECT / "docs" / "deploy"
REGISTRIES = [f"site-{number}" for number in range(8)]
PROGRAMS = Path(sys.executable).parent
LONGEST = 200
"""Seconds after which a run is given up, for the four hours of the page."""
PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
(WORKER,) = re.findall(r"^    (dagster-celery worker start .*)$", PAGE, re.MULTILINE)


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run the broker and the storage of runs, and tell where they are by the variables of the page."""
    pytest.importorskip("dagster_celery", reason="dagster-celery is not installed")
    broker = free_port()
    words = ["redis-server", "--port", str(broker), "--save", "", "--dir", str(tmp_path)]
    with postgresql() as port, running(words, dict(os.environ), tmp_path / "redis.log"):
        for name, told in {
            "PG_USER": "bpp",
            "PG_PASSWORD": "none",
            "PG_HOST": "127.0.0.1",
            "PG_DB": "postgres",
            "PG_PORT": str(port),
            "CELERY_BROKER": f"redis://127.0.0.1:{broker}/0",
            "CELERY_BACKEND": f"redis://127.0.0.1:{broker}/1",
        }.items():
            monkeypatch.setenv(f"BPP_{name}", told)
        yield


def instance_in(home: Path) -> Path:
    """Write the project's instance with the blocks of the page into the home of one machine."""
    told = yaml.safe_load((PROJECT / "dagster.yaml").read_text(encoding="utf-8"))
    for name in ("postgresql.yaml", "celery.yaml"):
        told |= yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    told["run_monitoring"] |= {"max_runtime_seconds": LONGEST, "poll_interval_seconds": 5}
    home.mkdir()
    (home / "dagster.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    return home


def test_eight_registries_on_two_machines_one_of_which_dies(services: None, tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    for registry in REGISTRIES:
        (write_delivery_of(landing, registry) / "_COMPLETE").touch()
    told = {name: value for name, value in os.environ.items() if name.startswith("BPP_")}

    def machine(name: str) -> dict[str, str]:
        home, scratch = instance_in(tmp_path / name), tmp_path / f"{name}-scratch"
        scratch.mkdir()
        own = {
            "DAGSTER_HOME": str(home),
            "BPP_SCRATCH": str(scratch),
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        }
        return settings(landing, warehouse, **told) | own

    log = tmp_path / "daemon.log"
    with ExitStack() as stack:
        workers: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("left", "right"):
            words = WORKER.replace("docs/deploy", str(DEPLOY)).replace(" -- ", f" -n {name} -- ").split()
            env = machine(name)
            workers[name] = stack.enter_context(
                running(words, env, tmp_path / f"{name}.log", cwd=Path(env["DAGSTER_HOME"]))
            )
        env = machine("daemon")
        instance = stack.enter_context(dg.DagsterInstance.from_config(env["DAGSTER_HOME"]))
        stack.enter_context(running(["dagster-daemon", "run"], env, log, cwd=PROJECT))

        def done() -> int:
            ended = dg.RunsFilter(job_name="refresh_registry", statuses=[dg.DagsterRunStatus.SUCCESS])
            return len({run.tags["dagster/partition"] for run in instance.get_runs(ended)})

        until(lambda: done() >= 1, "a first registry is refreshed", log)
        for name, worker in workers.items():
            assert worker.poll() is None, (tmp_path / f"{name}.log").read_text(encoding="utf-8")[-2000:]
        os.killpg(workers["left"].pid, signal.SIGKILL)
        until(lambda: done() == len(REGISTRIES), "all are refreshed", log)
    for registry in REGISTRIES:
        admit(landing, tmp_path / "alone", registry)
        settled, alone = (
            home / "registries" / registry / "admitted.duckdb" for home in (warehouse, tmp_path / "alone")
        )
        assert contents(settled) == contents(alone)
    assert [path for path in (tmp_path / "right-scratch").rglob("*") if path.is_file()] == []

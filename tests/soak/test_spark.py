"""Tasks on Spark, on one machine, on a cluster that loses a worker, and by Spark Connect: the same rows.

Not here: what needs no Spark (`tests/unit/runners`), and shards by themselves (`tests/unit/shards`).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from assets.runners import RUNNERS
from assets.runners.spark import Spark
from assets.runners.spark_driver import NO_SLOT
from bpp_etl.demo import write_demo_landing
from bpp_etl.errors import BppError
from bpp_etl.shards.rounds import Rounds
from tests.soak.figures import record
from tests.soak.spark import FIGURES, SHARDS, Servers, connect, environment_of, standalone
from tests.support.commands import bpp
from tests.unit.shards.hostile import write_hostile
from tests.unit.shards.sharded import BOUNDS, Landed, Outcome
from tests.unit.shards.test_wiring import refreshed

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
]
REGISTRY = "synthetic-dirty"
DEMO_ROWS = "3000"
"""Of so many rows are the shards of the demonstration's registry, so that it has three."""
SHUT = 3
"""What a refresh of the demonstration exits with: one of its registries is shut."""
KINDS = {"one machine": None, "two workers": standalone, "Spark Connect": connect}


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("demo") / "landing"
    write_demo_landing(found)
    return found


@pytest.fixture(scope="module")
def demo_digest(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return refreshed(landing, tmp_path_factory.mktemp("whole"), REGISTRY)[0]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Landed, Outcome]:
    home = tmp_path_factory.mktemp("hostile")
    landed = Landed.of(write_hostile(home / "landing", rows=300), home / "read")
    # What was read is all that is known of a delivery from then on: workers need not see the landing.
    shutil.rmtree(home / "landing")
    return landed, landed.outcome()


@contextmanager
def serving(kind: str, home: Path) -> Iterator[Servers]:
    """Run the servers of a kind, if it has any."""
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    home.mkdir()
    serve = KINDS[kind]
    if serve is None:
        yield Servers(home, "local[2]")
        return
    with serve(home) as servers:
        yield servers


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf").mkdir()
    for name, value in environment_of(tmp_path).items():
        monkeypatch.setenv(name, value)


class Rounded:
    """Runs rounds on Spark as they are asked for; `meanwhile` is told of each, while it runs."""

    def __init__(self, remote: str, meanwhile: Callable[[str, Path], None] | None = None) -> None:
        self.remote = remote
        self.meanwhile = meanwhile
        self.said: list[str] = []

    def run(self, tasks: Sequence[str]) -> list[str]:
        told = json.loads(tasks[0])
        folder = Path(told["folder"])
        runner = Spark(self.remote, 1, folder, self.said.append)
        if self.meanwhile is None:
            return runner.run(tasks)
        beside = Thread(target=self.meanwhile, args=(told["round"], folder))
        beside.start()
        answers = runner.run(tasks)
        beside.join()
        return answers


def note(name: str, **found: int) -> None:
    record(name, FIGURES[name], FIGURES[name], **found)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_judged_and_derived_on_spark_is_what_it_is_in_one_piece(
    kind: str,
    tmp_path: Path,
    settings: None,
    landing: Path,
    demo_digest: str,
    hostile: tuple[Landed, Outcome],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    landed, whole = hostile
    with serving(kind, tmp_path / "spark") as servers:
        for shards in SHARDS:
            runner = Rounded(servers.remote)
            assert landed.outcome(shards, runner).differing(whole) == []
            assert f"{shards} of {shards} tasks are done" in runner.said
        monkeypatch.setenv("BPP_SHARD_ROWS", DEMO_ROWS)
        monkeypatch.setenv("BPP_RUNNER", "spark")
        monkeypatch.setenv("BPP_SPARK_REMOTE", servers.remote)
        monkeypatch.chdir(tmp_path)
        # As in a notebook: workers stand elsewhere.
        digest, said = refreshed(landing, Path("warehouse"), REGISTRY, RUNNERS)
    assert digest == demo_digest
    assert "synthetic-dirty: events are derived in 3 shards" in said
    note(f"shards on Spark, {kind}", differing=0)


def test_a_worker_that_is_killed_costs_its_task_alone(
    tmp_path: Path, settings: None, hostile: tuple[Landed, Outcome]
) -> None:
    landed, whole = hostile
    begun: set[str] = set()
    with serving("two workers", tmp_path / "spark") as servers:

        def kill(name: str, folder: Path) -> None:
            if name != "judge":
                return
            limit = time.monotonic() + 300
            while time.monotonic() < limit and len(list(folder.glob("judge-*"))) < 2:
                time.sleep(0.05)
            os.killpg(servers.workers[0].pid, signal.SIGKILL)  # and what it has started with it
            while time.monotonic() < limit and len(begun) <= 3:
                begun.update(path.name for path in folder.glob("judge-*"))
                time.sleep(0.05)

        assert landed.outcome(3, Rounded(servers.remote, kill)).differing(whole) == []
        assert servers.workers[0].poll() == -signal.SIGKILL
        assert servers.workers[1].poll() is None
    assert len(begun) == 4  # three tasks, and that of the worker again
    note("a worker of Spark killed", differing=0, tasks_begun_again=len(begun) - 3)


def test_a_refresh_and_a_share_by_spark_connect_are_the_same(
    tmp_path: Path, landing: Path, settings: None
) -> None:
    told = {"BPP_LANDING": str(landing)}
    with serving("Spark Connect", tmp_path / "spark") as servers:
        on_spark = bpp(
            "refresh",
            **told,
            BPP_WAREHOUSE=str(tmp_path / "shards"),
            BPP_SHARD_ROWS=DEMO_ROWS,
            BPP_RUNNER="spark",
            BPP_SPARK_REMOTE=servers.remote,
        )
        shared = bpp(
            "share",
            "--to",
            tmp_path / "share of shards",
            BPP_WAREHOUSE=str(tmp_path / "shards"),
            BPP_SHARD_ROWS=DEMO_ROWS,
            BPP_RUNNER="spark",
            BPP_SPARK_REMOTE=servers.remote,
        )
    whole = bpp("refresh", **told, BPP_WAREHOUSE=str(tmp_path / "whole"))
    shared_whole = bpp("share", "--to", tmp_path / "share of whole", BPP_WAREHOUSE=str(tmp_path / "whole"))
    assert on_spark.code == whole.code == SHUT, on_spark.err
    assert (tmp_path / "spark" / "connect.log").read_text(encoding="utf-8").count(": Finished task") > 4 * 3
    digests = {
        json.loads(path.read_text(encoding="utf-8"))["content_digest"]
        for path in tmp_path.glob("*/published/releases/*/manifest.json")
    }
    assert len(digests) == 1
    assert shared.code == shared_whole.code == 0, shared.err
    assert "round gather" in shared.out
    assert len({path.read_bytes() for path in tmp_path.glob("share of */sums.parquet")}) == 1


def test_what_goes_wrong_on_spark_is_told_in_a_line(tmp_path: Path, settings: None) -> None:
    with serving("Spark Connect", tmp_path / "spark") as servers:
        asked = Rounds(Rounded(servers.remote), tmp_path, lambda _: None, *BOUNDS)
        with pytest.raises(BppError) as raised:
            asked.run("own", [{"bucket": 0}])
        assert "a task of the round own failed, by KeyError at routing.py:" in raised.value.message

        def lost(_: str, folder: Path) -> None:
            limit = time.monotonic() + 300
            while time.monotonic() < limit and not list(folder.glob("spark-*/marks-*")):
                time.sleep(0.05)
            servers.close()

        asked = Rounds(Rounded(servers.remote, lost), tmp_path, lambda _: None, *BOUNDS)
        with pytest.raises(BppError) as raised:
            asked.run("own", [{"bucket": 0}] * 50)
        assert raised.value.message == "the server of Spark was lost while it ran tasks"
        with pytest.raises(BppError) as raised:
            asked.run("own", [{"bucket": 0}])
        assert raised.value.message == "no server of Spark answers at spark_remote"
    with pytest.raises(BppError) as raised:
        Rounds(Rounded("no-such-master"), tmp_path, lambda _: None, *BOUNDS).run("own", [{"bucket": 0}])
    assert raised.value.message == "Spark does not start on this machine"


def test_a_cluster_without_a_worker_is_waited_for_and_the_wait_is_told(
    tmp_path: Path, settings: None, hostile: tuple[Landed, Outcome]
) -> None:
    landed, whole = hostile
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    (tmp_path / "spark").mkdir()
    with standalone(tmp_path / "spark", workers=()) as servers:
        runner = Rounded(servers.remote)

        def late(*_: object) -> None:
            limit = time.monotonic() + 300
            while time.monotonic() < limit and not any(NO_SLOT in words for words in runner.said):
                time.sleep(0.1)
            if not servers.workers:
                servers.add_worker("late")

        runner.meanwhile = late
        assert landed.outcome(1, runner).differing(whole) == []
    assert runner.said[0].startswith("0 of ")
    assert runner.said[0].endswith(NO_SLOT)

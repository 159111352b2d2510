"""Tasks run as processes that may be killed, and refuse whoever is of another version."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest

from bpp_etl.errors import BppError
from bpp_etl.shards import rounds
from bpp_etl.shards.processes import MOST_ATTEMPTS, Processes
from bpp_etl.shards.rounds import Rounds
from bpp_etl.shards.task import WORK
from tests.unit.shards.hostile import write_hostile
from tests.unit.shards.sharded import BOUNDS, Here, Landed

ROUNDS = set(WORK) - {"gather"}
"""Those of a registry; the last is of a release (`test_gathering.py`)."""


class Killed(Processes):
    """Processes one of which is killed in each round, once it has begun to work."""

    def run(self, tasks: Sequence[str]) -> list[str]:
        told = json.loads(tasks[0])
        killer = Thread(target=self.kill, args=(Path(told["folder"]), told["round"]))
        killer.start()
        answers = super().run(tasks)
        killer.join()
        return answers

    def kill(self, folder: Path, name: str) -> None:
        for _ in range(3000):
            if any(folder.glob(f"{name}-*")):
                for process in list(self._running):
                    os.kill(process.pid, signal.SIGKILL)
                return
            time.sleep(0.01)


def test_a_worker_that_is_killed_in_each_round_changes_nothing(tmp_path: Path) -> None:
    landed = Landed.of(write_hostile(tmp_path / "landing", rows=300), tmp_path / "read")
    said: list[str] = []
    runner = Killed(at_once=1, threads=1, say=said.append)
    assert landed.outcome(2, runner).differing(landed.outcome()) == []
    assert [words for words in said if "signal" in words] == [
        "a task was ended by signal 9, and is tried again"
    ] * len(ROUNDS)


def test_a_task_that_is_killed_again_and_again_ends_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bpp_etl.shards.processes.BEGIN", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    asked = Rounds(Processes(1, 1, lambda _: None), tmp_path, lambda _: None, *BOUNDS)
    with pytest.raises(BppError) as raised:
        asked.run("own", [{"bucket": 0}])
    assert raised.value.message == f"a task was ended {MOST_ATTEMPTS} times, the last time by signal 9"


def test_a_task_of_another_version_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = rounds.versions()
    told = iter([{**here, "duckdb": "0.0.1"}])
    monkeypatch.setattr(rounds, "versions", lambda: next(told, here))
    with pytest.raises(BppError) as raised:
        Rounds(Here(), tmp_path, lambda _: None, *BOUNDS).run("own", [{"bucket": 0}])
    assert raised.value.message == (
        f"a task runs with other versions than whoever asks for it: duckdb {here['duckdb']} in place of 0.0.1"
    )


def test_an_error_that_nobody_foresaw_is_told_by_its_kind_alone(tmp_path: Path) -> None:
    with pytest.raises(BppError) as raised:
        Rounds(Here(), tmp_path, lambda _: None, *BOUNDS).run("own", [{"bucket": 0}])
    assert "by KeyError at routing.py:" in raised.value.message


NOISY = """
import os
from bpp_etl.shards import task
def done(told):
    print("noise")
    os.system("echo noise")
    return '{"told": {}}'
task.done = done
task.main()
"""


def test_what_a_library_prints_is_no_part_of_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bpp_etl.shards.processes.BEGIN", NOISY)
    asked = Rounds(Processes(1, 1, lambda _: None), tmp_path, lambda _: None, *BOUNDS)
    assert asked.run("own", [{"bucket": 0}]) == [{}]

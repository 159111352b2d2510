"""Runs tasks on Spark: each round has a process of its own that speaks to it, which this one listens to.

So no Spark is loaded here, what it prints can be kept apart, and it holds no machine while nothing is asked
of it. Not here: what that process does (`spark_driver.py`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError
from bpp_etl.shards.rounds import Runner, Say
from bpp_etl.shards.sharding import SECTION, Sharding
from bpp_etl.warehouse.interrupts import interrupt_put_off
from bpp_etl.warehouse.told_errors import raise_told

CONNECT = "sc://"
ADDRESS = re.compile(r"(?:sc|spark)://(?:[^/@]*@)?([^/;]+)")
"""An address whose server can be asked whether it is there; of a cluster's master there may be several."""
PORTS = {"sc": 15002, "spark": 7077}
"""Of Spark's servers, where an address names none."""
OTHER_SESSIONS = ("SPARK_REMOTE", "SPARK_API_MODE", "SPARK_CONNECT_MODE_ENABLED")
"""Variables that would choose the session in place of our setting."""
OWN_ADDRESS, LOOPBACK = "SPARK_LOCAL_IP", "127.0.0.1"
"""The variable of the address at which workers find who asks them; pandera sets it to where none does."""
PATIENCE = 10
"""Seconds that a server may take to be reached, and the process that speaks to Spark to end."""
BEGIN = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
__file__ = sys.argv[2]
from assets.runners.spark_driver import main
main()
"""
"""What the process runs. Spark takes a program without a file for a test of its own."""


def on_spark(sharding: Sharding, folder: Path, say: Say) -> Runner:
    """Run tasks on the Spark that the settings name."""
    return Spark(sharding.spark_remote, sharding.task_threads, folder, say)


@dataclass(frozen=True)
class Spark:
    """Runs each task in a process on a worker of Spark; `folder` is one that all the workers see."""

    remote: str
    threads: int
    folder: Path
    say: Say

    def run(self, tasks: Sequence[str]) -> list[str]:
        """Run the tasks. Errors: BppError where there is no Spark, or it gives up."""
        ensure_there(self.remote)
        own = Path(tempfile.mkdtemp(prefix="spark-", dir=self.folder))
        asked = {"remote": self.remote, "threads": self.threads, "folder": str(own), "tasks": tasks}
        try:
            with _driver(own) as driver:
                return self._heard(driver, json.dumps(asked))
        finally:
            shutil.rmtree(own, ignore_errors=True)

    def _heard(self, driver: subprocess.Popen[str], asked: str) -> list[str]:
        assert driver.stdin is not None
        assert driver.stdout is not None
        with suppress(BrokenPipeError):  # it is over, and says why, or nothing
            driver.stdin.write(asked)
            driver.stdin.close()
        for line in driver.stdout:
            told: dict[str, Any] = json.loads(line)
            if "answers" in told:
                answers: list[str] = told["answers"]
                return answers
            raise_told(told, "a round of tasks failed on Spark")
            self.say(told["said"])
        raise BppError(
            "the process that speaks to Spark was ended, and its tasks are not done",
            "look at the machine: its memory, its disk, its log",
        )


@contextmanager
def _driver(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the process that speaks to Spark; it is over when the block is."""
    path = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
    with interrupt_put_off():
        process = subprocess.Popen(
            [sys.executable, "-c", BEGIN, path, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What Spark logs there may quote a cell.
            stderr=None if os.environ.get("BPP_TRACEBACK") == "1" else subprocess.DEVNULL,
            # Where it leaves files, they go with the round's.
            env={**environment_of(os.environ), "SPARK_LOCAL_DIRS": str(folder)},
            cwd=folder,
            text=True,
            # Ctrl-C is for whoever asked: what was begun ends with it.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def environment_of(ours: Mapping[str, str]) -> dict[str, str]:
    """Make the environment of the process that speaks to Spark from ours."""
    environment = {name: value for name, value in ours.items() if name not in OTHER_SESSIONS}
    if environment.get(OWN_ADDRESS) == LOOPBACK:
        del environment[OWN_ADDRESS]
    return environment


def ensure_there(remote: str) -> None:
    """Refuse at once where there is no Spark: it would be tried for minutes. Errors: BppError."""
    if find_spec("pyspark") is None:
        raise BppError("tasks run on Spark, and pyspark is not installed", "pip install 'bpp-etl[spark]'")
    if not remote.startswith(CONNECT):
        if find_spec("py4j") is None:
            raise BppError(
                "the pyspark that is installed speaks to servers of Spark Connect alone",
                f'install all of pyspark, or set spark_remote = "sc://..." in {SECTION}',
            )
        if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
            raise BppError(
                "Spark needs Java, and none is found here",
                f'install Java 17 or later, or set spark_remote = "sc://..." in {SECTION}',
            )
    if not is_answered(remote):
        raise BppError(
            "no server of Spark answers at spark_remote",
            f"start it, or mend spark_remote in {SECTION}; the variable BPP_SPARK_REMOTE wins, and"
            " BPP_RUNNER=processes does without",
        )


def is_answered(remote: str) -> bool:
    """Say whether a server answers at an address; of this machine, and of masters of other kinds, it does."""
    found = ADDRESS.match(remote)
    return found is None or any(_is_open(place, remote) for place in found[1].split(","))


def _is_open(place: str, remote: str) -> bool:
    host, _, port = place.rpartition(":") if re.search(r":\d+$", place) else (place, "", "")
    with suppress(OSError):
        number = int(port or PORTS[remote.partition(":")[0]])
        with socket.create_connection((host.strip("[]"), number), PATIENCE):
            return True
    return False

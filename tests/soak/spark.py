"""Spark's own servers on loopback, as its package brings them: a master, workers, and Spark Connect.

Not here: what runs on them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.daemon import running, until
from tests.support.ui import free_port

SHARDS = (1, 3, 7)
"""In so many shards a landing is judged on each kind of Spark; another is in some."""
FIGURES = {
    **{
        f"shards on Spark, {kind}": len(SHARDS) + 1
        for kind in ("one machine", "two workers", "Spark Connect")
    },
    "a worker of Spark killed": 1,
}
"""What is noted of a soak, and of how many runs."""
SETTINGS = """
spark.executor.memory 512m
spark.driver.memory 512m
spark.ui.enabled false
"""
DEPLOY, HERE = "org.apache.spark.deploy", ("--host", "127.0.0.1", "--webui-port", "0")
FRUGAL = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Of all its Java: the machine of a test is small."""


def environment_of(home: Path) -> dict[str, str]:
    """Make an environment whose Spark is small, and whose workers run this Python."""
    (home / "conf").mkdir(exist_ok=True)
    (home / "conf" / "spark-defaults.conf").write_text(SETTINGS, encoding="utf-8")
    return {
        "SPARK_CONF_DIR": str(home / "conf"),
        "PYSPARK_PYTHON": sys.executable,
        "JDK_JAVA_OPTIONS": FRUGAL,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


@dataclass
class Servers:
    """The servers that run in a folder; `remote` is where the tasks' runner finds them."""

    home: Path
    remote: str = ""
    log: Path = Path()
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a program of Spark's, in a process group of its own."""
        self.log = self.home / f"{name}.log"
        env = {**os.environ, **environment_of(self.home)}
        return self._stack.enter_context(running([*words], env, self.log, cwd=self.home))

    def add_worker(self, name: str) -> None:
        """Start a worker of a master, which does one task at a time, and wait until it is there."""
        told = ("--cores", "1", "--memory", "1g", "--work-dir", str(self.home / name))
        self.workers.append(
            self.start(name, "spark-class", f"{DEPLOY}.worker.Worker", *HERE, *told, self.remote)
        )
        until(_says(self.log, "Successfully registered with master"), "a worker is there", self.log)

    def close(self) -> None:
        """End them all."""
        self._stack.close()


@contextmanager
def connect(home: Path) -> Iterator[Servers]:
    """Run a server of Spark Connect that works on this machine alone."""
    servers, port = Servers(home), free_port()
    try:
        servers.start(
            "connect",
            "spark-submit",
            *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
            *("--master", "local[2]"),
            *("--conf", f"spark.connect.grpc.binding.port={port}"),
            *("--conf", "spark.connect.grpc.binding.address=127.0.0.1"),
            "spark-internal",
        )
        until(lambda: _listens(port), "Spark Connect listens", servers.log)
        servers.remote = f"sc://127.0.0.1:{port}"
        yield servers
    finally:
        servers.close()


@contextmanager
def standalone(home: Path, workers: Sequence[str] = ("left", "right")) -> Iterator[Servers]:
    """Run a master with workers of these names, which do a task each."""
    servers, port = Servers(home), free_port()
    try:
        servers.start("master", "spark-class", f"{DEPLOY}.master.Master", *HERE, "--port", str(port))
        until(lambda: _listens(port), "the master listens", servers.log)
        servers.remote = f"spark://127.0.0.1:{port}"
        for name in workers:
            servers.add_worker(name)
        yield servers
    finally:
        servers.close()


def _says(log: Path, words: str) -> Callable[[], bool]:
    return lambda: words in log.read_text(encoding="utf-8", errors="replace")


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False

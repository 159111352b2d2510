"""The real daemon, and the real web server, on a project in a test's own folder; ended when the test ends.

Not here: what they must do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from assets.instance import home_of
from bpp_etl.settings import PROJECT
from tests.support.commands import environment

PATIENCE = 420
"""Seconds after which waiting has failed; a machine that is shared can be slow."""


def settings(landing: Path, warehouse: Path, **more: str) -> dict[str, str]:
    """Set a project up in the environment: its places, its instance, and quick looks."""
    return environment(
        BPP_LANDING=str(landing),
        BPP_WAREHOUSE=str(warehouse),
        DAGSTER_HOME=str(home_of(warehouse)),
        BPP_WATCH_SECONDS="5",
        PYTHONUNBUFFERED="1",
        **more,
    )


@contextmanager
def running(
    words: list[str], env: dict[str, str], log: Path, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of this environment in a process group of its own, and end the group."""
    program = Path(sys.executable).with_name(words[0])
    if not program.exists():
        program = Path(words[0])
    with log.open("wb") as told:
        process = subprocess.Popen(
            [str(program), *words[1:]], env=env, cwd=cwd, stdout=told, stderr=told, start_new_session=True
        )
        try:
            yield process
        finally:
            _end(process)


@contextmanager
def daemon(landing: Path, warehouse: Path, log: Path, **more: str) -> Iterator[dg.DagsterInstance]:
    """Run `dagster-daemon` on a project, and yield its instance."""
    env = settings(landing, warehouse, **more)
    with (
        running(["dagster-daemon", "run"], env, log, cwd=PROJECT) as process,
        dg.DagsterInstance.from_config(env["DAGSTER_HOME"]) as instance,
    ):
        yield instance
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-3000:]


def until(is_so: Callable[[], bool], what: str, log: Path) -> None:
    """Wait for something to come true; fail with the daemon's last words where it does not."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if is_so():
            return
        time.sleep(0.5)
    told = log.read_text(encoding="utf-8", errors="replace")[-4000:]
    raise AssertionError(f"not within {PATIENCE} seconds: {what}\n{told}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=20)

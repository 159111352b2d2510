"""What a command costs: time by the clock, CPU of all its processes, the most memory that they hold at once.

Not here: which commands are compared (`cases.py`).
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BECOME_REAPER = 36
"""PR_SET_CHILD_SUBREAPER of Linux's prctl."""
TICK = 0.1
"""Seconds between two looks at the memory."""
MB = 1 << 20
NOT_COMPILED = "PYTHONDONTWRITEBYTECODE"
"""Where it is set, every process compiles every module anew, and that is what would be measured."""


@dataclass(frozen=True)
class Cost:
    """What one run of a command took: seconds by the clock and of CPU, and MB of memory at its peak."""

    wall: float
    cpu: float
    peak: float


def as_installed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which a command finds its modules compiled, once it has run before."""
    return {name: value for name, value in environment.items() if name != NOT_COMPILED}


def cost_of(words: Sequence[str], log: Path) -> Cost:
    """Run a command to its end, and that of every process that it leaves behind.

    Orphans become this process's own, for their CPU is counted only when they are waited for. Errors:
    SystemExit where the command fails.
    """
    ctypes.CDLL(None).prctl(BECOME_REAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    peak = 0.0
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            list(words), stdout=out, stderr=subprocess.STDOUT, env=as_installed(os.environ)
        )
        while process.poll() is None:
            peak = max(peak, memory_of(os.getpid()))
            time.sleep(TICK)
    wall = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"{words[0]} left with {process.returncode}; see {log.name}")
    while _is_another_reaped():
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak)


def _is_another_reaped() -> bool:
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        return False
    return True


def memory_of(pid: int) -> float:
    """Add up the MB of all descendants of a process; what several share is counted once (PSS)."""
    waiting, found = _children_of(pid), 0.0
    while waiting:
        child = waiting.pop()
        waiting += _children_of(child)
        found += _pss_of(child)
    return found


def _children_of(pid: int) -> list[int]:
    try:
        told = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for line in told for child in line.split()]


def _pss_of(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * 1024 / MB for line in lines if line.startswith("Pss:"))


def disk_of(folder: Path) -> float:
    """Add up the MB that the files of a folder take on disk; a file with two names counts once."""
    found = {(told.st_dev, told.st_ino): told.st_blocks * 512 for told in map(Path.stat, folder.rglob("*"))}
    return sum(found.values()) / MB

"""Running the real `bpp`, or another command, in a process of its own.

Not here: what it must do.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BPP = Path(sys.executable).with_name("bpp")


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """Copy this process's environment without settings of ours and of the tests, and add some.

    A run of tests within one has folders of its own only if it does not know of the other.
    """
    told = ("BPP_", "DAGSTER_", "PYTEST_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(told)}
    return {**own, "DAGSTER_DISABLE_TELEMETRY": "yes", **more}


def ended(words: Sequence[str | Path], cwd: Path | None = None, **more: str) -> Said:
    """Run a command to its end; settings come as keywords."""
    done = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def bpp(*words: str | Path, **more: str) -> Said:
    """Run `bpp` to its end; settings come as keywords."""
    return ended([BPP, *words], **more)


def start_bpp(*words: str | Path, **more: str) -> subprocess.Popen[bytes]:
    """Start `bpp` in a process group of its own, to be killed."""
    return subprocess.Popen(
        [str(BPP), *map(str, words)],
        env=environment(**more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

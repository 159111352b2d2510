"""A process that does somebody's work, and is not to outlive whoever asked for it.

Not here: the work (`reading/child.py`, `bpp_etl/shards`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""
FIRST_TO_GO = "1000"
"""Of Linux's oom_score_adj: where memory runs out, this process is ended and no other."""


def confine() -> None:
    """Leave nothing of the process behind when it dies, and let it die before others."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    die_with_parent()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")


def die_with_parent() -> None:
    """Let the process be killed as soon as whoever started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


@contextlib.contextmanager
def answering() -> Iterator[TextIO]:
    """Yield what standard output was, for answers alone: what a library prints goes where errors go."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        yield answers

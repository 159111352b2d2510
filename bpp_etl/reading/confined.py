"""A process that does somebody's work, and is not to outlive whoever asked for it.

Not here: the work (`reading/child.py`, `bpp_etl/shards`).
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal
import sys
from pathlib import Path

DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""
FIRST_TO_GO = "1000"
"""Of Linux's oom_score_adj: where memory runs out, this process is ended and no other."""


def confine() -> None:
    """Leave nothing of the process behind when it dies, and let it die before others."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")

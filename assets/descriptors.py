"""How many files this process may have open: with too few Dagster waits for ever, and says nothing.

Not here: limits on what is read (`bpp_etl/reading/limits.py`).
"""

from __future__ import annotations

import resource

from bpp_etl.errors import BppError

LEAST = 128
"""Three times what a refresh of one registry has open: DuckDB, the history of runs, pipes to who reads."""
WANTED = 4096


def ensure_files_may_be_opened() -> None:
    """Take as many open files as the system grants, up to what is wanted.

    Errors: BppError where that is too few to run.
    """
    granted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if granted == resource.RLIM_INFINITY:
        return
    if granted < WANTED:
        granted = WANTED if most == resource.RLIM_INFINITY else min(WANTED, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, most))
    if granted < LEAST:
        raise BppError(
            f"this process may open {granted} files at once; it needs {LEAST}",
            f"raise the limit where it is started: ulimit -n {WANTED}",
        )

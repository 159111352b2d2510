"""The entry of the command `bpp`: where only what reads a release is installed, it says so, with a hint.

Not here: any command (`assets/cli.py`).
"""

from __future__ import annotations

import gc
import sys

OURS = ("assets", "bpp_etl", "schemas")
YOUNG = 100_000
"""So many new objects before the collector looks for cycles; at all that stays it looks a tenth as often.

What a refresh loads stays: looking at it again and again took half a second of each.
"""


def main() -> None:
    """Run the command, if what it needs is installed."""
    gc.set_threshold(YOUNG, 10, 100)
    try:
        from assets.cli import main as run  # noqa: PLC0415
    except ModuleNotFoundError as lacking:
        name = (lacking.name or "").partition(".")[0]
        if name in OURS:
            raise
        sys.stderr.write(
            f"error: bpp needs {name}, which is not installed here\n"
            "hint: `bpp_etl.open_release` reads releases without it; commands need the package with what it"
            " depends on: docs/installation.md\n"
        )
        sys.exit(1)
    run()

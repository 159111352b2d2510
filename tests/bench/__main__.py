"""Times `bpp refresh` beside plain DuckDB and a script of pandas; one run writes docs/benchmarks.md.

Not here: what is timed (`cases.py`).
Use: python -m tests.bench [--patients N ...] [--rounds K] [--folder DIR] [--show]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.bench.cases import compared, small_registries, warm_up
from tests.bench.page import render, write_page

SIZES = (1_000, 10_000, 200_000, 1_000_000)
ROUNDS = 3
LARGE = 500_000
"""From so many patients on, one round is enough: what it costs to start is lost in it."""


def main() -> None:
    """Write the landings, time the commands, write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, help="where to work; else in a temporary folder")
    parser.add_argument("--show", action="store_true", help="show the figures, and leave the page as it is")
    told = parser.parse_args()
    home = told.folder or Path(tempfile.mkdtemp(prefix="bpp-bench-"))
    try:
        warm_up(home / "warm")
        cases = [
            compared(home / "compared", patients, 1 if patients >= LARGE else told.rounds)
            for patients in told.patients
        ]
        small = small_registries(home / "small", told.rounds)
    finally:
        if told.folder is None:
            shutil.rmtree(home, ignore_errors=True)
    if told.show:
        print(render(cases, small, told.rounds))
    else:
        write_page(cases, small, told.rounds)


if __name__ == "__main__":
    main()

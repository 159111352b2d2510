"""The files of a landing as tables of a DuckDB file, and nothing else: what reading and writing cost.

Use: plain_duckdb.py LANDING FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def main() -> None:
    """Load every file."""
    landing, target = map(Path, sys.argv[1:])
    with duckdb.connect(str(target)) as con:
        for number, file in enumerate(sorted(landing.glob("*/*/*.csv"))):
            con.execute(f"create table t{number}_{file.stem} as from read_csv($file)", {"file": str(file)})


if __name__ == "__main__":
    main()

"""Times `bpp refresh` on synthetic patients against plain DuckDB reading the same files into tables.

Beside them it times the writes that a refresh cannot do without: every row as delivered, typed, and published
in the format that older clients read, with nothing judged, derived or measured. Not here: a verdict. Each
command runs in a process of its own; ratios are taken within one run, as machines are noisy.
Use: python -m tests.bench [--patients N] [--rounds K] [--folder DIR]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bpp_etl.demo import write_benchmark_landing

NAMES = ("bpp refresh", "the writes alone", "plain DuckDB")
PLAIN = """
import sys, pathlib, duckdb
landing, target = map(pathlib.Path, sys.argv[1:])
con = duckdb.connect(str(target))
for number, file in enumerate(sorted(landing.glob("*/*/*.csv"))):
    con.execute(f"create table t{number}_{file.stem} as from read_csv($file)", {"file": str(file)})
con.close()
"""

WRITES = """
import sys, pathlib, duckdb
landing, target = map(pathlib.Path, sys.argv[1:])
con = duckdb.connect()
con.execute("set force_compression = 'uncompressed'")
con.execute(f"attach '{target}.working' as working (storage_version 'v1.2.0')")
con.execute(f"attach '{target}' as release (storage_version 'v1.2.0')")
files = {file.stem: str(file) for file in sorted(landing.glob("*/*/*.csv"))}
typed = {}
for table, file in files.items():
    text = "read_csv($file, all_varchar = true)"
    con.execute(f"create table working.raw_{table} as from {text}", {"file": file})
    kinds = con.execute("describe from read_csv($file)", {"file": file}).fetchall()
    typed[table] = ", ".join(f'try_cast("{name}" as {kind}) as "{name}"' for name, kind, *_ in kinds)
for table, columns in typed.items():
    con.execute(f"create table working.{table} as select {columns} from working.raw_{table}")
con.execute("set force_compression = 'auto'")
for table in files:
    con.execute(f"create table release.{table} as from working.{table}")
con.execute("checkpoint release")
con.close()
pathlib.Path(f"{target}.working").unlink()
"""


def timed(words: list[str]) -> tuple[float, float, float]:
    """Run a command; return wall seconds, CPU seconds, and the peak of resident memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    peak = 0.0
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        try:
            for line in status.read_text().splitlines():
                if line.startswith("VmHWM"):
                    peak = max(peak, int(line.split()[1]) / 1024)
        except OSError:
            break
        time.sleep(0.05)
    if process.wait() != 0:
        raise SystemExit(f"{words[0]} left with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu, peak


def main() -> None:
    """Write the landing, time both, print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    home = told.folder or Path(tempfile.mkdtemp(prefix="bpp-bench-"))
    landing = home / "landing"
    rows = write_benchmark_landing(landing, told.patients, seed=7)
    print(f"{told.patients} synthetic patients, {sum(rows.values())} rows")
    bpp = str(Path(sys.executable).with_name("bpp"))
    figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in NAMES}
    for _ in range(told.rounds):
        warehouse, plain = home / "warehouse", home / "plain.duckdb"
        shutil.rmtree(warehouse, ignore_errors=True)
        places = ["--landing", str(landing), "--warehouse", str(warehouse)]
        figures["bpp refresh"].append(timed([bpp, "refresh", *places]))
        for name, script in (("the writes alone", WRITES), ("plain DuckDB", PLAIN)):
            plain.unlink(missing_ok=True)
            figures[name].append(timed([sys.executable, "-c", script, str(landing), str(plain)]))
    for name, runs in figures.items():
        wall, cpu, peak = (median(run[column] for run in runs) for column in range(3))
        print(f"{name:16} wall {wall:7.1f} s   cpu {cpu:7.1f} s   peak {peak:7.0f} MB")
    for name in ("bpp refresh", "the writes alone"):
        pairs = list(zip(figures[name], figures["plain DuckDB"], strict=True))
        for column, what in ((0, "wall"), (1, "cpu")):
            ratios = sorted(ours[column] / theirs[column] for ours, theirs in pairs)
            print(
                f"ratio {what} of {name}: median {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
            )
    if told.folder is None:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()

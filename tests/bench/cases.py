"""What is timed: each command on each landing, in turn, so that a busy minute costs all of them alike.

Not here: how a cost is taken (`timing.py`), and the page (`page.py`).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bpp_etl.demo import write_benchmark_landing
from tests.bench.timing import Cost, cost_of, disk_of

SCRIPTS = Path(__file__).with_name("scripts")
BPP = str(Path(sys.executable).with_name("bpp"))
REFRESH, PLAIN, PANDAS = "`bpp refresh`", "plain DuckDB", "pandas and pandera"
REGISTRIES, PATIENTS_OF_EACH = 20, 50
SEED = 7
PATIENTS_TO_WARM = 50


@dataclass
class Case:
    """One landing, and what each command took on it, round by round."""

    patients: int
    rows: int
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    disk: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, cost: Cost) -> None:
        """Keep what a command took in this round."""
        self.costs.setdefault(name, []).append(cost)


def warm_up(home: Path) -> None:
    """Run each command once, uncounted, so that no command that counts compiles a module."""
    landing = home / "landing"
    shutil.rmtree(home, ignore_errors=True)
    write_benchmark_landing(landing, PATIENTS_TO_WARM, SEED)
    for _, words, made in _commands(landing, home):
        cost_of(words, home / "log")
        _clear(made)


def compared(home: Path, patients: int, rounds: int) -> Case:
    """Time a refresh of a new warehouse beside plain DuckDB and the pandas script, alternating."""
    landing, log = home / "landing", home / "log"
    shutil.rmtree(home, ignore_errors=True)
    rows = write_benchmark_landing(landing, patients, SEED)
    case = Case(patients, sum(rows.values()))
    for _ in range(rounds):
        for name, words, made in _commands(landing, home):
            _clear(made)
            case.add(name, cost_of(words, log))
            case.disk[name] = disk_of(made) if made.is_dir() else made.stat().st_size / (1 << 20)
    case.disk["the delivered files"] = disk_of(landing)
    return case


def _commands(landing: Path, home: Path) -> Sequence[tuple[str, list[str], Path]]:
    warehouse, plain, frames = home / "warehouse", home / "plain.duckdb", home / "frames"
    return (
        (REFRESH, refresh(landing, warehouse), warehouse),
        (PLAIN, [sys.executable, str(SCRIPTS / "plain_duckdb.py"), str(landing), str(plain)], plain),
        (PANDAS, [sys.executable, str(SCRIPTS / "pandas_script.py"), str(landing), str(frames)], frames),
    )


def refresh(landing: Path, warehouse: Path) -> list[str]:
    """Write the words of a refresh."""
    return [BPP, "refresh", "--landing", str(landing), "--warehouse", str(warehouse)]


def small_registries(home: Path, rounds: int) -> Case:
    """Time twenty registries, one of which is new, beside all of them new, one alone, and none."""
    landing, log = home / "landing", home / "log"
    shutil.rmtree(home, ignore_errors=True)
    rows = write_benchmark_landing(landing, REGISTRIES * PATIENTS_OF_EACH, SEED, REGISTRIES)
    case = Case(REGISTRIES * PATIENTS_OF_EACH, sum(rows.values()))
    newest = sorted(landing.iterdir())[-1]
    aside, alone = home / "aside", home / "alone"
    for _ in range(rounds):
        warehouse = home / "warehouse"

        def timed(name: str, place: Path = landing, at: Path = warehouse) -> None:
            case.add(name, cost_of(refresh(place, at), log))

        _clear(warehouse)
        timed(f"all {REGISTRIES} new")
        timed("nothing new")
        _clear(warehouse)
        shutil.move(newest, aside)
        cost_of(refresh(landing, warehouse), log)
        shutil.move(aside, newest)
        timed(f"one new of {REGISTRIES}")
        _clear(alone)
        shutil.copytree(newest, alone / "landing" / newest.name)
        timed("one alone", alone / "landing", alone / "warehouse")
    return case


def _clear(place: Path) -> None:
    remove: Callable[[Path], object] = shutil.rmtree if place.is_dir() else Path.unlink
    if place.exists():
        remove(place)

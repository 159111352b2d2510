"""What is killed in a soak: the processes that work on a warehouse, started as people and services do.

Another deed gets a line in `DEEDS`. Not here: when it is killed, and what must hold afterwards
(`test_kills.py`).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT
from tests.support.commands import BPP, environment
from tests.support.daemon import settings
from tests.support.ui import free_port


@dataclass(frozen=True)
class Home:
    """A landing with a new delivery, and a warehouse that holds releases of the one before."""

    landing: Path
    warehouse: Path


@dataclass(frozen=True)
class Deed:
    """A command on a warehouse, its part of a hundred turns, and for how many seconds it may work."""

    words: Callable[[Home], Sequence[str | Path]]
    of_a_hundred: int
    seconds: float
    is_service: bool = False


def _refresh(home: Home) -> Sequence[str | Path]:
    return BPP, "refresh", "--landing", home.landing, "--warehouse", home.warehouse


def _share(home: Home) -> Sequence[str | Path]:
    folder = home.warehouse.parent / "shared"
    number = len(list(folder.iterdir())) if folder.exists() else 0
    return BPP, "share", "--to", folder / str(number), "--warehouse", home.warehouse


def _step_back(home: Home) -> Sequence[str | Path]:
    return BPP, "releases", "rollback", Shelf.of(home.warehouse).ids()[0], "--warehouse", home.warehouse


def _prune(home: Home) -> Sequence[str | Path]:
    return BPP, "releases", "prune", "--keep", "1", "--warehouse", home.warehouse


def _daemon(_: Home) -> Sequence[str | Path]:
    return Path(sys.executable).with_name("dagster-daemon"), "run"


def _ui(home: Home) -> Sequence[str | Path]:
    port = str(free_port())
    return BPP, "ui", "--port", port, "--landing", home.landing, "--warehouse", home.warehouse


DEEDS: dict[str, Deed] = {
    "refresh": Deed(_refresh, 66, 8.0),
    "share": Deed(_share, 12, 4.0),
    "step back": Deed(_step_back, 6, 1.5),
    "prune": Deed(_prune, 6, 1.5),
    "daemon": Deed(_daemon, 5, 30.0, is_service=True),
    "ui": Deed(_ui, 5, 20.0, is_service=True),
    # A deed of erasing a patient belongs here.
}


def start(deed: Deed, home: Home, log: Path) -> subprocess.Popen[bytes]:
    """Start a deed in a process group of its own, with its words in a file."""
    env = settings(home.landing, home.warehouse) if deed.is_service else environment()
    with log.open("wb") as told:
        return subprocess.Popen(
            [*map(str, deed.words(home))],
            env=env,
            cwd=PROJECT,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )

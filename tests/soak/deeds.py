"""What is killed in a soak: the processes that work on a warehouse, started as people and services do.

Another deed gets a line in `DEEDS`. Not here: when it is killed, and what must hold afterwards
(`test_kills.py`).
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT
from tests.support.commands import BPP, environment
from tests.support.daemon import settings
from tests.support.ui import free_port

ERASED = "C"
"""The patient who is erased."""


@dataclass(frozen=True)
class Home:
    """A landing with a new delivery, and a warehouse that holds releases of the one before."""

    landing: Path
    warehouse: Path


@dataclass(frozen=True)
class Deed:
    """A command on a warehouse, its part of a thousand kills, and for how many seconds it may work."""

    words: Callable[[Home], Sequence[str | Path]]
    of_a_thousand: int
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


def _erase(home: Home) -> Sequence[str | Path]:
    places = ("--landing", home.landing, "--warehouse", home.warehouse)
    return BPP, "erase", ERASED, "--registry", "tiny", *places


def _daemon(_: Home) -> Sequence[str | Path]:
    return Path(sys.executable).with_name("dagster-daemon"), "run"


def _ui(home: Home) -> Sequence[str | Path]:
    port = str(free_port())
    return BPP, "ui", "--port", port, "--landing", home.landing, "--warehouse", home.warehouse


DEEDS: dict[str, Deed] = {
    "refresh": Deed(_refresh, 430, 8.0),
    "share": Deed(_share, 150, 4.0),
    "step back": Deed(_step_back, 70, 1.0),
    "prune": Deed(_prune, 70, 1.0),
    "daemon": Deed(_daemon, 65, 20.0, is_service=True),
    "ui": Deed(_ui, 65, 15.0, is_service=True),
    "erase": Deed(_erase, 150, 6.0),
}


def choose(chance: random.Random, kills: Mapping[str, int]) -> str:
    """Choose a deed by what it lacks of its part, so that a thousand kills hit each as often as is told."""
    lacking = {name: max(0, deed.of_a_thousand - kills.get(name, 0)) for name, deed in DEEDS.items()}
    (name,) = chance.choices([*lacking], [*lacking.values()])
    return name


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

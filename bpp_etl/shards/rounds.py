"""Rounds as whoever asks for them has them: tasks told in JSON, what a runner made of them, versions.

Not here: what a task does (`shards/routing.py`, `shards/judging.py`, `shards/deriving.py`), and doing it
(`shards/task.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from bpp_etl.code_version import code_version
from bpp_etl.errors import BppError
from bpp_etl.warehouse.told_errors import raise_told

Say = Callable[[str], None]
Told = dict[str, Any]
LIBRARIES = ("duckdb", "numpy", "polars")
"""What rows depend on beside our code: a hash, a sum or a sort of another version may differ."""


class Runner(Protocol):
    """Runs tasks, wherever it likes and in any order."""

    def run(self, tasks: Sequence[str]) -> list[str]:
        """Return the answer to each task, in the order of the tasks; both are JSON. Errors: BppError."""


def versions() -> dict[str, str]:
    """Name the code that does a task, and the libraries that it stands on."""
    return {"bpp_etl": code_version(), **{name: version(name) for name in LIBRARIES}}


def ensure_same(told: Mapping[str, str]) -> None:
    """Refuse a task of another version: its rows could differ from those of the others."""
    here = versions()
    differing = [name for name in here if told.get(name) != here[name]]
    if differing:
        words = ", ".join(f"{name} {here[name]} in place of {told.get(name, 'none')}" for name in differing)
        raise BppError(
            f"a task runs with other versions than whoever asks for it: {words}",
            "install the same lock wherever tasks run",
        )


@dataclass(frozen=True)
class Rounds:
    """Asks for rounds of tasks; each task makes a folder of its own in `folder`.

    `memory` and `threads` are what a task may take; `shard_rows` go into a shard, more or less.
    """

    runner: Runner
    folder: Path
    say: Say
    memory: int
    threads: int
    shard_rows: int

    def run(self, name: str, asked: Sequence[Mapping[str, Any]]) -> list[Told]:
        """Have the tasks of a round done, all of them; a `Path` among what is asked is told whole.

        Errors: BppError as a task raised it.
        """
        self.say(f"round {name}: {len(asked)} tasks")
        common = {
            "round": name,
            "versions": versions(),
            "folder": self.folder,
            "memory": self.memory,
            "threads": self.threads,
        }
        tasks = [json.dumps({**common, "asked": one}, default=_told) for one in asked]
        return [_answer(name, answer) for answer in self.runner.run(tasks)]


def _told(one: object) -> str:
    """Tell what JSON has no word for: a path so that it is the same wherever the task is done."""
    return str(one.absolute() if isinstance(one, Path) else one)


def _answer(name: str, answer: str) -> Told:
    told: Told = json.loads(answer)
    raise_told(told, f"a task of the round {name} failed")
    found: Told = told["told"]
    return found

"""How a mend is told: a delivery breaks a rule, the gate decides, it is mended, and the gate decides again.

Not here: the tales (`file_mends.py`, `declared_mends.py`, `warehouse_mends.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

from bpp_etl.gate.decision import GateDecision
from tests.mends.mend import Tale, ToldMend
from tests.support.deliveries import DAY
from tests.support.gating import gated

Decisions = Iterator[GateDecision]


def mends(rule: str, says: str, *leaves: str, on: tuple[str, ...] = ()) -> Callable[[Tale], ToldMend]:
    """Make a mend of a tale; `on` are the tables in which the rule is broken, where it holds for many."""
    return lambda tell: ToldMend(rule, says, frozenset(leaves), on, tell=tell)


def decided(folder: Path) -> GateDecision:
    """Judge the delivery as it lies there."""
    return gated(folder).decision


def states(folder: Path, toml: str) -> None:
    """Write the registry.toml of a delivery."""
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of a delivery."""
    (folder / name).write_text(text, encoding="utf-8")


OF_STUDY = ("date_in_months", "date_relative", "line_derived")
"""What the rows of the study that `write_study` writes bear in any case."""


def write_study(home: Path) -> Path:
    """Write the worked delivery of cbioportal, whose side tables are patients, images and lesions."""
    example = Path(str(files("bpp_etl.adapters").joinpath("cbioportal", "example")))
    folder = home / "study" / DAY
    shutil.copytree(example, folder)
    (folder / "registry.toml").rename(folder.parent / "registry.toml")
    return folder

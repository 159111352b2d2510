"""The run storage that stays open, by the lines of operations.md that opt in.

Not here: what it must do (`tests/operation/test_run_storage.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from assets.instance import CONFIGURATION, home_of
from bpp_etl.settings import PROJECT
from tests.support.pages import fenced, page

(OPTING_IN,) = (
    block for block in fenced(page("operations.md"), "yaml") if block.startswith("storage:\n  custom:")
)


def kept_open(home: Path) -> dict[str, Any]:
    """Give the value of `storage` in `dagster.yaml` that opts in, with its files in a folder."""
    custom = yaml.safe_load(OPTING_IN)["storage"]["custom"]
    return {"custom": {**custom, "config": {**custom["config"], "base_dir": str(home)}}}


def opt_in(copy: Path) -> None:
    """Write the settings of a copy of the project as somebody who opts in has them."""
    stated = (PROJECT / CONFIGURATION).read_text(encoding="utf-8")
    changed, blocks = re.subn(r"^storage:\n(?:  .*\n)+", OPTING_IN, stated, flags=re.MULTILINE)
    assert blocks == 1
    (copy / CONFIGURATION).write_text(changed, encoding="utf-8")


@contextmanager
def refreshes_opted_in(folder: Path) -> Iterator[None]:
    """Let every refresh of this process opt in meanwhile, by settings in a folder; for speed alone."""
    opt_in(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assets.instance.PROJECT", folder)
        yield


@contextmanager
def opted_in(warehouse: Path) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a warehouse whose settings opt in."""
    stated = yaml.safe_load((home_of(warehouse) / CONFIGURATION).read_text(encoding="utf-8"))
    elsewhere = warehouse / "opted-in"
    elsewhere.mkdir(exist_ok=True)
    changed = stated | {"storage": kept_open(warehouse / "dagster")}
    (elsewhere / CONFIGURATION).write_text(yaml.safe_dump(changed), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(elsewhere)) as instance:
        yield instance

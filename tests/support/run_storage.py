"""Run storage as Dagster keeps it by itself, by the lines of operations.md that go back to it.

Not here: what ours must do (`tests/operation/test_run_storage.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml

from assets.instance import CONFIGURATION, home_of
from tests.support.pages import fenced, page

(GOING_BACK,) = (
    block for block in fenced(page("operations.md"), "yaml") if block.startswith("storage:\n  sqlite:")
)


@contextmanager
def as_dagster_does(warehouse: Path) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a warehouse whose settings went back to Dagster's own storage."""
    stated = (home_of(warehouse) / CONFIGURATION).read_text(encoding="utf-8")
    changed, blocks = re.subn(r"^storage:\n(?:  .*\n)+", GOING_BACK, stated, flags=re.MULTILINE)
    assert blocks == 1
    settings = yaml.safe_load(changed)
    settings["storage"]["sqlite"]["base_dir"] = str(warehouse / "dagster")
    elsewhere = warehouse / "gone-back"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / CONFIGURATION).write_text(yaml.safe_dump(settings), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(elsewhere)) as instance:
        yield instance

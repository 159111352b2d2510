"""Does one task: told by a line of JSON, it makes a folder of its own, and tells in JSON what is in it.

Not here: the work of each round, and who asks for it (`shards/rounds.py`).
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from bpp_etl.reading.confined import answering, confine
from bpp_etl.shards.bounds import Bounds
from bpp_etl.shards.rounds import ensure_same
from bpp_etl.warehouse.connection import room_for
from bpp_etl.warehouse.told_errors import as_message

Work = Callable[[Mapping[str, Any], Path, Bounds], Mapping[str, Any]]
WORK: Mapping[str, tuple[str, str]] = {
    "route": ("bpp_etl.shards.routing", "route"),
    "own": ("bpp_etl.shards.routing", "own"),
    "judge": ("bpp_etl.shards.judging", "judge_shard"),
    "derive": ("bpp_etl.shards.deriving", "derive_shard"),
    "gather": ("bpp_etl.shards.gathering", "gather_part"),
}
"""The function that does the work of each round. A process loads that of its own round alone."""


def main() -> None:
    """Read a task from standard input, do it, and write the answer to standard output, and nothing else."""
    confine()
    with answering() as answers:
        answers.write(done(sys.stdin.read()) + "\n")


def done(task: str) -> str:
    """Do a task; the answer has what it tells, or the error that kept it from it."""
    told = json.loads(task)
    try:
        ensure_same(told["versions"])
        module, name = WORK[told["round"]]
        work: Work = getattr(import_module(module), name)
        with room_for(Path(told["folder"])):
            folder = Path(tempfile.mkdtemp(prefix=f"{told['round']}-", dir=told["folder"]))
        with room_for(folder):
            found = work(told["asked"], folder, Bounds(told["memory"], told["threads"], folder))
        return json.dumps({"told": found}, default=str)
    except Exception as error:  # noqa: BLE001 - whoever asked is told
        return json.dumps(as_message(error))

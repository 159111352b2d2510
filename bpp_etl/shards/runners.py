"""What makes a runner, by the name that the settings give it; and those that need nothing but this machine.

Not here: runners that know an engine which spreads work (`assets/runners`); whoever has them hands them in.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bpp_etl.errors import UsageError
from bpp_etl.reading.scratch import SCRATCH
from bpp_etl.shards.processes import Processes
from bpp_etl.shards.rounds import Rounds, Runner, Say
from bpp_etl.shards.sharding import SECTION, Sharding

MakeRunner = Callable[[Sharding, Path, Say], Runner]
"""Makes a runner for the tasks whose folders lie in a folder, and tells somebody how far it is."""
Runners = Mapping[str, MakeRunner]


def processes(sharding: Sharding, _: Path, say: Say) -> Runner:
    """Run tasks in processes of this machine."""
    return Processes(sharding.tasks_at_once, sharding.task_threads, say)


OF_THIS_MACHINE: Runners = {"processes": processes}


def runner_of(sharding: Sharding, folder: Path, say: Say, runners: Runners) -> Runner:
    """Make the runner that the settings name. Errors: UsageError where nobody has handed it in."""
    make = runners.get(sharding.runner)
    if make is None:
        raise UsageError(
            f"runner in {SECTION} is {sharding.runner}, which is not at hand here",
            f"there is {', '.join(runners)}",
        )
    return make(sharding, folder, say)


@contextmanager
def rounds_in(scratch: Path, sharding: Sharding, say: Say, runners: Runners) -> Iterator[Rounds]:
    """Yield rounds of tasks whose files lie beside what is half-built until they are settled."""
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch.absolute()))
    try:
        runner = runner_of(sharding, folder, say, runners)
        yield Rounds(runner, folder, say, sharding.task_memory, sharding.task_threads, sharding.shard_rows)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

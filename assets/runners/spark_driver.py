"""What speaks to Spark, in a process of its own: one call that runs all tasks of a round, and their answers.

It tells lines of JSON: what is to be said meanwhile, and the answers, or the error that kept it from them.
The call is one that a classic cluster and a server of Spark Connect both take. Not here: who listens
(`assets/runners/spark.py`), what a failure is called (`spark_failures.py`), and what a task does
(`bpp_etl/shards/task.py`).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

from assets.runners.spark import CONNECT, LOOPBACK, is_answered
from assets.runners.spark_failures import LOOK_THERE, told_of
from bpp_etl.errors import BppError
from bpp_etl.reading.confined import answering, die_with_parent
from bpp_etl.shards.rounds import Say
from bpp_etl.warehouse.interrupts import A_MOMENT
from bpp_etl.warehouse.told_errors import as_message

Answer = Callable[[Iterator[Any]], Iterator[Any]]
COLUMNS = "number long, answer string"
NO_SLOT = "Spark has no free slot for one, or cannot reach its workers"
QUIET = 30
"""Seconds in which nothing moves, after which it is told; then after twice as many, and so on."""
LOOK, LOST = 5, 60
"""So often, in seconds, it is looked whether a server is still there, and after so many it is lost."""


def main() -> None:
    """Read from standard input what is asked, and tell on standard output what came of it."""
    die_with_parent()
    signal.signal(signal.SIGTERM, _leave)
    asked = json.loads(sys.stdin.read())
    with answering() as answers:

        def tell(**told: object) -> None:
            answers.write(json.dumps(told) + "\n")
            answers.flush()

        try:
            tell(answers=_answers(asked, lambda words: tell(said=words)))
        except BppError as error:
            tell(**as_message(error))


def _leave(*_: object) -> NoReturn:
    raise SystemExit(1)


def _answers(asked: dict[str, Any], say: Say) -> list[str]:
    """Have the tasks done in one call, while telling how many are."""
    tasks: list[str] = asked["tasks"]
    marks = tempfile.mkdtemp(prefix="marks-", dir=asked["folder"])
    answer = answer_of(tasks, asked["threads"], marks)
    remote: str = asked["remote"]
    begun: list[Any] = []

    def collected() -> Any:
        session = _session(remote)
        begun.append(session)
        # Without a shuffle, each number is in a part of its own: a part that is lost is one task.
        return session.range(0, len(tasks), 1, len(tasks)).mapInArrow(answer, COLUMNS).collect()

    try:
        rows = _waited(collected, remote, Marks(Path(marks), len(tasks)), say)
    except BppError:
        raise
    except Exception as error:  # noqa: BLE001 - told in our words
        _show(error)
        raise told_of(error, had_session=bool(begun)) from None
    finally:
        for session in begun:
            _close(session, remote)
    found = {int(row["number"]): str(row["answer"]) for row in rows}
    if len(found) != len(tasks):
        raise BppError("Spark lost answers of a round of tasks", LOOK_THERE)
    return [found[number] for number in range(len(tasks))]


def answer_of(tasks: Sequence[str], threads: int, marks: str) -> Answer:
    """Make what a worker runs: it has the tasks of its numbers done, and marks when each begins and ends.

    The function is sent as it is, so that it can say where this code is not installed.
    """

    def answer(batches: Iterator[Any]) -> Iterator[Any]:
        import json  # noqa: PLC0415
        import os  # noqa: PLC0415
        from pathlib import Path  # noqa: PLC0415

        import pyarrow as pa  # noqa: PLC0415

        def is_seen() -> bool:
            return os.access(marks, os.W_OK)

        def mark(what: str, number: int) -> None:
            if is_seen():
                Path(marks, f"{what}-{number}").touch()

        def told(task: str) -> str:
            refused = {"error": "BppError", "hint": "docs/scale.md says what workers need"}
            try:
                from bpp_etl.shards.processes import done_apart  # noqa: PLC0415
            except ImportError:
                words = "a worker of Spark has no bpp_etl, or lacks some of what it needs"
                return json.dumps({**refused, "message": words})
            if not is_seen():
                words = "a worker of Spark does not see the folder of its tasks, or may not write there"
                return json.dumps({**refused, "message": words})
            return done_apart(task, threads)

        for batch in batches:
            for number in batch.column(0).to_pylist():
                mark("begun", number)
                made = told(tasks[number])
                mark("done", number)
                columns = [pa.array([number], pa.int64()), pa.array([made], pa.string())]
                yield pa.RecordBatch.from_arrays(columns, ["number", "answer"])

    return answer


def _session(remote: str) -> Any:
    """Begin a session: of Spark Connect at its address, of any other by its master."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    if remote.startswith(CONNECT):
        return SparkSession.builder.remote(remote).getOrCreate()
    settings = {"spark.ui.enabled": "false", "spark.sql.artifact.isolation.enabled": "false"}
    if remote.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        settings |= {
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            # All of it that runs is what hands tasks on: to compile that well takes longer than to run it.
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        }
    builder = SparkSession.builder.master(remote).appName("bpp_etl")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


@dataclass
class Marks:
    """What workers leave in a folder as so many tasks begin and end, and since when nothing has come."""

    folder: Path
    tasks: int
    found: tuple[int, int] = (0, 0)
    since: float = field(default_factory=time.monotonic)
    patience: float = QUIET

    def news(self) -> Iterator[str]:
        """Tell how many tasks are done, if more are, and now and then that nothing moves."""
        names = [path.name.partition("-")[0] for path in self.folder.iterdir()]
        begun, done = names.count("begun"), names.count("done")
        now = time.monotonic()
        if done > self.found[1]:
            yield f"{done} of {self.tasks} tasks are done"
        if (begun, done) != self.found:
            self.found, self.since, self.patience = (begun, done), now, QUIET
        elif now - self.since > self.patience:
            self.patience *= 2
            words = (
                f"{done} of {self.tasks} tasks are done; for {now - self.since:.0f} s none has begun or ended"
            )
            yield words if begun > done else f"{words}: {NO_SLOT}"


def _waited(call: Callable[[], Any], remote: str, marks: Marks, say: Say) -> Any:
    """Make a call in a thread, and tell meanwhile how many tasks have left their mark.

    Spark knows it too, but a classic cluster and Spark Connect tell it in different ways. A server of Spark
    Connect that is gone would be waited for ten minutes; a master may go, and its cluster works on. For a
    free slot it is waited as long as it takes: others may be using them all.
    """
    called: Future[Any] = Future()

    def work() -> None:
        try:
            called.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            called.set_exception(error)

    thread = Thread(target=work, daemon=True)  # it does not keep the process that is told to end
    thread.start()
    looked = seen = time.monotonic()
    while thread.is_alive():
        thread.join(A_MOMENT)
        for words in marks.news():
            say(words)
        now = time.monotonic()
        if remote.startswith(CONNECT) and now - looked > LOOK:
            looked = now
            if is_answered(remote):
                seen = now
            elif now - seen > LOST:
                raise BppError("the server of Spark was lost while it ran tasks", LOOK_THERE)
    return called.result()


def _close(session: Any, remote: str) -> None:
    """End a session, and what still runs in it; of one that is lost there is nothing to end."""
    if not is_answered(remote):
        return
    try:
        if hasattr(session, "interruptAll"):
            session.interruptAll()
        session.stop()
    except Exception as error:  # noqa: BLE001 - the answers, or an error before, are what counts
        _show(error)


def _show(error: Exception) -> None:
    if os.environ.get("BPP_TRACEBACK") == "1":
        traceback.print_exception(error)

"""What speaks to Spark, in a process of its own: one call that runs all tasks of a round, and their answers.

It tells lines of JSON: how many tasks are done, and the answers, or the error that kept it from them. The
call is one that a classic cluster and a server of Spark Connect both take. Not here: who listens
(`assets/runners/spark.py`), and what a task does (`bpp_etl/shards/task.py`).
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
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

from assets.runners.spark import CONNECT, LOOPBACK, is_answered
from bpp_etl.errors import BppError
from bpp_etl.reading.confined import answering, die_with_parent
from bpp_etl.warehouse.connection import A_MOMENT
from bpp_etl.warehouse.told_errors import as_message

Answer = Callable[[Iterator[Any]], Iterator[Any]]
COLUMNS = "number long, answer string"
LOOK_THERE = "look at Spark's own log; the release in service is as it was"
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
            tell(answers=_answers(asked, lambda done: tell(done=done)))
        except BppError as error:
            tell(**as_message(error))


def _leave(*_: object) -> NoReturn:
    raise SystemExit(1)


def _answers(asked: dict[str, Any], say: Callable[[int], None]) -> list[str]:
    """Have the tasks done in one call, while telling how many are."""
    tasks: list[str] = asked["tasks"]
    marks = tempfile.mkdtemp(prefix="done-", dir=asked["folder"])
    answer = answer_of(tasks, asked["threads"], marks)
    remote: str = asked["remote"]
    begun: list[Any] = []

    def collected() -> Any:
        session = _session(remote)
        begun.append(session)
        # Without a shuffle, each number is in a part of its own: a part that is lost is one task.
        return session.range(0, len(tasks), 1, len(tasks)).mapInArrow(answer, COLUMNS).collect()

    try:
        rows = _waited(collected, remote, marks, say)
    except BppError:
        raise
    except Exception as error:  # noqa: BLE001 - told in our words
        raise _told(error, had_session=bool(begun)) from None
    finally:
        for session in begun:
            _close(session, remote)
    found = {int(row["number"]): str(row["answer"]) for row in rows}
    if len(found) != len(tasks):
        raise BppError("Spark lost answers of a round of tasks", LOOK_THERE)
    return [found[number] for number in range(len(tasks))]


def answer_of(tasks: Sequence[str], threads: int, marks: str) -> Answer:
    """Make what a worker runs: it has the tasks whose numbers it is given done, and marks each.

    The function is sent as it is, so that it can say where this code is not installed.
    """

    def answer(batches: Iterator[Any]) -> Iterator[Any]:
        import json  # noqa: PLC0415
        import os  # noqa: PLC0415
        from pathlib import Path  # noqa: PLC0415

        import pyarrow as pa  # noqa: PLC0415

        def told(task: str) -> str:
            refused = {"error": "BppError", "hint": "docs/scale.md says what workers need"}
            try:
                from bpp_etl.shards.processes import done_apart  # noqa: PLC0415
            except ImportError:
                words = "a worker of Spark has no bpp_etl, or lacks some of what it needs"
                return json.dumps({**refused, "message": words})
            if not os.access(marks, os.W_OK):
                words = "a worker of Spark does not see the folder of its tasks, or may not write there"
                return json.dumps({**refused, "message": words})
            return done_apart(task, threads)

        for batch in batches:
            for number in batch.column(0).to_pylist():
                made = told(tasks[number])
                if os.access(marks, os.W_OK):
                    Path(marks, str(number)).touch()
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


def _waited(call: Callable[[], Any], remote: str, marks: str, say: Callable[[int], None]) -> Any:
    """Make a call in a thread, and tell meanwhile how many tasks have left their mark.

    Spark knows it too, but a classic cluster and Spark Connect tell it in different ways. A server of Spark
    Connect that is gone would be waited for ten minutes; a master may go, and its cluster works on.
    """
    called: Future[Any] = Future()

    def work() -> None:
        try:
            called.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            called.set_exception(error)

    thread = Thread(target=work, daemon=True)  # it does not keep the process that is told to end
    thread.start()
    told = 0
    looked = seen = time.monotonic()
    while thread.is_alive():
        thread.join(A_MOMENT)
        done = len(list(Path(marks).iterdir()))
        if done > told:
            told = done
            say(done)
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


def _told(error: Exception, *, had_session: bool) -> BppError:
    """Tell in our words what Spark raised, for its own may quote a cell."""
    _show(error)
    if "PYTHON_VERSION_MISMATCH" in str(error):
        return BppError(
            "Spark's workers run another version of Python than this",
            "PYSPARK_PYTHON names the Python of the workers; docs/scale.md says what they need",
        )
    failed = (
        "Spark gave up a round of tasks" if had_session else "Spark cannot be reached, or gives no session"
    )
    return BppError(failed, LOOK_THERE)


def _show(error: Exception) -> None:
    if os.environ.get("BPP_TRACEBACK") == "1":
        traceback.print_exception(error)

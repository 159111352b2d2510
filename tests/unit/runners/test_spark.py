"""What is told where there is no Spark, what its workers run, and how who speaks to it is heard.

Not here: Spark itself (`tests/soak/test_spark.py`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from assets.runners import RUNNERS, spark, spark_driver
from assets.runners.spark import Spark
from assets.runners.spark_failures import FAILURES, told_of
from bpp_etl.errors import BppError
from bpp_etl.shards import sharding
from tests.support.ui import free_port


def found(*names: str) -> Callable[[str], object]:
    return lambda name: object() if name in names else None


def told(remote: str) -> str:
    with pytest.raises(BppError) as raised:
        spark.ensure_there(remote)
    return f"{raised.value.message}: {raised.value.hint}"


def test_whoever_may_be_named_in_the_settings_is_handed_in() -> None:
    assert set(RUNNERS) == set(sharding.RUNNERS)


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "find_spec", found())
    assert told("local[2]") == (
        "tasks run on Spark, and pyspark is not installed: pip install 'bpp-etl[spark]'"
    )


def test_the_client_alone_takes_no_master_of_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "find_spec", found("pyspark"))
    assert "speaks to servers of Spark Connect alone" in told("spark://host:7077")


def test_without_java_there_is_no_master(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark, "find_spec", found("pyspark", "py4j"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert "Spark needs Java, and none is found here" in told("local[2]")


@pytest.mark.parametrize("address", ["sc://127.0.0.1:{}/;token=secret", "spark://127.0.0.1:{},127.0.0.1:{}"])
def test_a_server_that_is_not_there_is_told_at_once_and_no_token_with_it(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(spark, "find_spec", found("pyspark", "py4j"))
    monkeypatch.setenv("JAVA_HOME", "/")
    words = told(address.format(free_port(), free_port()))
    assert words.startswith("no server of Spark answers at spark_remote: ")
    assert "secret" not in words


def test_the_address_that_pandera_sets_is_not_told_to_spark_and_one_of_ours_is() -> None:
    # Workers of other machines would look for whoever asks them on their own.
    kept = {"PATH": "/bin"}
    assert spark.environment_of({**kept, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_REMOTE": "local"}) == kept
    ours = {**kept, "SPARK_LOCAL_IP": "192.0.2.7"}
    assert spark.environment_of(ours) == ours


def batches(*numbers: int) -> Any:
    return iter([pa.RecordBatch.from_arrays([pa.array([number])], ["id"]) for number in numbers])


def answers(made: Any) -> dict[int, dict[str, Any]]:
    return {row["number"]: json.loads(row["answer"]) for batch in made for row in batch.to_pylist()}


def test_a_worker_answers_each_number_with_its_task_and_marks_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("bpp_etl.shards.processes.BEGIN", "print(input())")
    answer = spark_driver.answer_of(['"first"', '"second"'], 1, str(tmp_path))
    assert answers(answer(batches(1, 0))) == {1: "second", 0: "first"}
    marks = sorted(path.name for path in tmp_path.iterdir())
    assert marks == ["begun-0", "begun-1", "done-0", "done-1"]


def test_what_a_worker_writes_is_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bpp_etl.shards.processes.BEGIN", "import os\nprint(os.umask(0))")
    answer = spark_driver.answer_of(["x"], 1, str(tmp_path))
    assert answers(answer(batches(0))) == {0: 0o077}


def test_a_task_that_is_killed_again_and_again_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("bpp_etl.shards.processes.BEGIN", "import os, signal\nos.kill(os.getpid(), 9)")
    answer = spark_driver.answer_of(["x"], 1, str(tmp_path))
    assert answers(answer(batches(0)))[0]["message"].startswith("a task was ended 3 times")


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path: Path) -> None:
    answer = spark_driver.answer_of(["x"], 1, str(tmp_path / "elsewhere"))
    assert "does not see the folder of its tasks" in answers(answer(batches(0)))[0]["message"]


def test_a_worker_without_this_code_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer = spark_driver.answer_of(["x"], 1, str(tmp_path))
    monkeypatch.setitem(sys.modules, "bpp_etl.shards.processes", None)
    assert "a worker of Spark has no bpp_etl" in answers(answer(batches(0)))[0]["message"]


ABORTED = (
    "An error occurred while calling o52.collectToPython.\n: org.apache.spark.SparkException: Job aborted: "
)
TRACED = 'Traceback (most recent call last):\n  File "driver.py", line 31\n'
SAID = [
    (ABORTED + "P-0007", "Spark gave up a round of tasks, by SparkException"),
    (
        ABORTED + "P-0007\n  at\nCaused by: java.io.IOException: P-0007",
        "Spark gave up a round of tasks, by IOException",
    ),
    (f"{ABORTED}{TRACED}KeyError: P-0007", "Spark gave up a round of tasks, by KeyError"),
    (f"{ABORTED}{TRACED}Patient: P-0007", "Spark gave up a round of tasks, by SparkException"),
    ("P-0007", "Spark gave up a round of tasks, by ValueError"),
    ("[SOME_CONDITION] P-0007", "Spark gave up a round of tasks, by SOME_CONDITION"),
    ("[JAVA_GATEWAY_EXITED] P-0007", "Spark does not start on this machine"),
    (
        ABORTED + 'java.io.IOException: Cannot run program "/P-0007/python": error=2',
        "Spark's workers do not find the Python that they are to run",
    ),
    ("[PYTHON_VERSION_MISMATCH] 3.9", "Spark's workers run another version of Python than this"),
]
"""What Spark says, and what is told of it."""


@pytest.mark.parametrize(("words", "message"), SAID)
def test_whatever_spark_raises_is_told_by_its_kind_and_without_its_words(words: str, message: str) -> None:
    told = told_of(ValueError(words), had_session=True)
    assert told.message == message
    assert "P-0007" not in told.hint


def test_every_failure_that_is_known_is_told_as_itself() -> None:
    for one in FAILURES:
        for word in one.words:
            assert told_of(ValueError(f"{ABORTED} {word} "), had_session=True).message == one.called, word


def test_how_many_are_done_is_told_and_now_and_then_that_nothing_moves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = [0.0]
    monkeypatch.setattr(spark_driver, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    marks = spark_driver.Marks(tmp_path, 4, since=0)

    def told(second: int, *names: str) -> list[str]:
        clock[0] = second
        for name in names:
            (tmp_path / name).touch()
        return list(marks.news())

    waits = "0 of 4 tasks are done; for {} s none has begun or ended: " + spark_driver.NO_SLOT
    assert told(30) == []
    assert told(31) == [waits.format(31)]
    assert [told(second) for second in (32, 60, 61)] == [[], [], [waits.format(61)]]
    assert told(120) == []
    assert told(125, "begun-1", "begun-3") == []
    assert told(156) == ["0 of 4 tasks are done; for 31 s none has begun or ended"]
    assert told(157, "done-3", "done-1") == ["2 of 4 tasks are done"]
    assert told(188) == ["2 of 4 tasks are done; for 31 s none has begun or ended: " + spark_driver.NO_SLOT]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[str]]:
    """Run two tasks by a program in place of the one that speaks to Spark."""

    def run(program: str, say: Callable[[str], None] = lambda _: None) -> list[str]:
        monkeypatch.setattr(spark, "ensure_there", lambda _: None)
        monkeypatch.setattr(spark, "BEGIN", program)
        return Spark("local[2]", 1, tmp_path, say).run(["first", "second"])

    return run


def test_progress_is_told_and_answers_come_in_the_order_of_the_tasks(
    heard: Callable[..., list[str]], tmp_path: Path
) -> None:
    said: list[str] = []
    program = (
        "import json, sys\ntold = json.load(sys.stdin)\nprint(json.dumps({'said': 'half'}))\n"
        "print(json.dumps({'answers': [task.upper() for task in told['tasks']]}))"
    )
    assert heard(program, said.append) == ["FIRST", "SECOND"]
    assert said == ["half"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("", "the process that speaks to Spark was ended, and its tasks are not done"),
        (
            "import json, sys\nsys.stdin.read()\n"
            "print(json.dumps({'error': 'BppError', 'message': 'Spark cannot', 'hint': ''}))",
            "Spark cannot",
        ),
    ],
)
def test_what_became_of_it_is_told(heard: Callable[..., list[str]], program: str, message: str) -> None:
    with pytest.raises(BppError) as raised:
        heard(program)
    assert raised.value.message == message


def test_ctrl_c_ends_the_process_that_speaks_to_spark(
    heard: Callable[..., list[str]], tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    program = (
        f"import json, os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "print(json.dumps({'said': 'one'}), flush=True)\ntime.sleep(600)"
    )

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        heard(program, interrupted)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)

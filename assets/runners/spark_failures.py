"""What a failure of Spark's is called in one line: by what its words hold, of which none is handed on.

Its words may quote a cell. Not here: asking Spark for anything (`spark_driver.py`).
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.errors import BppError

LOOK_THERE = "look at Spark's own log; the release in service is as it was"
NEEDS = "docs/scale.md says what they need"


@dataclass(frozen=True)
class Failure:
    """A failure that is known by one of `words` in what Spark says: what it is called, and what helps."""

    words: tuple[str, ...]
    called: str
    hint: str


FAILURES = (
    Failure(
        ("PYTHON_VERSION_MISMATCH",),
        "Spark's workers run another version of Python than this",
        f"PYSPARK_PYTHON names the Python of the workers; {NEEDS}",
    ),
    Failure(
        ("Cannot run program", "CANNOT_RUN_PROGRAM"),
        "Spark's workers do not find the Python that they are to run",
        f"PYSPARK_PYTHON names it, as it is called there; {NEEDS}",
    ),
    Failure(
        ("JAVA_GATEWAY_EXITED",),
        "Spark does not start on this machine",
        "look at the master in spark_remote, at spark-defaults.conf, and whether Java is 17 or later",
    ),
    Failure(
        ("No module named", "PACKAGE_NOT_INSTALLED"),
        "the Python of Spark's workers lacks what it needs",
        f"install the lock there; {NEEDS}",
    ),
    Failure(
        ("No space left on device",),
        "the disk of a machine of Spark's is full",
        "free some space there, then refresh again; what is in service is as it was",
    ),
    Failure(
        ("OutOfMemoryError", "maxResultSize"),
        "Spark itself needs more memory than it may take",
        "spark.driver.memory and spark.executor.memory bound it, in spark-defaults.conf",
    ),
    Failure(
        ("ExecutorLostFailure", "Python worker exited unexpectedly", "MAX_NUM_EXECUTOR_FAILURES"),
        "Spark's workers were ended again and again while they ran tasks",
        "look at their memory: a task takes task_memory and some 300 MiB beside Java",
    ),
    Failure(
        ("UNAUTHENTICATED", "PERMISSION_DENIED", "AccessControlException", "Authentication failed"),
        "Spark refuses who asks it",
        "look at the token or the user in spark_remote; BPP_SPARK_REMOTE wins",
    ),
    Failure(
        ("All masters are unresponsive", "InvalidClassException", "UNIMPLEMENTED"),
        "what answers at spark_remote does not understand this pyspark",
        "the version of pyspark here has to be that of the cluster, or the server's of Spark Connect",
    ),
    Failure(
        ("UnknownHostException", "Failed to connect to", "StatusCode.UNAVAILABLE"),
        "Spark's machines do not reach each other, or this one",
        "SPARK_LOCAL_IP names this machine's address for its workers; docs/scale.md says more",
    ),
)
"""The first that fits is told."""
OF_JAVA = re.compile(
    r"\b(?:java|javax|scala|org\.apache|io\.grpc|io\.netty|py4j)\.[\w.$]*?\b([A-Z]\w*(?:Exception|Error))\b"
)
OF_SPARK = re.compile(r"^\[([A-Z][A-Z0-9_.]+)\]")
OF_PYTHON = re.compile(r"^([A-Z][A-Za-z]+): ", re.MULTILINE)


def told_of(error: Exception, *, had_session: bool) -> BppError:
    """Tell in our words what Spark raised; of what is not known, the kind alone."""
    words = str(error)
    for one in FAILURES:
        if any(word in words for word in one.words):
            return BppError(one.called, one.hint)
    failed = (
        "Spark gave up a round of tasks" if had_session else "Spark cannot be reached, or gives no session"
    )
    *_, kind = type(error).__name__, *_kinds(words)
    return BppError(f"{failed}, by {kind}", LOOK_THERE)


def _kinds(words: str) -> Iterator[str]:
    """Name the kinds of errors that Spark tells of, those of Python last: such a one was the cause."""
    yield from OF_SPARK.findall(words)
    yield from OF_JAVA.findall(words)
    yield from (name for name in OF_PYTHON.findall(words) if hasattr(builtins, name))

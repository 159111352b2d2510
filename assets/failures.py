"""How a step fails: in words that tell the story and hold no cell value; again later where waiting helps.

| what happened | the step | tried again |
| --- | --- | --- |
| a gate is shut | fails with registry, delivery, rules, counts and how to see the rows | never |
| another process holds the file | waits and starts over | every 15 seconds, up to 20 times |
| a foreseen error | fails with what was found and what to do | never |
| anything else | fails with the kind of error and where; its own words may quote a cell | never |

Not here: who is told (`alerts.py`).
"""

import shlex
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import dagster as dg

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, BusyError
from bpp_etl.gate.decision import GateDecision
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.settings import CHECKOUT
from schemas.laws import DeliveryLaw
from schemas.rules import rule_of

Kind = Literal["shut", "foreseen", "unforeseen"]
Context: TypeAlias = dg.AssetExecutionContext | dg.OpExecutionContext
"""What a step knows of its run."""

WAIT_SECONDS = 15
WAITS = 20
AT_TERMINAL = "bpp/at_terminal"
"""Tags a run of `bpp refresh`: somebody sits before it and is told at once, instead of waiting."""
FRAMES_SHOWN = 4


@contextmanager
def told_in_words(context: Context) -> Iterator[None]:
    """Let nothing out of a step but a failure in our own words, or the wish to be run again."""
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except BusyError as error:
        if AT_TERMINAL in context.run.tags:
            raise _failure("foreseen", _words(error)) from None
        context.log.info("waiting: %s", error.message)
        raise dg.RetryRequested(max_retries=WAITS, seconds_to_wait=WAIT_SECONDS) from _failure(
            "foreseen", _words(error)
        )
    except BppError as error:
        raise _failure("foreseen", _words(error)) from None
    except Exception as error:  # noqa: BLE001 - its words may hold a cell, and so may those of its cause
        raise _failure("unforeseen", _where(error)) from None


def shut(decision: GateDecision, delivery: Delivery, files: WorkingFiles) -> dg.Failure:
    """Tell a shut gate's story: registry, delivery, tables, rules, counts, and how to see the rows.

    A name of a file, folder or column may be a person's: at the terminal alone.
    """
    causes = [
        f"- {told(cause.table, cause.rule, cause.message)} ({cause.table}.{cause.rule})"
        for cause in decision.causes
    ]
    broken: dict[str, list[str]] = {}
    for result in decision.rules:
        if result.severity == "refuse" and result.broken:
            broken.setdefault(result.table, []).append(f"{result.rule} {result.broken}")
    counts = [
        f"- {count.table}: {count.delivered} delivered, {count.broken} refused"
        f" ({', '.join(broken.get(count.table, []))})"
        for count in decision.tables
        if count.broken
    ]
    command = f"bpp check {shlex.quote(str(delivery.path))}"
    parts = [
        f"gate shut: {decision.registry} delivery {decision.delivery}",
        *causes,
        "The registry's last admitted delivery stays in service.",
    ]
    metadata: dict[str, dg.RawMetadataValue] = {
        "kind": "shut",
        "registry": decision.registry,
        "delivery": decision.delivery,
        "tables": ", ".join(dict.fromkeys(cause.table for cause in decision.causes)),
        "rules": ", ".join(sorted({f"{cause.table}.{cause.rule}" for cause in decision.causes})),
        "shut_causes": dg.MetadataValue.md("\n".join(causes)),
        "command": command,
    }
    if counts:
        parts += ["Rows refused:", *counts]
        metadata["counts"] = dg.MetadataValue.md("\n".join(counts))
    parts.append(f"What it says of each rule, and how to mend it: {command}")
    tables = [count.table for count in decision.tables if count.broken]
    if tables:
        columns = "file, row_number, broken_rules, broken_columns"
        sql = f"select {columns} from quarantine.{tables[0]} order by row_number"
        metadata["rows"] = f"duckdb -readonly {shlex.quote(str(files.shut))} {shlex.quote(sql)}"
        parts.append(f"The rows of {tables[0]}: {metadata['rows']}")
    return dg.Failure("\n".join(parts), metadata=metadata, allow_retries=False)


def told(table: str, rule: str, message: str) -> str:
    """Word a breach where others look on: a message that may name their files or columns is left out."""
    law = rule_of(table, rule).law
    if isinstance(law, DeliveryLaw) and law.is_in_our_words:
        return message
    return f"not so: {law.sentence}"


def kind_of(metadata: Mapping[str, dg.MetadataValue]) -> Kind | None:
    """Say what kind of failure a step told of in its metadata; None where it told of none."""
    told = metadata.get("kind")
    for kind in get_args(Kind):
        if told is not None and told.value == kind:
            return kind  # type: ignore[no-any-return]
    return None


def _failure(kind: Kind, words: str) -> dg.Failure:
    return dg.Failure(words, metadata={"kind": kind}, allow_retries=False)


def _words(error: BppError) -> str:
    return f"{error.message}\nWhat to do: {error.hint}" if error.hint else error.message


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_SHOWN:]
    lines = [f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join(
        [f"unexpected {type(error).__name__}", *lines, "Its own words are left out: they may quote a cell."]
    )


def _place(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else path.name

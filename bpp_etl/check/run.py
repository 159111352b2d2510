"""Gates one delivery in a temporary folder and gathers what it found.

Not here: judging (`bpp_etl/gate`) and writing it down (`show.py`). No warehouse is touched and no cell value
is kept: rules, counts, names of tables, columns and files, and row numbers only.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from bpp_etl.admission.before import known_already
from bpp_etl.admission.intake import take_in
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.check.cells import ColumnFault, column_faults, other_analytes
from bpp_etl.check.proposals import propose
from bpp_etl.check.result import BrokenRule, Checked, Contradiction
from bpp_etl.check.show import WRITERS
from bpp_etl.check.sources import reads_in_words, source_rows_in
from bpp_etl.check.workbook import write_rows
from bpp_etl.errors import UsageError, shown
from bpp_etl.gate.decision import RuleResult
from bpp_etl.gate.delivery_rule import NOTHING_KNOWN
from bpp_etl.gate.flags import rows_by_rule
from bpp_etl.gate.judge import judge
from bpp_etl.gate.recoded import recoded
from bpp_etl.gate.unused import Unused, unused
from bpp_etl.landing.deliveries import CONFIGURATION, REGISTRY_NAME, Delivery, delivery_of
from bpp_etl.landing.keys import ConfigurationError
from bpp_etl.landing.registry_config import RegistryConfig, told_in
from bpp_etl.landing.registry_config import checked as configured
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.settings import as_called
from bpp_etl.storage.look import delivery_here
from bpp_etl.warehouse.connection import Connection, opened, quoted
from schemas.flags import HER2_CONFLICTS, HER2_FLAGS
from schemas.rules import RULES, rule_of
from schemas.tables import TABLES

MOST_TRIALS = 5
"""So often what is proposed is followed: for encoding, delimiter, columns, analytes, and cells."""

WORKBOOK = "xlsx"

ROWS_NAMED = 8
"""So many row numbers are named for each broken rule: enough to find the fault, few enough to read."""

HER2 = "her2_tests"

Rows = Mapping[tuple[str, str], tuple[str, tuple[int, ...], int]]


def check_delivery(
    folder: Path,
    output: str = "text",
    say: Callable[[str], object] = lambda _: None,
    warehouse: Path | None = None,
    to: Path | None = None,
) -> tuple[str, bool]:
    """Gate the delivery in `folder`; return what to print, and whether the gate is open.

    `output` is text, json, html, or xlsx, which writes the rows to mend to the file `to`; `say` is told what
    is being done. With a `warehouse`, which is only read, the delivery is compared with the registry's last
    admitted one and with other registries' patients. Errors: UsageError where the folder or the warehouse is
    none, where the name of the delivery or of its registry does not fit, or where the output is unknown.
    """
    if output not in (*WRITERS, WORKBOOK):
        raise UsageError(
            f"there is no format {shown(output)}", f"choose one of {', '.join((*WRITERS, WORKBOOK))}"
        )
    if warehouse is not None and not warehouse.is_dir():
        raise UsageError(
            f"there is no warehouse {shown(str(warehouse))}", "name its folder, or leave --warehouse out"
        )
    with delivery_here(folder) as here:
        return _checked(delivery_in(here), output, say, warehouse, to)


def _checked(
    delivery: Delivery, output: str, say: Callable[[str], object], warehouse: Path | None, to: Path | None
) -> tuple[str, bool]:
    if output != WORKBOOK:
        checked = gated(delivery, say, warehouse)
        return WRITERS[output](checked), checked.decision.is_open
    to = to or Path(f"{delivery.registry}-{delivery.name}-to-mend.xlsx")
    checked = gated(delivery, say, warehouse, to)
    told = f"Rows to mend: {checked.rows_written} in {shown(str(to))}. It holds patients' values."
    return f"{WRITERS['text'](checked)}\n\n{told}", checked.decision.is_open


def delivery_in(folder: Path) -> Delivery:
    """Read a folder as a delivery of the registry that its parent is named after."""
    # Made absolute without following links: the names are those that the user sees.
    place = Path(os.path.abspath(folder))  # noqa: PTH100
    if not place.is_dir():
        raise UsageError(
            f"{shown(str(folder))} is not a folder",
            "name the folder of one delivery: <landing>/<registry>/<YYYY-MM-DD>",
        )
    delivery = delivery_of(place)
    if delivery is None:
        inside = [one for one in map(delivery_of, place.iterdir()) if one is not None]
        if inside:
            newest = max(inside, key=lambda one: one.order)
            raise UsageError(
                f"{shown(place.name)} is a registry, not a delivery",
                f"its newest delivery: {as_called()} check {shlex.quote(str(folder / newest.name))}",
            )
        raise UsageError(
            f"{shown(place.name)} is no name of a delivery",
            "name the folder after its day: YYYY-MM-DD, or YYYY-MM-DD-2 for the second of that day",
        )
    if not REGISTRY_NAME.fullmatch(delivery.registry):
        raise UsageError(
            f"{shown(delivery.registry)} is no name of a registry",
            "the folder around the delivery is named after the registry: letters, digits, _ and - only",
        )
    return delivery


def gated(
    delivery: Delivery,
    say: Callable[[str], object] = lambda _: None,
    warehouse: Path | None = None,
    workbook: Path | None = None,
) -> Checked:
    """Judge a delivery in a temporary folder that only this user can read, and that is gone afterwards.

    Where a proposal would have a table read for the first time it is followed, to see what comes next.
    """
    checked = _judged(delivery, say, warehouse, workbook=workbook)
    proposal, would_open = checked.proposal, False
    if not proposal.changes_columns:
        return checked
    say(f"{delivery.registry}: {delivery.name} trying what is proposed")
    for _ in range(MOST_TRIALS):
        try:
            config = changed(told_in(delivery.path.parent / CONFIGURATION), proposal.told())
        except ConfigurationError:
            break
        trial = _judged(delivery, lambda _: None, warehouse, config)
        would_open = trial.decision.is_open
        proposal = proposal.and_then(trial.proposal)
        if not trial.proposal.sections:
            break
    return replace(checked, proposal=proposal.tidied(), would_open=would_open)


def changed(told: Mapping[str, Any], proposed: Mapping[str, Any]) -> RegistryConfig:
    """Make the configuration that a registry.toml would state with proposed lines added to its own."""
    return configured(_added(told, proposed))


def _added(told: Mapping[str, Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(told)
    for key, value in proposed.items():
        own = told.get(key)
        both[key] = _added(own, value) if isinstance(own, dict) and isinstance(value, dict) else value
    return both


def _judged(
    delivery: Delivery,
    say: Callable[[str], object],
    warehouse: Path | None,
    config: RegistryConfig | None = None,
    workbook: Path | None = None,
) -> Checked:
    with tempfile.TemporaryDirectory(prefix="bpp-check-") as name:
        scratch = Path(name)
        say(f"{delivery.registry}: {delivery.name} reading")
        read = take_in(scratch / "check.duckdb", delivery, scratch, warehouse, config)
        with opened(scratch / "check.duckdb", is_working_file=True) as con, ExitStack() as stack:
            say(f"{delivery.registry}: {delivery.name} judging {sum(read.rows.values())} rows")
            known = NOTHING_KNOWN
            if warehouse is not None:
                files = WorkingFiles.of(warehouse, delivery.registry)
                known = stack.enter_context(known_already(files, delivery, read))
            decision = judge(con, delivery, read, known)
            broken = [result for result in decision.rules if result.is_breach]
            is_ignored = any(one.ignored for one in decision.tables)
            analytes = other_analytes(con, delivery, read) if is_ignored else ()
            faults = column_faults(con, delivery, read, [(one.table, one.rule) for one in broken], analytes)
            proposal = propose(con, delivery, read, decision, faults, [theirs for theirs, _ in analytes])
            written = write_rows(workbook, con, read, faults) if workbook is not None else 0
            rows = {**_refused_rows(con), **_flagged_rows(con, read), **_strangers(read)}
            contradictions = _contradictions(con, rows)
            sources = source_rows_in(con)
            idle: tuple[Unused, ...] = ()
            if any(one.rule == "declaration_fills_nothing" for one in broken):
                idle = unused(con, read, decision.declared, recoded(con, read))
    told = tuple(_broken_rule(one, rows, faults) for one in broken)
    return Checked(
        decision,
        read,
        told,
        proposal,
        rows_written=written,
        sources=sources,
        reads=reads_in_words(read, delivery),
        other_analytes=analytes,
        contradictions=contradictions,
        unused=idle,
    )


def _broken_rule(result: RuleResult, rows: Rows, faults: Iterable[ColumnFault]) -> BrokenRule:
    rule = rule_of(result.table, result.rule)
    own = tuple(one for one in faults if (one.table, one.rule) == (result.table, result.rule))
    file, numbers, files = rows.get((result.table, result.rule), ("", (), 0))
    return BrokenRule(
        table=result.table,
        rule=result.rule,
        severity=result.severity,
        broken=result.broken,
        judged=result.judged,
        limit=result.limit,
        sentence=rule.sentence,
        mend=rule.mend,
        file=file,
        row_numbers=numbers,
        files=files,
        columns=tuple(one.column for one in own) or result.columns or rule.columns,
        faults=own,
    )


def _refused_rows(con: Connection) -> Rows:
    """Name the first rows that broke each refusing rule, of the first file that has any."""
    found = {}
    for name in TABLES:
        rows = con.execute(
            f"{_OF_FIRST_FILE} (select unnest(broken_rules) as rule, file, row_number"
            f" from quarantine.{quoted(name)}) group by rule, file) group by rule",
            {"most": ROWS_NAMED},
        ).fetchall()
        found.update({(name, rule): (str(file), tuple(told), files) for rule, file, told, files in rows})
    return found


def _flagged_rows(con: Connection, read: ReadDelivery) -> Rows:
    """Name the first rows that each flagging rule flagged, and those of tests that contradict themselves.

    Any other flag that is no rule only annotates.
    """
    found = {}
    flags = [(rule.table, rule.id) for rule in RULES if rule.severity == "flag"]
    for name, flag in (*flags, *((HER2, flag) for flag in HER2_CONFLICTS)):
        if name not in read.rows:
            continue
        rows = con.execute(
            f"{_OF_FIRST_FILE} (select $rule as rule, raw.file, raw.file_row_number as row_number"
            f" from raw.{quoted(name)} as raw semi join (select row_number from"
            f" core.{quoted(name)} where list_contains(flags, $rule)) as flagged"
            " on flagged.row_number = raw.source_row_number) group by rule, file) group by rule",
            {"most": ROWS_NAMED, "rule": flag},
        ).fetchall()
        for _, file, numbers, files in rows:
            found[name, flag] = (str(file), tuple(numbers), files)
    return found


def _contradictions(con: Connection, rows: Rows) -> tuple[Contradiction, ...]:
    """Tell of HER2 tests that contradict themselves: few break no rule, and each may be an error."""
    found = [(flag, rows[HER2, flag]) for flag in HER2_CONFLICTS if (HER2, flag) in rows]
    counts = (
        rows_by_rule(con, f"(select unnest(flags) as rule, row_number from core.{HER2})") if found else {}
    )
    return tuple(
        Contradiction(HER2, flag, HER2_FLAGS[flag], counts[flag], file, numbers, files)
        for flag, (file, numbers, files) in found
    )


def _strangers(read: ReadDelivery) -> Rows:
    """Name the first rows of side tables whose key the source lacks."""
    return {
        (one.table, "side_table_key_unknown"): (one.file, one.row_numbers, one.files)
        for one in read.side_tables
        if one.strangers
    }


_OF_FIRST_FILE = """
    select rule, min(file), arg_min(numbers, file), count(*)
    from (select rule, file, list(row_number order by row_number)[:$most] as numbers from
"""

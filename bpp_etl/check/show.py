"""Writes down what a check found: for a terminal, a program or a browser.

Not here: finding it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

from bpp_etl.check.cells import in_words
from bpp_etl.check.result import BrokenRule, Checked
from bpp_etl.pages import page
from bpp_etl.pages.plain_text import counted, joined, table, wrapped

DOES = {
    "shut": "These shut the gate",
    "refuse": "These refuse rows; the gate stays open within the limit of each table",
    "flag": "These flag rows, which are kept",
    "warn": "These are told, and leave the gate open",
}


PASTE = (
    "Lines for registry.toml, beside the registry's deliveries. Look at each; where a section is there "
    "already, add its lines to that one. Lines after # are a choice that is yours."
)

MEANT = "Declarations of registry.toml to no effect, and what the delivery has"
OF_THEIRS = "Names and codes of the export that registry.toml calls by ours"
READS = "What the format reads"
SOURCES = "What the rows of the export are"
SIDE_TABLES = "Rows of side tables"
NO_TABLE = "no table"
EMPTY = "Rows that are none, for no cell of them is filled"
CONTRADICTIONS = "Tests of which one part contradicts another; they are kept"
OTHER_ANALYTES = "Analytes whose rows are ignored, the commonest first"
PASSED_OVER = "Files of the format of which nothing is read"
ALL_REFUSED = "While the gate is shut no row is admitted, be it sound or not."
ROWS_COUNTED = (
    "Rows of a file are counted from 1, its header left out; of JSON and XML the documents are,"
    " of whatever kind: bpp raw tells one."
)


def as_text(checked: Checked) -> str:
    """Write for a terminal of 80 columns."""
    decision = checked.decision
    lines = wrapped(f"{decision.registry}, delivery {decision.delivery}: the gate is {checked.state}")
    lines += ["A check only: nothing was admitted and no warehouse was touched."]
    for title, told in (
        ("Why it is shut", [f"{one.message} ({one.rule})" for one in decision.causes]),
        ("Warnings", [f"{one.message} ({one.rule})" for one in decision.warnings]),
        ("Warnings of earlier deliveries", [one.in_words() for one in decision.unanswered]),
        ("Accepted by waiver", [words for one in decision.accepted for words in one.in_words()]),
    ):
        if told:
            lines += ["", title]
            for words in told:
                lines += wrapped(f"- {words}", "  ", hanging="    ")
    lines += ["", "Rows"]
    lines += table(
        ("table", "delivered", "sound", "refused by a rule", "ignored"),
        [
            (c.table, *map(str, (c.delivered, c.sound, c.broken, c.ignored)))
            if c.table in checked.read.rows or c.delivered
            else (c.table, "not read", "", "", "")
            for c in decision.tables
        ],
        "lrrrr",
    )
    if not decision.is_open:
        lines += wrapped(ALL_REFUSED, "  ")
    if checked.sources:
        lines += ["", SOURCES]
        lines += table(
            ("source", "rows", "each is", "comes into"),
            [(one.source, f"{one.rows}", one.meaning, one.table or NO_TABLE) for one in checked.sources],
            "lrwl",
        )
    if checked.side_tables:
        lines += ["", SIDE_TABLES]
        lines += [part for words in checked.side_tables for part in wrapped(words, "  ", hanging="    ")]
    is_amiss = not decision.is_open or bool(checked.read.unknown_files)
    lines += ["", *wrapped(ROWS_COUNTED if checked.broken else "No rule was broken.")]
    for title, by_rule in _by_severity(checked).items():
        lines += ["", title]
        for broken in by_rule:
            lines += _rule_lines(broken)
    for title, names in (
        (CONTRADICTIONS, checked.contradictions_told),
        (MEANT, checked.meant),
        (OF_THEIRS, checked.told_of_theirs),
        ("Rows that registry.toml filled", checked.rows_declared),
        ("Drugs that lines of therapy were derived from", checked.drugs_told),
        ("Cells that were read as empty", checked.cells_emptied),
        (OTHER_ANALYTES, checked.analytes_told),
        (EMPTY, checked.empty_rows),
        (READS, [checked.reads] if checked.reads and is_amiss else []),
        ("Columns that are not loaded", checked.columns_left_out),
        ("Files that nothing reads", checked.read.unknown_files),
        (PASSED_OVER, [", ".join(checked.read.passed_over)] if checked.read.passed_over else []),
    ):
        if names:
            lines += ["", title]
            lines += [part for name in names for part in wrapped(name, "  ", hanging="    ")]
    if not checked.proposal.is_empty:
        would = " With these lines the gate would be open." if checked.would_open else ""
        lines += ["", *wrapped(PASTE + would), "", *checked.proposal.as_toml().splitlines()]
    return "\n".join(lines)


def as_json(checked: Checked) -> str:
    """Write for a program: every rule's outcome, and for the broken ones what to do."""
    decision, read = checked.decision, checked.read
    told = {
        "registry": decision.registry,
        "delivery": decision.delivery,
        "gate": checked.state,
        "shut_causes": [asdict(cause) for cause in decision.causes],
        "warnings": [asdict(breach) for breach in decision.warnings],
        "unanswered": [asdict(breach) for breach in decision.unanswered],
        "accepted": [
            {
                "rule": one.waiver.rule,
                "until": str(one.waiver.until),
                "table": breach.table,
                "message": breach.message,
            }
            for one in decision.accepted
            for breach in one.breaches
        ],
        "tables": [
            asdict(count) | {"was_read": count.table in read.rows or count.delivered > 0}
            for count in decision.tables
        ],
        "reads": checked.reads,
        "sources": [asdict(one) for one in checked.sources],
        "side_tables": [asdict(one) for one in read.side_tables],
        "broken_rules": [_rule_told(one) for one in checked.broken],
        "contradictions": [asdict(one) for one in checked.contradictions],
        "proposal": checked.proposal.as_toml(),
        # Of a broken rule alone it is said in which columns.
        "rules": [
            {key: told for key, told in asdict(result).items() if key != "columns"}
            for result in decision.rules
        ],
        "columns_not_loaded": [
            {"table": name, "column": column, "is_identifier": is_identifier}
            for is_identifier, columns in ((False, read.extra_columns), (True, read.identifier_columns))
            for name, column in columns
        ],
        "declarations": [{**asdict(one.declaration), "rows": one.rows} for one in decision.declared],
        "unused_declarations": [asdict(one) for one in checked.unused],
        "drugs": dict(decision.drugs),
        "null_words": [asdict(one) for one in decision.null_words],
        "other_analytes": dict(checked.other_analytes),
        "empty_rows": dict(read.empty_rows),
        "unknown_files": list(read.unknown_files),
        "passed_over": list(read.passed_over),
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def as_html(checked: Checked) -> str:
    """Write one page that needs no network."""
    return page(
        "check.html",
        checked=checked,
        by_severity=_by_severity(checked),
        rows_counted=ROWS_COUNTED,
        all_refused=ALL_REFUSED,
        contradictions=CONTRADICTIONS,
        of_theirs=OF_THEIRS,
        empty=EMPTY,
        sources=SOURCES,
        side_tables=SIDE_TABLES,
        no_table=NO_TABLE,
    )


WRITERS: Mapping[str, Callable[[Checked], str]] = {"text": as_text, "json": as_json, "html": as_html}


def _rule_told(broken: BrokenRule) -> dict[str, object]:
    faults = {
        fault.column: {
            "rows": fault.rows,
            "allowed": fault.allowed,
            "unknown": fault.texts if fault.allowed else (),
        }
        for fault in broken.faults
    }
    return {**asdict(replace(broken, faults=())), "column": ", ".join(broken.columns), "faults": faults}


def _by_severity(checked: Checked) -> dict[str, list[list[BrokenRule]]]:
    """Gather broken rules by what they do, then by rule: the same advice is read once for all tables."""
    found: dict[str, list[list[BrokenRule]]] = {}
    for severity, title in DOES.items():
        by_rule: dict[str, list[BrokenRule]] = {}
        for one in checked.broken:
            if one.severity == severity:
                by_rule.setdefault(one.rule, []).append(one)
        if by_rule:
            found[title] = list(by_rule.values())
    return found


def _rule_lines(broken: list[BrokenRule]) -> list[str]:
    first = broken[0]
    lines = [f"  {first.rule}", *wrapped(first.sentence, "    "), *wrapped(f"To mend: {first.mend}", "    ")]
    rows = [(one.table, f"{one.broken} of {one.judged}", one.rows) for one in broken]
    lines += table((), rows, "lrl", indent="    ")
    for one in broken:
        if not one.faults and one.columns:
            lines += wrapped(f"{one.table}: {joined(one.columns)}", "    ", hanging="      ")
        for fault in one.faults:
            told = f"{fault.table}.{fault.column}, {counted(fault.rows, 'row')}"
            if fault.allowed:
                told += f": allowed {', '.join(fault.allowed)}"
                told += f"; delivered {in_words(fault.texts)}" if fault.texts else ""
            lines += wrapped(told, "    ", hanging="      ")
    return lines

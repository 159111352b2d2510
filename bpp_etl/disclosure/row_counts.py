"""Which counts of rows may be told: small ones are left out, with whatever would give them away.

Not here: counts of patients (`hiding.py`). Few refused rows are few patients, so the tables of `quality` are
exact in a release alone. What a registry admitted is always told, so delivered rows are hidden where the rest
is small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bpp_etl.disclosure.hiding import is_any_small
from bpp_etl.measure.tally import is_small

SHARE_RULE = "refused_share_exceeded"
OF_ROWS = ("refuse", "flag")
"""Severities of the rules that are judged row by row."""
COUNTS = ("delivered", "refused", "ignored")
Row = Mapping[str, Any]
Judgement = tuple[str, str, str]
"""Registry, delivery and its status: one that was judged twice has two under one name."""


def with_small_rows_hidden(
    tables: Mapping[str, Sequence[Row]], threshold: int
) -> Mapping[str, Sequence[Row]]:
    """Empty small counts in the tables of `quality` that hold any, with whatever tells them."""
    counts, rules, deliveries, history = (
        tables[name] for name in ("table_count", "rule_result", "delivery", "history")
    )
    of_table: dict[tuple[Judgement, str], set[str]] = {}
    broken_rules: dict[tuple[Judgement, str], list[Row]] = defaultdict(list)
    for row in rules:
        broken_rules[_judgement(row), row["table"]].append(row)
    for row in counts:
        at = (_judgement(row), row["table"])
        of_table[at] = _hidden_counts(row, broken_rules[at], threshold)
    counted = {(_judgement(row), row["table"]): row for row in counts}
    of_delivery: dict[Judgement, set[str]] = defaultdict(set)
    for (judgement, _), fields in of_table.items():
        of_delivery[judgement] |= fields & set(COUNTS)
    current: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (registry, delivery, _), fields in of_delivery.items():
        current[registry, delivery] |= fields
    return {
        "table_count": [_emptied(row, of_table[_judgement(row), row["table"]]) for row in counts],
        "rule_result": [
            _emptied(row, _hidden_of_rule(row, counted.get(at), of_table.get(at, set()), threshold))
            for row in rules
            for at in [(_judgement(row), row["table"])]
        ],
        "delivery": [
            _told_without(_emptied(row, of_delivery[at]), at, of_table)
            for row in deliveries
            for at in [(row["registry"], row["delivery"], row["status"])]
        ],
        "history": [
            _emptied(row, current[row["registry"], row["delivery"]] | _hidden_totals(row, threshold))
            for row in history
        ],
    }


def _judgement(row: Row) -> Judgement:
    return (row["registry"], row["delivery"], row["delivery_status"])


def _hidden_counts(count: Row, rules: Sequence[Row], threshold: int) -> set[str]:
    """Name the counts of one table that are not shown."""
    hidden = {field for field in ("refused", "ignored", "broken") if is_small(count[field], threshold)}
    told = [row["broken"] for row in rules if row["rule"] != SHARE_RULE and row["severity"] == "refuse"]
    few = [number for number in told if is_small(number, threshold)]
    # Rows may break several rules, so a total says little of a rule, unless it leaves only the most of each.
    if few and count["broken"] - (sum(told) - sum(few)) >= len(few) * (threshold - 1):
        hidden |= {"broken"}
    if "broken" in hidden and count["refused"] == count["broken"]:
        hidden |= {"refused"}
    return hidden | ({"delivered"} if hidden & {"refused", "ignored"} else set())


def _hidden_totals(row: Row, threshold: int) -> set[str]:
    hidden = {field for field in ("refused", "ignored") if is_small(row[field], threshold)}
    return hidden | ({"delivered"} if hidden else set())


def _hidden_of_rule(rule: Row, count: Row | None, table: set[str], threshold: int) -> set[str]:
    """Name the counts of a rule that are not shown; `count` is of its table, `table` what is hidden of that.

    A rule on rows is judged on all of a table, or on those that it says something of: who lives, who has a
    date of birth, whose line ended. How many these are is beside the whole a count of patients, and stays. So
    do both counts of a rule on a delivery: the males, the living, the appointments that were kept.
    """
    if count is None or (rule["severity"] not in OF_ROWS and rule["rule"] != SHARE_RULE):
        return {"judged", "broken"}
    whole = (0, count["delivered"], count["delivered"] - count["ignored"], count["admitted"])
    is_of_all = rule["judged"] in whole
    hidden = set() if is_of_all and "delivered" not in table else {"judged"}
    if rule["rule"] == SHARE_RULE:
        return hidden | ({"broken"} if "broken" in table else set())
    rest = rule["judged"] - rule["broken"] if is_of_all else 0
    return hidden | ({"broken"} if is_any_small((rule["broken"], rest), threshold) else set())


def _emptied(row: Row, fields: set[str]) -> Row:
    return {**row, **dict.fromkeys(fields & row.keys())}


def _told_without(delivery: Row, at: Judgement, of_table: Mapping[tuple[Judgement, str], set[str]]) -> Row:
    """Say why a gate is shut without a count that is hidden; words of warnings count patients, and go."""
    told = []
    for why, message in zip(delivery["why"], delivery["messages"], strict=False):
        table, _, rule = why.partition(".")
        is_hidden = rule == SHARE_RULE and "broken" in of_table.get((at, table), set())
        told.append(f"more rows of {table} are refused than its limit allows" if is_hidden else message)
    rest = delivery["messages"][len(told) :]
    return {**delivery, "messages": [*told, *rest], "warnings": []}

"""Data quality for each registry: admitted or shut and why, where its rows went, which rules were broken.

Not here: rows and values; quarantine holds those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpp_etl.gate.decision import BREACHES
from bpp_etl.report.figures import Code, Figure, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid, spread
from bpp_etl.report.numbers import THIN, day, decimal, whole
from bpp_etl.report.section import Section
from bpp_etl.report.sections.beside_counts import (
    columns_of,
    declarations_of,
    empty_rows_of,
    null_words_of,
    stated_of,
    unanswered_of,
    waiver_of,
)
from bpp_etl.report.sections.changes import row_grid, rule_grid, typeset
from bpp_etl.report.sections.history import history
from bpp_etl.report.sections.reasons import left_empty, why_none
from bpp_etl.report.tables import ReleaseTables, Row
from bpp_etl.report.words import CATEGORIES, SEVERITIES, STATUSES, TABLES
from schemas.laws import DELIVERY
from schemas.rules import RULES

if TYPE_CHECKING:
    from bpp_etl.difference.releases import Difference

CADENCE_RULE, CONSERVED = "cadence_not_kept", "rows_not_conserved"
_SENTENCES = {(rule.table, rule.id): (rule.sentence, rule.mend) for rule in RULES}


@dataclass(frozen=True)
class Judged:
    """One delivery of a registry as the gate judged it."""

    anchor: str
    delivery: str
    date: str
    is_admitted: bool
    causes: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: Grid
    rules: Grid
    broken: tuple[Grid, ...]
    cadence: Piece | None
    stated: Piece | None
    has_stable_lesion_ids: bool
    left_empty: tuple[str, ...]
    waivers: tuple[Piece, ...]
    extra_columns: tuple[Piece, ...]
    identifier_columns: tuple[Piece, ...]
    null_words: tuple[Piece, ...]
    declarations: Grid | None
    empty_rows: tuple[Piece, ...]


@dataclass(frozen=True)
class Registry:
    """One registry: its deliveries, newest last, the units of its ALP, and why it shows no event, if so."""

    name: str
    anchor: str
    contact: str | None
    judged: tuple[Judged, ...]
    alp_units: tuple[str, ...]
    why_none: str | None
    deliveries_changed: tuple[str, ...]
    rows_changed: Grid | None
    rules_changed: Grid | None

    @property
    def is_out_of_date(self) -> bool:
        """Say whether an older delivery is in service because the newest one was shut."""
        return {one.is_admitted for one in self.judged} == {True, False}


@dataclass(frozen=True)
class Quality:
    """What the part shows."""

    overview: Grid
    registries: tuple[Registry, ...]
    has_before: bool
    history: Grid


def quality(tables: ReleaseTables) -> Quality:
    """Gather every registry that sent a delivery, and what changed in it since the release before."""
    names = sorted({row["registry"] for row in tables["quality.delivery"].rows})
    compared = None if isinstance(tables.since, str) else tables.since
    registries = tuple(_registry(tables, name, compared) for name in names)
    return Quality(_overview(tables), registries, compared is not None, history(tables))


def _overview(tables: ReleaseTables) -> Grid:
    table = tables["quality.delivery"]
    rows: list[tuple[Cell, ...]] = [
        (
            row["registry"],
            Code(row["delivery"]),
            "admitted" if row["status"] == "admitted" else "shut",
            *(table.count(row, field) for field in ("delivered", "admitted", "refused", "ignored")),
        )
        for row in sorted(table.rows, key=lambda row: (row["registry"], row["delivery_date"], row["status"]))
    ]
    heads = ("Registry", "Delivery", "Gate", "#Delivered", "#Admitted", "#Refused", "#Ignored")
    return grid("quality-overview", "Rows of each delivery", heads, rows)


def _registry(tables: ReleaseTables, name: str, since: Difference | None) -> Registry:
    # Admitted before shut: the shut one came later, even where both have the same name.
    deliveries = sorted(
        tables["quality.delivery"].where(registry=name),
        key=lambda row: (row["status"] != "admitted", row["delivery_date"]),
    )
    judged = [
        _judged(tables, row, f"registry-{name}-{place}") for place, row in enumerate(deliveries, start=1)
    ]
    is_admitted = any(one.is_admitted for one in judged)
    return Registry(
        name=name,
        anchor=f"registry-{name}",
        contact=deliveries[-1]["contact"],
        judged=tuple(judged),
        alp_units=tables.alp_units.get(name, ()),
        why_none=why_none(tables.registry_facts.get(name), is_admitted=is_admitted),
        deliveries_changed=tuple(typeset(told) for of, told in since.deliveries if of == name)
        if since
        else (),
        rows_changed=row_grid(since, name) if since else None,
        rules_changed=rule_grid(since, name) if since else None,
    )


def _judged(tables: ReleaseTables, delivery: Row, anchor: str) -> Judged:
    named = {
        "registry": delivery["registry"],
        "delivery": delivery["delivery"],
        "delivery_status": delivery["status"],
    }
    rules = tables["quality.rule_result"].where(**named)
    counts = tables["quality.table_count"].where(**named)
    columns = tables["quality.extra_column"].where(**named)
    is_admitted = delivery["status"] == "admitted"
    return Judged(
        anchor=anchor,
        delivery=delivery["delivery"],
        date=day(delivery["delivery_date"]),
        is_admitted=is_admitted,
        causes=tuple(delivery["messages"]),
        warnings=(*delivery["warnings"], *unanswered_of(delivery)),
        counts=_counts(tables, counts, rules, anchor),
        rules=_rules(rules, named, anchor),
        broken=tuple(_broken(tables, rules, anchor)),
        cadence=_cadence(tables, rules),
        stated=stated_of(delivery),
        has_stable_lesion_ids=bool(delivery["has_stable_lesion_ids"]),
        left_empty=left_empty(rules, counts) if is_admitted else (),
        waivers=tuple(map(waiver_of, tables["quality.waiver"].where(**named))),
        extra_columns=tuple(columns_of(columns, is_identifier=False)),
        identifier_columns=tuple(columns_of(columns, is_identifier=True)),
        null_words=tuple(null_words_of(tables, named)),
        declarations=declarations_of(tables, named, anchor),
        empty_rows=tuple(empty_rows_of(tables, named)),
    )


def _counts(tables: ReleaseTables, counts: Sequence[Row], rules: Sequence[Row], anchor: str) -> Grid:
    table = tables["quality.table_count"]
    not_whole = {row["table"] for row in rules if row["rule"] == CONSERVED and row["status"] == "failed"}
    rows: list[tuple[Cell, ...]] = []
    for row in counts:
        rows.append(
            (
                TABLES.get(row["table"], row["table"]),
                *(table.count(row, field) for field in ("delivered", "admitted", "refused", "ignored")),
                "no" if row["table"] in not_whole else "yes",
                table.count(row, "broken"),
                table.figure(row, "refused_share_limit", _share),
            )
        )
    heads = (
        "Table",
        *("#Delivered", "#Admitted", "#Refused", "#Ignored"),
        "Adds up",
        *("#Broke a rule", "#Limit"),
    )
    return grid(
        f"{anchor}-counts", "Where the rows went: delivered = admitted + refused + ignored", heads, rows
    )


def _rules(rules: Sequence[Row], named: dict[str, str], anchor: str) -> Grid:
    def cell(category: str, status: str) -> Figure:
        number = sum(row["category"] == category and row["status"] == status for row in rules)
        keys = (*named.items(), ("category", category), ("status", status))
        return Figure(whole(number), number, "quality.rule_result", keys, "count")

    return grid(
        f"{anchor}-rules",
        "Rules by category (Kahn et al. 2016) and outcome",
        ("Category", *(f"#{words.capitalize()}" for words in STATUSES.values())),
        [(words, *(cell(category, status) for status in STATUSES)) for category, words in CATEGORIES.items()],
    )


def _broken(tables: ReleaseTables, rules: Sequence[Row], anchor: str) -> Iterator[Grid]:
    """Yield a table of the rules that failed for each category that has any."""
    table = tables["quality.rule_result"]
    heads = ("Rule", "Table", "#Judged", "#Broken", "#Limit", "Effect", "How to mend it")
    for category, words in CATEGORIES.items():
        failed = [row for row in rules if row["category"] == category and row["status"] in BREACHES]
        rows: list[tuple[Cell, ...]] = []
        for rule in dict.fromkeys(row["rule"] for row in failed):
            group: list[tuple[Cell, ...]] = []
            for row in failed:
                if row["rule"] != rule:
                    continue
                sentence, mend = _SENTENCES.get((row["table"], rule), ("", ""))
                group.append(
                    (
                        text(sentence, " " if sentence else None, Code(rule)),
                        TABLES.get(row["table"], row["table"]),
                        table.count(row, "judged"),
                        table.count(row, "broken"),
                        table.figure(row, "limit", _share),
                        SEVERITIES.get(row["severity"], row["severity"]),
                        mend,
                    )
                )
            rows += spread(group, 0, 6)
        if rows:
            yield grid(f"{anchor}-{category}", f"Rules broken. {words}", heads, rows)


def _cadence(tables: ReleaseTables, rules: Sequence[Row]) -> Piece | None:
    """Say how many CT intervals are off schedule, which may shut a gate."""
    row = next((row for row in rules if (row["table"], row["rule"]) == (DELIVERY, CADENCE_RULE)), None)
    if row is None or row["judged"] == 0:
        return None
    table = tables["quality.rule_result"]
    return text(
        table.count(row, "broken"),
        " of ",
        table.count(row, "judged"),
        " first-line CT intervals are off schedule; the gate shuts above ",
        table.figure(row, "limit", _share),
        ".",
    )


def _share(value: float) -> str:
    return f"{decimal(100 * value, 1)}{THIN}%"


SECTION = Section("quality", "Data quality", quality, entries=lambda view: view.registries, is_folded=True)

"""The data dictionary: every published table, column, rule, flag, metric, stratum and warning, rendered.

Not here: any description. `python -m bpp_etl.dictionary` writes docs/dictionary.md; a test holds it current.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bpp_etl.pages.markdown import markdown_table
from bpp_etl.settings import PROJECT
from bpp_etl.warehouse.ddl import describe, sql_type
from schemas.catalog import catalog
from schemas.contract import Contract, columns_of, delivered_columns, grain_of, key_of
from schemas.event_flags import EVENT_FLAGS
from schemas.flags import FLAGS
from schemas.metric_codes import WARNINGS
from schemas.metrics import METRICS
from schemas.metrics.strata import STRATA
from schemas.pool import OWN_TABLES
from schemas.rules import RULES
from schemas.sums import QUANTITY, Sums
from schemas.tables import TABLES

PAGE = PROJECT / "docs" / "dictionary.md"


def render_dictionary() -> str:
    """Render the whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


def write_dictionary(target: Path = PAGE) -> None:
    """Write the page."""
    target.write_text(render_dictionary(), encoding="utf-8")


def _lines() -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield "Rendered from the contracts by `python -m bpp_etl.dictionary`; not edited by hand."
    yield ""
    yield "## What a registry delivers"
    yield ""
    yield "A column marked `*` must be present and filled."
    yield ""
    yield markdown_table(
        ("table", "columns", "key in a delivery", "without it"),
        (
            (
                f"`{name}`",
                ", ".join(
                    f"{column.name}{'*' if column.required else ''}"
                    for column in delivered_columns(table.contract)
                ),
                ", ".join(table.delivered_key) or "none",
                "gate shut" if table.is_required else "what depends on it is null",
            )
            for name, table in TABLES.items()
        ),
    )
    yield ""
    for schema, tables in catalog().items():
        yield f"## Schema `{schema}`"
        yield ""
        for table, contract in tables.items():
            yield from _described(f"`{schema}.{table}`", contract)
    yield "## Beside the release"
    yield ""
    yield from _described("`sums.parquet` of a share", Sums)
    yield markdown_table(("quantity", "adds up"), ((f"`{code}`", text) for code, text in QUANTITY.items()))
    yield ""
    for schema, tables in OWN_TABLES.items():
        for table, contract in tables.items():
            yield from _described(f"`{schema}.{table}` of a pool", contract)
    yield "## Rules of the gate"
    yield ""
    yield markdown_table(
        ("table", "rule", "holds that", "if not", "category", "to mend"),
        (
            (rule.table, f"`{rule.id}`", rule.sentence, rule.severity, rule.category, rule.mend)
            for rule in RULES
        ),
    )
    yield ""
    yield "## Flags"
    yield ""
    yield markdown_table(
        ("flag", "says"), ((f"`{code}`", text) for code, text in sorted({**FLAGS, **EVENT_FLAGS}.items()))
    )
    yield ""
    yield "## Metrics"
    yield ""
    yield markdown_table(
        ("metric", "is", "unit", "always warns of"),
        (
            (
                f"`{metric.id}`",
                metric.sentence,
                metric.unit,
                ", ".join(f"`{code}`" for code in metric.warnings),
            )
            for metric in METRICS.values()
        ),
    )
    yield ""
    yield "## Strata"
    yield ""
    yield markdown_table(
        ("stratum", "holds"), ((f"`{stratum.id}`", stratum.sentence) for stratum in STRATA.values())
    )
    yield ""
    yield "## Warnings"
    yield ""
    yield markdown_table(("warning", "says"), ((f"`{code}`", text) for code, text in WARNINGS.items()))
    yield ""


def _described(name: str, contract: type[Contract]) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    yield grain_of(contract)
    yield ""
    yield f"Key: {', '.join(key_of(contract))}"
    yield ""
    yield markdown_table(
        ("column", "type", "may be empty", "what it holds"),
        (
            (
                f"`{column.name}`",
                sql_type(column),
                "yes" if column.nullable else "no",
                describe(column),
            )
            for column in columns_of(contract)
        ),
    )
    yield ""


if __name__ == "__main__":
    write_dictionary()

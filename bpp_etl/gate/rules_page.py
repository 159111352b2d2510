"""Writes the rules of the gate out as Markdown: `docs/gates.md`, by `python -m bpp_etl.gate.rules_page`.

Not here: anything that a rule's declaration does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.settings import PROJECT
from schemas.before_laws import NOT_COMPARED
from schemas.contract import grain_of, laws_of
from schemas.declared_laws import DECLARED_LAWS
from schemas.examples import Row
from schemas.general_laws import GENERAL_LAWS
from schemas.laws import DELIVERY, DeliveryLaw, Law
from schemas.rules import RULES
from schemas.tables import TABLES

PAGE = PROJECT / "docs" / "gates.md"

ORDINARY = """\
`flag_widespread` says nothing of these, as many rows of a sound delivery may bear them:"""

LEFT_OUT = "`values_rewritten` compares every column that is no part of a row's key, but these:"

INTRODUCTION = """\
# Rules of the gate

Written from the rules' declarations by `python -m bpp_etl.gate.rules_page`; a test fails when it is out of
date. How to add a rule is told in [add/rule.md](add/rule.md). Every rule is a check in the graph and a row of
`quality.rule_result` for each delivery: judged, broken, limit. `bpp check` says what a delivery breaks."""

SEVERITIES = (
    ("`refuse`", "the row goes to quarantine, with every rule it broke; the others stay"),
    ("`flag`", "the row stays, and carries the rule's id in its `flags`"),
    ("`warn`", "the delivery is admitted, and everyone is told"),
    ("`shut`", "the delivery is refused whole; the registry's last admitted one stays in service"),
)

PLANTED = "## Planted defects"
"""What the tests of the gate's score write begins with it, at the end of the page."""

GENERAL = """\
## Rows of many tables"""

CELLS = """\
What breaks them in a cell, and beside it the nearest that holds:"""

DECLARED = """\
## Rows that a declaration fills

What rows do not say a registry may state once in [registry.toml](registry.md). Each row that it filled bears
a flag; `quality.declaration` and the report have each declaration with its rows."""

CALENDAR = """\
Where a day only stands for a patient's day zero (`day_zero_declared`), no day of the row is one of the
calendar. So it is not judged by {rules}. Its patient is none of `patients_of_another_registry`; is never lost
to follow-up, which is counted back from the delivery's day; gets no limit with a `valid_from`; and is left
out by a protocol with a calendar window."""

WHOLE = """\
## Files, tables and the whole delivery

A rule with a limit is broken when more than that share of what it judges breaks it; the key of `[limits]` in
`registry.toml` sets another."""


@dataclass(frozen=True)
class _Words:
    """What a name in an example is called; with an offset, so many days before or after it."""

    text: str

    def __format__(self, offset: str) -> str:
        days = int(offset or 0)
        if days == 0:
            return self.text
        return f"{abs(days)} day{'s' * (abs(days) > 1)} {'after' if days > 0 else 'before'} {self.text}"


NAMES: Mapping[str, object] = {
    "delivery": _Words("the delivery's day"),
    "birth": _Words("birth"),
    "common_birth": _Words("the birth date of many"),
    "death": _Words("death"),
    "living": "a living patient",
    "dead": "a patient who died",
    "nobody": "an unknown patient",
    "own": "one patient",
    "scan": "an admitted assessment",
    "refused_scan": "a refused assessment",
    "no_scan": "an unknown assessment",
    "laboratory": "a laboratory",
}


def render_gates() -> str:
    """Return the page as Markdown."""
    general = ("rule", "what holds", "severity", "category", "tables", "how to mend")
    whole = ("rule", "what holds", "severity", "category", "of", "limit", "key", "how to mend")
    parts = [
        INTRODUCTION,
        _table(("severity", "what a breach does"), SEVERITIES),
        GENERAL,
        _table(general, ((*_head(law), _tables(law), _plain(law.mend)) for law in GENERAL_LAWS)),
        CELLS,
        _table(
            ("rule", "kind of column", "breaks it", "holds it"),
            (
                (
                    f"`{law.id}`",
                    kind,
                    _listed(cell.bad for cell in cells),
                    _listed(cell.good for cell in cells),
                )
                for law in GENERAL_LAWS
                for kind, cells in law.cells.items()
            ),
        ),
        DECLARED,
        _table(general, ((*_head(law), _tables(law), _plain(law.mend)) for law in DECLARED_LAWS)),
        CALENDAR.format(rules=_listed_rules(rule.law for rule in RULES if rule.law.is_of_calendar)),
        *(part for table in TABLES for part in _of_table(table)),
        WHOLE,
        _table(
            whole,
            (
                (*_head(law), _tables(law), *_limit(law), _plain(law.mend))
                for law in dict.fromkeys(rule.law for rule in RULES)
                if isinstance(law, DeliveryLaw)
            ),
        ),
        ORDINARY,
        _table(("flag", "why"), _ordinary()),
        LEFT_OUT,
        _table(
            ("column", "why"),
            (
                (f"`{table}.{column}`", why)
                for table, told in NOT_COMPARED.items()
                for column, why in told.items()
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _ordinary() -> list[tuple[str, str]]:
    laws = dict.fromkeys(rule.law for rule in RULES if rule.severity == "flag" and rule.law.ordinary)
    return [(f"`{law.id}`", law.ordinary) for law in laws]


def write_gates(target: Path = PAGE, planted: str = "") -> None:
    """Write the page; what it tells of planted defects stays, unless it is told anew."""
    if not planted and target.exists():
        _, heading, told = target.read_text(encoding="utf-8").partition(PLANTED)
        planted = heading + told
    target.write_text(f"{render_gates()}\n{planted}" if planted else render_gates(), encoding="utf-8")


def _listed_rules(laws: Iterable[Law]) -> str:
    names = [f"`{name}`" for name in dict.fromkeys(law.id for law in laws)]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _of_table(table: str) -> Iterator[str]:
    contract = TABLES[table].contract
    yield f"## `{table}`\n\n{grain_of(contract)}"
    laws = laws_of(contract)
    if not laws:
        yield "No rule but those of many tables."
        return
    yield _table(
        ("rule", "what holds", "severity", "category", "how to mend"),
        ((*_head(law), _plain(law.mend)) for law in laws),
    )
    yield _table(
        ("rule", "rows that break it", "rows beside them that hold it"),
        ((f"`{law.id}`", _rows(one.bad), _rows(one.good)) for law in laws for one in law.examples),
    )


def _head(law: Law) -> tuple[str, str, str, str]:
    return (f"`{law.id}`", _plain(f"{law.sentence} {law.exactly}".rstrip()), law.severity, law.category)


def _tables(law: Law) -> str:
    names = law.on(TABLES) if law.on else ()
    if set(names) == {*TABLES, DELIVERY}:
        return "every file"
    if names == tuple(TABLES):
        return "every table"
    return ", ".join("the delivery" if name == DELIVERY else name for name in names)


def _limit(law: DeliveryLaw) -> tuple[str, str]:
    if not law.limit_name:
        return "", ""
    return f"{100 * law.limit:g} %", f"`{law.limit_name.format(table='<table>')}`"


def _rows(rows: Sequence[Row]) -> str:
    """Say what rows say otherwise than sound ones, column by column; once where all say the same."""
    told = []
    for column in dict.fromkeys(column for row in rows for column in row):
        texts = [row.get(column) for row in rows]
        told.append(f"{column} {_listed(texts[:1] if len(set(texts)) == 1 else texts)}")
    return "; ".join(told) or "a sound row"


def _listed(texts: Iterable[str | None]) -> str:
    return ", ".join("empty" if text is None else f"`{_named(text)}`" for text in texts)


def _named(text: str) -> str:
    return text.format_map(dict(NAMES)).replace("\t", "\\t")


def _plain(text: str) -> str:
    """Keep what stands between < and > from being taken for HTML."""
    return text.replace("<", "&lt;")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    write_gates()

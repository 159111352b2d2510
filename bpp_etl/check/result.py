"""What a check of one delivery found; of cell values only texts that are no code, for one person to see.

Not here: finding it (`run.py`) and writing it down (`show.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.check.cells import ColumnFault
from bpp_etl.check.proposal import Proposal
from bpp_etl.check.sources import SourceRows
from bpp_etl.errors import shown
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.unused import Unused
from bpp_etl.pages.plain_text import counted, joined
from bpp_etl.reading.problems import NAME_WITHHELD, WITHHELD
from bpp_etl.reading.remembered import ReadDelivery

MOST_NAMELESS = 2
"""So many columns whose name is withheld are told by their places."""


@dataclass(frozen=True)
class Contradiction:
    """A flag of tests of which one part contradicts another; no rule is broken, and nothing is refused."""

    table: str
    flag: str
    sentence: str
    count: int
    file: str
    row_numbers: tuple[int, ...]
    files: int = 1

    @property
    def rows(self) -> str:
        """Name the first rows that bear it."""
        return _rows_named(self.count, self.row_numbers, self.file, self.files)


@dataclass(frozen=True)
class BrokenRule:
    """One rule that failed on one table: how often, what that does, how to mend it, and where to look.

    `row_numbers` are the first in `file`, the first of the `files` with such rows. `columns` are those that
    the rule looks at, or in which cells broke it; `faults` say what may stand there.
    """

    table: str
    rule: str
    severity: str
    broken: int
    judged: int
    limit: float
    sentence: str
    mend: str
    file: str
    row_numbers: tuple[int, ...]
    files: int = 1
    columns: tuple[str, ...] = ()
    faults: tuple[ColumnFault, ...] = ()

    @property
    def rows(self) -> str:
        """Name the first rows that broke the rule; empty where it is not rows that do."""
        return _rows_named(self.broken, self.row_numbers, self.file, self.files)


@dataclass(frozen=True)
class Checked:
    """What checking a delivery found; whether the gate would open was tried where the proposal says so.

    `reads` says which files the format of others reads, and where more is written on it. `other_analytes` are
    what rows that are ignored call theirs, and how many do. `unused` are declarations of registry.toml that
    come to nothing.
    """

    decision: GateDecision
    read: ReadDelivery
    broken: tuple[BrokenRule, ...]
    proposal: Proposal
    would_open: bool = False
    rows_written: int = 0
    sources: tuple[SourceRows, ...] = ()
    reads: str = ""
    other_analytes: tuple[tuple[str, int], ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    unused: tuple[Unused, ...] = ()

    @property
    def state(self) -> str:
        """Say in one word whether the delivery would be admitted."""
        return "open" if self.decision.is_open else "shut"

    @property
    def cells_emptied(self) -> list[str]:
        """Say, table by table, how many cells of which columns held a word that means empty."""
        by_table: dict[str, list[str]] = {}
        for one in self.decision.null_words:
            by_table.setdefault(one.table, []).append(f"{one.column} {one.cells}")
        return [f"{name}: {joined(found)} (NULL, NA, - and the like)" for name, found in by_table.items()]

    @property
    def rows_declared(self) -> list[str]:
        """Say of each declaration of registry.toml what it filled, and in how many rows."""
        return [one.in_words() for one in self.decision.declared if one.declaration.flag]

    @property
    def told_of_theirs(self) -> list[str]:
        """Say of each section that renames or recodes how many rows each of its entries was used in."""
        by_section: dict[str, list[str]] = {}
        for one in self.decision.declared:
            stated = one.declaration
            if not stated.flag:
                is_name = stated.section.startswith("[rename.")
                told = f"{stated.states} = {stated.column}" if is_name else stated.states
                by_section.setdefault(stated.section, []).append(f"{told} in {counted(one.rows, 'row')}")
        return [f"{section}: {joined(told)}" for section, told in by_section.items()]

    @property
    def meant(self) -> list[str]:
        """Say of declarations that come to nothing what of the delivery may be meant."""
        return [f"{one.words}; may be meant: {', '.join(one.near)}" for one in self.unused if one.near]

    @property
    def side_tables(self) -> list[str]:
        """Say of each side table what its rows completed, and how many were added."""
        return [one.in_words() for one in self.read.side_tables]

    @property
    def drugs_told(self) -> list[str]:
        """Say how many drugs were what to the derived lines of therapy."""
        return [f"{meaning}: {rows}" for meaning, rows in self.decision.drugs.items()]

    @property
    def contradictions_told(self) -> list[str]:
        """Say of each contradiction how many rows bear it, and which."""
        return [
            f"{one.flag}: {one.sentence} {one.table}: {counted(one.count, 'row')}, {one.rows}"
            for one in self.contradictions
        ]

    @property
    def analytes_told(self) -> list[str]:
        """Say what the analytes of ignored rows are called, and how many rows each has; the commonest."""
        return [f"'{shown(text)}': {counted(rows, 'row')}" for text, rows in self.other_analytes]

    @property
    def empty_rows(self) -> list[str]:
        """Say of each table, or file of another standard, how many of its rows have no filled cell."""
        return [f"{name}: {rows}" for name, rows in self.read.empty_rows.items()]

    @property
    def columns_left_out(self) -> list[str]:
        """Say, table by table, which delivered columns are not loaded."""
        lines: list[str] = []
        renamed: list[str] = []
        for told, columns in (
            ("not known here", self.read.extra_columns),
            ("withheld: the name speaks of a direct identifier", self.read.identifier_columns),
        ):
            by_table: dict[str, list[str]] = {}
            for name, column in columns:
                by_table.setdefault(name, []).append(column)
                if ours := self.read.config.rename.get(name, {}).get(column):
                    renamed.append(
                        f"{name}: {column} is not read as {ours}, though [rename.{name}] says so: {WITHHELD}."
                        f" If it holds none, have the export call it {ours}"
                    )
            lines += [f"{name}: {joined(_counted(found))} ({told})" for name, found in by_table.items()]
        return lines + renamed


def _rows_named(count: int, row_numbers: tuple[int, ...], file: str, files: int) -> str:
    numbers = ", ".join(map(str, row_numbers))
    if not numbers:
        return ""
    more_files = files - 1
    more = ", ..." if count > len(row_numbers) and not more_files else ""
    others = f" and of {more_files} more file{'s' if more_files > 1 else ''}" if more_files else ""
    return f"row{'s' if len(row_numbers) > 1 else ''} {numbers}{more} of {file}{others}"


def _counted(columns: list[str]) -> list[str]:
    """Count columns without a name, but for a few: of a header that may be a patient's row none is named."""
    nameless = [column for column in columns if column.endswith(NAME_WITHHELD)]
    if len(nameless) <= MOST_NAMELESS:
        return columns
    return [one for one in columns if one not in nameless] + [f"{len(nameless)} columns {NAME_WITHHELD}"]

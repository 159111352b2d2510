"""Lines of `registry.toml` that would mend what a check found, to be looked at and pasted by a person.

Not here: what was found (`cells.py`, `run.py`), and the words that it goes by (`guess.py`). What is not
sure is proposed as a comment with the choices; nothing is applied but to see what would come next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bpp_etl.adapters import CANONICAL
from bpp_etl.check.cells import UNREADABLE, ColumnFault
from bpp_etl.check.guess import guess, guess_column
from bpp_etl.check.keys import (
    ID,
    KEYED,
    LINES,
    WITH_THE_ID,
    count_within_patients,
    has_drugs_of_a_line,
    parts_in,
)
from bpp_etl.check.layout import DELIMITERS, Layout, layout_of
from bpp_etl.check.proposal import TOP, Proposal, key_of, value_of
from bpp_etl.gate.decision import GateDecision
from bpp_etl.harmonise.dates import BIRTH, PARTIAL
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.line_derivation import DERIVE
from bpp_etl.landing.registry_sections import AS_EMPTY, PARTIAL_BIRTH_DATE
from bpp_etl.pages.plain_text import cells_of
from bpp_etl.reading.problems import PLAIN_NAME, is_of_names, looks_like_identifier
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.reading.wanted import WORKBOOK
from bpp_etl.warehouse.connection import Connection, one_row
from schemas.codes import ANALYTE
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE, TABLES

DAYS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d%b%Y",
    "%b %d, %Y",
    "%Y年%m月%d日",
)
DATE_FORMATS = (*DAYS, *(f"{day} {time}" for day in DAYS[:3] for time in ("%H:%M", "%H:%M:%S")))
"""Ways in which registries write a day."""

LONGEST_NAME = 60
"""Cells of a terminal that a name of theirs may take in a line that it cannot be broken out of."""

FORMAT = re.compile(r'\bformat = "([a-z0-9_-]+)"')
"""How a cause says which format its files look like."""

MOST_UNSURE = 12
"""So many codes without a guess are written down for a column; more are no codes."""


def propose(
    con: Connection,
    delivery: Delivery,
    read: ReadDelivery,
    decision: GateDecision,
    faults: Iterable[ColumnFault],
    analytes: Iterable[str] = (),
) -> Proposal:
    """Propose what would mend the columns that are missing and the cells that cannot be read.

    `analytes` are those that are not ours, of which some may only be called otherwise.
    """
    found = _Found(con, read)
    if read.config.format == CANONICAL:
        laid_out = {
            one.table: layout_of(
                delivery,
                one.table,
                read.config.reading(one.table),
                was_read=one.rule == "column_missing",
            )
            for one in read.problems
            if one.table in TABLES and one.rule in {"column_missing", "file_unreadable"}
        }
        for table, layout in laid_out.items():
            found.look_at_layout(table, layout)
        for table, header in read.headers.items():
            # Names in the wrong line are none.
            if table not in laid_out or not laid_out[table].header_row:
                found.look_at_header(table, header)
        found.look_for_sheets()
        repeated = {one.table for one in decision.rules if one.rule == "duplicate_key" and one.is_breach}
        if KEYED in repeated:
            found.look_at_keys()
        if LINES in repeated and has_drugs_of_a_line(con):
            found.choose(LINES, f'derive = "{DERIVE}"  # has the file a row for each drug of a line?')
    for fault in faults:
        found.look_at(fault)
    for theirs in analytes:
        if ours := guess(theirs, ANALYTE):
            found.sure("recode.lab_results.analyte", theirs, ours)
    for cause in (*decision.causes, *decision.warnings):
        if stated := re.search(r"\[cadence\] interval_days = \[([\d, ]+)\]", cause.message):
            found.sure("cadence", "interval_days", [int(days) for days in stated[1].split(",")])
        if len(formats := FORMAT.findall(cause.message)) == 1:
            found.sure(TOP, "format", formats[0])
    return Proposal(found.sections, found.unsure)


class _Found:
    """Gathers lines while it looks at one thing after the other."""

    def __init__(self, con: Connection, read: ReadDelivery) -> None:
        self.con, self.read = con, read
        self.sections: dict[str, dict[str, Any]] = {}
        self.unsure: dict[str, list[str]] = {}

    def sure(self, section: str, key: str, value: object) -> None:
        self.sections.setdefault(section, {})[key] = value

    def choose(self, section: str, line: str) -> None:
        self.unsure.setdefault(section, []).append(line)

    def choose_once(self, section: str, line: str) -> None:
        if line not in self.unsure.get(section, ()):
            self.choose(section, line)

    def look_at_layout(self, table: str, layout: Layout) -> None:
        """Say how a file is written whose header was not found."""
        section = f"read.{table}"
        for key in ("encoding", "delimiter", "header_row"):
            if value := getattr(layout, key):
                self.sure(section, key, value)
        if layout.encodings:
            self.choose(section, f"encoding = {value_of(' | '.join(layout.encodings))}")

    def look_at_header(self, table: str, header: Sequence[str]) -> None:
        """Find the delimiter of a header that is one column, or the columns that are called otherwise."""
        if not header:
            return
        delimiter = self.read.config.reading(table).delimiter
        if len(header) == 1:
            others = [mark for mark in DELIMITERS if mark != delimiter and mark in header[0]]
            if len(others) == 1:
                self.sure(f"read.{table}", "delimiter", others[0])
            return
        self._look_at_columns(table, header)

    def _look_at_columns(self, table: str, header: Sequence[str]) -> None:
        columns = {column.name: column for column in delivered_columns(DELIVERABLE[table].contract)}
        renamed = self.read.config.rename.get(table, {})
        there = {renamed.get(theirs, theirs) for theirs in header}
        there |= self.read.config.constants.get(table, {}).keys()
        absent = [name for name in columns if name not in there]
        unknown = [
            theirs
            for theirs in header
            if renamed.get(theirs, theirs) not in columns and not looks_like_identifier(theirs)
        ]
        guessed: dict[str, list[str]] = {}
        for theirs in unknown:
            if ours := guess_column(theirs, absent):
                guessed.setdefault(ours, []).append(theirs)
        section = f"rename.{table}"
        for ours, several in guessed.items():
            if len(several) == 1:
                self.sure(section, several[0], ours)
            else:
                self.choose(section, f"{ours} is one of {', '.join(map(value_of, several))}")
        known = (there & columns.keys()) | guessed.keys()
        taken = {theirs for several in guessed.values() for theirs in several}
        left = [theirs for theirs in unknown if theirs not in taken]
        names = _names_told(left) if is_of_names(header, known, renamed.keys() & {*header}) else ""
        for name in absent:
            if name in guessed:
                continue
            if columns[name].required:
                self.choose(section, f'"..." = "{name}"  # which of their columns is it?{names}')
            elif left:
                # No rule misses it: dates of death under another name would be lost unsaid.
                self.choose(section, f'"..." = "{name}"  # is it one of those not loaded?{names}')

    def look_for_sheets(self) -> None:
        """Offer the sheets of the one workbook that nothing reads for the tables that are not there."""
        book = f"{WORKBOOK}/"
        sheets = [name.removeprefix(book) for name in self.read.unknown_files if name.startswith(book)]
        for table in TABLES:
            if sheets and table not in self.read.headers:
                self.choose(f"read.{table}", f"sheet = {value_of(' | '.join(sheets))}")

    def look_at_keys(self) -> None:
        """Offer to make ids of assessments that count within a patient of the patient and the id."""
        if not count_within_patients(self.con):
            return
        for table in WITH_THE_ID:
            section, header = f"compose.{table}", self.read.headers.get(table, ())
            patient, own = parts_in(header, table, self.read.config)
            if patient and own:
                self.sure(section, ID, [patient, own])
            else:
                line = f"{ID} = {value_of([patient or '...', own or ID])}"
                self.choose(section, f"{line}  # the export needs the patient here")

    def look_at(self, fault: ColumnFault) -> None:
        """Find how the cells of a column are written, or which codes they hold."""
        section = f"read.{fault.table}"
        if fault.rule in {"date_invalid", PARTIAL}:
            self._date_format(section, fault)
            if (fault.rule, fault.column) == (PARTIAL, BIRTH):
                line = f"{PARTIAL_BIRTH_DATE} = {value_of(AS_EMPTY)}  # keeps such a patient, without an age"
                self.choose_once("patients", line)
        elif fault.rule == "date_has_zone":
            self.choose_once(section, 'timezone = "Area/City"  # whose days count, such as Europe/Berlin')
        elif fault.rule == "date_century_unknown":
            self.choose_once(section, "century_pivot = 0  # the last short year that is of the 2000s")
        elif fault.rule == "number_invalid" or fault.rule in UNREADABLE:
            if self.read.config.reading(fault.table).decimal == "." and _have_decimal_commas(fault.texts):
                self.sure(section, "decimal", ",")
        elif fault.rule in {"code_unknown", "unit_not_convertible", "nothing_used"}:
            self._codes(f"recode.{fault.table}.{fault.column}", fault)

    def _codes(self, section: str, fault: ColumnFault) -> None:
        left = []
        if fault.rule == "nothing_used" and {*fault.texts} & {*fault.allowed}:
            # Some are called as here: their rows are refused for something else.
            return
        for theirs in fault.texts:
            ours = guess(theirs, fault.allowed)
            if ours is None:
                left.append(theirs)
            else:
                self.sure(section, theirs, ours)
        # Other analytes are ignored, not wrong: where one of ours is found the others need no code.
        if fault.rule != "nothing_used" or section not in self.sections:
            for theirs in left[:MOST_UNSURE]:
                self.choose(section, f'{key_of(theirs)} = "{" | ".join(fault.allowed)}"')

    def _date_format(self, section: str, fault: ColumnFault) -> None:
        """Take the one way of writing a day by which all texts of a column are days, or name several."""
        fits = [pattern for pattern in DATE_FORMATS if self._are_days(fault.texts, pattern)]
        chosen = self.sections.get(section, {}).get("date_format")
        if len(fits) == 1 and chosen is None:
            self.sure(section, "date_format", fits[0])
        elif fits and chosen not in fits:
            self.choose(section, f"date_format of {fault.column}: {' or '.join(map(value_of, fits))}")

    def _are_days(self, texts: Sequence[str], pattern: str) -> bool:
        (found,) = one_row(
            self.con,
            "select bool_and(day is not null and year(day) >= 1850) from"
            " (select try_strptime(unnest($texts::varchar[]), $pattern) as day)",
            {"pattern": pattern, "texts": list(texts)},
        )
        return found is True


def _names_told(left: Sequence[str]) -> str:
    """Name columns that may be chosen from, the first of them, and none whose name is not plain and short."""
    plain = [theirs for theirs in left if PLAIN_NAME.fullmatch(theirs) and cells_of(theirs) <= LONGEST_NAME]
    more = f" or one of {len(plain) - MOST_UNSURE} more" if len(plain) > MOST_UNSURE else ""
    return f" {' or '.join(plain[:MOST_UNSURE])}{more}" if plain else ""


def _have_decimal_commas(texts: Sequence[str]) -> bool:
    """Say whether numbers among texts, whatever stands after them, have a comma for a point."""
    numbers = [found[0] for text in texts if (found := re.match(r"[-+]?\d[\d.,]*", text))]
    have_one_form = all(re.fullmatch(r"[-+]?\d+(,\d+)?", number) for number in numbers)
    return have_one_form and any("," in number for number in numbers)

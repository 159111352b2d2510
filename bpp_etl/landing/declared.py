"""What a registry declares of its rows, one by one: what fills them, with the mark that a filled row bears.

And what calls columns and codes of theirs by our names, of which no row bears a mark. Not here: each
section's own keys, and filling rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bpp_etl.errors import shown
from bpp_etl.landing.registry_config import RegistryConfig
from schemas.contract import Column, delivered_columns
from schemas.declared_laws import CONSTANT, DATE_RELATIVE, LAST_CONTACT, LINE, PARTIAL_BIRTH, UPPER_LIMIT
from schemas.tables import DELIVERABLE, DRUGS, TABLES

AS_DRUGS = {"regimen": "agent"}
"""Columns of lines -> what they are in drugs, where a file of lines is taken for that of the drugs.

The others have one name, or are none of theirs."""
LINES = "therapy_lines"
OF_NOBODY = ("unit", "laboratory", "regimen", "agent")
"""Columns of plain text whose cells say nothing of whose they are."""
EMPTY = "an empty cell"


@dataclass(frozen=True)
class Declaration:
    """One declaration: where it stands, what it fills, and the flag of each row that it filled.

    `states` says for which rows it is stated, `source` what the registry gives as its source. `mark` is what
    a row bears while it is read and judged: the flag, the column, and which declaration it was. Where it
    filled no row, it is told all the same if it `is_told_empty`. One that renames or recodes has no flag, and
    `theirs` and `ours`.
    """

    section: str
    table: str
    column: str
    flag: str
    states: str = ""
    source: str = ""
    place: int = 0
    is_told_empty: bool = True
    theirs: str = ""
    ours: str = ""

    @property
    def mark(self) -> str:
        """Return the mark of a row that it filled."""
        return mark(self.flag, self.column, self.place)


def mark(flag: str, column: str, place: int = 0) -> str:
    """Write the mark of a filled row; `flag_of` reads it back."""
    return f"{flag}:{column}:{place}"


def parted_mark(text: str) -> tuple[str, str]:
    """Return the flag and the column of a mark."""
    flag, column, _ = text.split(":")
    return flag, column


def flag_of(text: str) -> str:
    """Write, in SQL, the flag of a mark."""
    return f"split_part({text}, ':', 1)"


def declarations(config: RegistryConfig) -> tuple[Declaration, ...]:
    """List all that a registry declares, in the order of the sections."""
    return tuple(_each(config))


def _each(config: RegistryConfig) -> Iterator[Declaration]:
    for table, values in config.constants.items():
        for column in values:
            yield Declaration(f"[constants.{table}]", table, column, CONSTANT)
    for place, one in enumerate(config.upper_limit_normal):
        section = f"[upper_limit_normal.{one.analyte}]"
        yield Declaration(
            section, "lab_results", "upper_limit_normal", UPPER_LIMIT, one.in_words(), one.source, place
        )
    if config.therapy_lines:
        told = config.therapy_lines.in_words()
        yield Declaration("[therapy_lines]", "therapy_lines", "line_number", LINE, told)
    if config.dates:
        told = config.dates.in_words()
        for name, known in TABLES.items():
            for column in (one.name for one in delivered_columns(known.contract) if one.kind == "date"):
                yield Declaration("[dates]", name, column, DATE_RELATIVE, told, is_told_empty=False)
    if config.patients:
        yield Declaration("[patients]", "patients", "birth_date", PARTIAL_BIRTH)
    if config.last_contact:
        names = ", ".join(config.last_contact)
        yield Declaration("[last_contact]", "patients", "last_contact_date", LAST_CONTACT, names)


def renames(config: RegistryConfig) -> tuple[Declaration, ...]:
    """List what is stated of the names of columns, as it is stated."""
    return tuple(
        Declaration(f"[rename.{table}]", table, ours, "", shown(theirs), theirs=theirs, ours=ours)
        for table, names in config.rename.items()
        for theirs, ours in names.items()
        if not (table == DRUGS.name and _is_of_lines(config.rename.get(LINES, {}), theirs, ours))
    )


def recodes(config: RegistryConfig) -> tuple[Declaration, ...]:
    """List what is stated of codes, as it is stated; a single id, day or number is not written out."""
    return tuple(
        Declaration(
            f"[recode.{table}.{column}]",
            table,
            column,
            "",
            f"{_told(table, column, theirs)} = {_told(table, column, ours)}",
            place=place,
            theirs=theirs,
            ours=ours,
        )
        for table, columns in config.recode.items()
        for column, codes in columns.items()
        if not (table == DRUGS.name and config.recode.get(LINES, {}).get(_in_lines(column)) == codes)
        for place, (theirs, ours) in enumerate(codes.items())
    )


def column_of(one: Declaration) -> Column:
    """Return the column of ours that a declaration is about."""
    return next(own for own in delivered_columns(DELIVERABLE[one.table].contract) if own.name == one.column)


def says_nothing_of_whom(column: Column) -> bool:
    """Say whether the cells of a column are words that many patients share."""
    return column.kind in {"code", "boolean"} or column.name in OF_NOBODY


def _told(table: str, column: str, text: str) -> str:
    own = next(one for one in delivered_columns(DELIVERABLE[table].contract) if one.name == column)
    if not text:
        return EMPTY
    return f"'{shown(text)}'" if says_nothing_of_whom(own) else "a value"


def _in_lines(column: str) -> str:
    return next((ours for ours, theirs in AS_DRUGS.items() if theirs == column), column)


def _is_of_lines(stated: Mapping[str, str], theirs: str, ours: str) -> bool:
    """Say whether a name of a column of drugs is one that is stated of lines, or of nobody's stating."""
    return AS_DRUGS.get(theirs) == ours or AS_DRUGS.get(stated.get(theirs, ""), stated.get(theirs)) == ours

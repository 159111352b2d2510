"""What a registry declares that fills rows, one by one, with the mark that a filled row bears.

Not here: each section's own keys, and filling rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.landing.registry_config import RegistryConfig
from schemas.contract import delivered_columns
from schemas.declared_laws import CONSTANT, DATE_RELATIVE, LAST_CONTACT, LINE, PARTIAL_BIRTH, UPPER_LIMIT
from schemas.tables import TABLES


@dataclass(frozen=True)
class Declaration:
    """One declaration: where it stands, what it fills, and the flag of each row that it filled.

    `states` says for which rows it is stated, `source` what the registry gives as its source. `mark` is what
    a row bears while it is read and judged: the flag, the column, and which declaration it was. Where it
    filled no row, it is told all the same if it `is_told_empty`.
    """

    section: str
    table: str
    column: str
    flag: str
    states: str = ""
    source: str = ""
    place: int = 0
    is_told_empty: bool = True

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

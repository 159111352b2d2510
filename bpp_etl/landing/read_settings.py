"""How the files of a table are written, as [read] and [read.<table>] of `registry.toml` state it: key by key.

Not here: reading a file by them (`bpp_etl/reading`), and the other sections (`registry_sections.py`).
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpp_etl.errors import shown
from bpp_etl.landing.keys import ConfigurationError, Key, ensure_known, table_of, text_of, whole_of

DATE_CODES = frozenset(
    "d -d m -m b B y -y Y H -H I -I M -M S -S f p a A %".split()  # noqa: SIM905 - easier to read
)
"""Codes of `date_format`: days, and times of day, which are read over."""
MOST_ROWS_ABOVE = 1_000


@dataclass(frozen=True)
class ReadSettings:
    """How the files of one table are written; the defaults are those of canonical csv.

    `decimal`, `date_format`, `timezone` and `century_pivot` are of cells that are text: a cell with a type of
    its own (of a workbook, of parquet) is read by it. `header_row` counts from 1.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    date_format: str | None = None
    timezone: str | None = None
    century_pivot: int | None = None
    sheet: str | None = None
    header_row: int = 1


AS_CANONICAL = ReadSettings()


def _delimiter(value: Any, where: str) -> str:
    text = text_of(value, where)
    if len(text) != 1 or text in '"\r\n\0':
        raise ConfigurationError(f"{where} must be one character, and no quote", 'for example ";" or "\\t"')
    return text


def _encoding(value: Any, where: str) -> str:
    text = text_of(value, where)
    try:
        "".encode(text)
    except (LookupError, ValueError):
        raise ConfigurationError(
            f"{where} is not one that this software knows", 'for example "utf-8", "gb18030", "latin-1"'
        ) from None
    return text


def _decimal(value: Any, where: str) -> str:
    text = text_of(value, where)
    if text not in {".", ","}:
        raise ConfigurationError(f'{where} must be "." or ","', "write one of the two")
    return text


def _date_format(value: Any, where: str) -> str:
    """Hold a format to the codes that DuckDB knows, and to those that make a whole day."""
    pattern = text_of(value, where)
    codes = re.findall(r"%(-?.?)", pattern, re.DOTALL)
    unknown = sorted({shown(f"%{code}") for code in codes if code not in DATE_CODES})
    if unknown:
        raise ConfigurationError(
            f"{where} holds {', '.join(unknown)}, which is no code for a part of a date",
            'strptime codes are read, for example "%d.%m.%Y"',
        )
    parts = {code.removeprefix("-") for code in codes}
    if "d" not in parts or not parts & {"m", "b", "B"} or not parts & {"Y", "y"}:
        raise ConfigurationError(
            f"{where} must name year, month and day", 'in strptime codes, for example "%d.%m.%Y"'
        )
    return pattern


def _timezone(value: Any, where: str) -> str:
    name = text_of(value, where)
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        raise ConfigurationError(
            f"{where} is not one that this software knows", 'for example "Europe/Berlin", "Asia/Shanghai"'
        ) from None
    return name


def _sheet(value: Any, where: str) -> str:
    if not (name := text_of(value, where).strip()):
        raise ConfigurationError(f"{where} must name a sheet", "write it as the workbook shows it")
    return name


READ_KEYS = (
    Key("delimiter", _delimiter, "`,`", "the one character between the cells of csv", 'delimiter = ";"'),
    Key(
        "encoding",
        _encoding,
        "`utf-8`",
        "of csv and xpt, by a name that Python knows",
        'encoding = "latin-1"',
    ),
    Key("decimal", _decimal, "`.`", "the decimal mark, `.` or `,`", 'decimal = ","'),
    Key(
        "date_format",
        _date_format,
        "ISO days",
        "how dates are written, in codes of strptime; ISO days are read beside it",
        'date_format = "%d.%m.%Y"',
    ),
    Key(
        "timezone",
        _timezone,
        "nothing",
        "the time zone, by its name of Area/City, whose days count where an export has moments with a zone",
        'timezone = "Europe/Berlin"',
    ),
    Key(
        "century_pivot",
        lambda value, where: whole_of(value, where, 0, 99),
        "nothing",
        "the last year of two digits, from 0 to 99, that is of the 2000s: those above it are of the 1900s. A"
        " year of birth is of the 2000s only where the patient was grown up at the delivery",
        "century_pivot = 24",
    ),
    Key(
        "sheet",
        _sheet,
        "the only one that is filled",
        "the sheet of a workbook that holds the table",
        'sheet = "Export"',
    ),
    Key(
        "header_row",
        lambda value, where: whole_of(value, where, 1, MOST_ROWS_ABOVE),
        "`1`",
        "the line of csv, or row of a sheet, that names the columns: what stands above it is no row",
        "header_row = 3",
    ),
)
"""The keys of [read] and [read.<table>], in the order of their documentation."""

AT_THE_TOP = ("delimiter", "encoding", "decimal", "date_format")
"""What may stand outside any section, and then means the same as in [read]."""


def read_settings_of(
    told: Mapping[str, Any], tables: tuple[str, ...] | None
) -> tuple[ReadSettings, dict[str, ReadSettings]]:
    """Read the settings of all tables, and those of each table that has its own, from the whole file.

    `tables` are the names that [read.<table>] may have; None where an adapter names its own.
    """
    section = table_of(told.get("read", {}), "read")
    general = _checked({key: told[key] for key in AT_THE_TOP if key in told}, "")
    stated = _checked({key: value for key, value in section.items() if not isinstance(value, dict)}, "read")
    for key in general.keys() & stated.keys():
        raise ConfigurationError(
            f"registry.toml: {key} stands at the top and in [read]", "they mean the same: leave one of them"
        )
    general |= stated
    own: dict[str, ReadSettings] = {}
    for table, keys in section.items():
        if isinstance(keys, dict):
            if tables is not None:
                ensure_known("table in [read]:", table, tables)
            own[table] = ReadSettings(**{**general, **_checked(keys, f"read.{table}")})
    return ReadSettings(**general), own


def recalled_settings(told: Mapping[str, Any]) -> dict[str, Any]:
    """Make settings again of the fields that hold them, as `dataclasses.asdict` and JSON have them."""
    return {
        "read": ReadSettings(**told["read"]),
        "read_tables": {table: ReadSettings(**own) for table, own in told["read_tables"].items()},
    }


def _checked(told: Mapping[str, Any], section: str) -> dict[str, Any]:
    """Check the keys of one section, or those at the top."""
    known = {key.name: key for key in READ_KEYS}
    made = {}
    for name, value in told.items():
        where = f"key in [{section}]:" if section else "key"
        ensure_known(where, name, tuple(known))
        made[name] = known[name].checked(value, f"{name} in [{section}]" if section else name)
    return made

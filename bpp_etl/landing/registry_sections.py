"""The sections of `registry.toml`, each checked key by key and read into what it states.

Not here: the file, its keys outside sections, and the whole they make (`registry_config.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bpp_etl.errors import shown
from bpp_etl.landing.keys import ConfigurationError, ensure_known, table_of, text_of
from schemas.cadence import LEAST_INTERVAL_DAYS, MOST_INTERVAL_DAYS, StatedCadence
from schemas.contract import delivered_columns
from schemas.rules import LIMITS
from schemas.tables import DELIVERABLE, TABLES

STABLE = "stable"
"""Of `ids` in [lesions]: a lesion keeps its id from scan to scan."""
PARTIAL_BIRTH_DATE, AS_EMPTY = "partial_birth_date", "empty"
"""Of [patients]: a date of birth without its day is an empty one."""
FEWEST_PARTS = 2
ABOUT = ("title", "synthetic", "contact")


@dataclass(frozen=True)
class About:
    """What a registry says of itself: its name in full, whether its patients are made up, whom to ask."""

    title: str | None = None
    synthetic: bool = False
    contact: str | None = None


NOTHING_SAID = About()


def about_of(told: Any, where: str) -> About:
    """Read what a registry says of itself."""
    for key in table_of(told, where):
        ensure_known(f"key in [{where}]:", key, ABOUT)
    synthetic = told.get("synthetic", False)
    if not isinstance(synthetic, bool):
        raise ConfigurationError(
            "registry.toml: synthetic in [about] must be true or false", "write it without quotes"
        )
    title, contact = (text_of(told.get(key, ""), key).strip() or None for key in ("title", "contact"))
    return About(title, synthetic, contact)


def scalar_of(value: Any, where: str) -> str:
    """Return a value that stands for a cell, as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ConfigurationError(f"registry.toml: a value in [{where}] must be text", "put it in quotes")


def ensure_column(table: str, column: str, section: str) -> None:
    """Refuse a column that a table does not have."""
    names = tuple(known.name for known in delivered_columns(DELIVERABLE[table].contract))
    ensure_known(f"column in [{section}.{table}]:", column, names)


def null_words_of(told: Any, where: str) -> tuple[str, ...]:
    """Read null_words: further words that stand for an empty cell."""
    if not isinstance(told, list):
        raise ConfigurationError(
            f"registry.toml: {where} must be a list", 'for example null_words = ["-99", "9999-12-31"]'
        )
    # A day may be written without quotes.
    words = [one.isoformat() if isinstance(one, dt.date) else scalar_of(one, where) for one in told]
    words = [word.strip() for word in words]
    if not all(words):
        raise ConfigurationError(
            f"registry.toml: a word of {where} is empty", "an empty cell is empty without being told"
        )
    return tuple(dict.fromkeys(words))


def renames_of(told: Any, where: str) -> dict[str, dict[str, str]]:
    """Read [rename.<table>]: theirs to ours."""
    renames: dict[str, dict[str, str]] = {}
    for table, names in table_of(told, where).items():
        section = f"{where}.{table}"
        renames[table] = {
            theirs: scalar_of(ours, section) for theirs, ours in table_of(names, section).items()
        }
        if len(set(renames[table].values())) < len(renames[table]):
            raise ConfigurationError(
                f"registry.toml: two columns of [{section}] have one name", "leave one of them"
            )
    return renames


def ensure_columns_are_ours(renames: Mapping[str, Mapping[str, str]], where: str) -> None:
    """Hold renames to our tables and columns; only an adapter names its own."""
    for table, names in renames.items():
        ensure_known(f"table in [{where}]:", table, tuple(DELIVERABLE))
        for ours in names.values():
            ensure_column(table, ours, where)


def recodes_of(told: Any, where: str) -> dict[str, dict[str, dict[str, str]]]:
    """Read [recode.<table>.<column>]: theirs to ours; the empty text is an empty cell."""
    recodes: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in table_of(told, where).items():
        ensure_known(f"table in [{where}]:", table, tuple(DELIVERABLE))
        recodes[table] = {}
        for column, codes in table_of(columns, f"{where}.{table}").items():
            ensure_column(table, column, where)
            section = f"{where}.{table}.{column}"
            told_codes = table_of(codes, section)
            recodes[table][column] = {
                theirs.strip(): scalar_of(ours, section) for theirs, ours in told_codes.items()
            }
            if len(recodes[table][column]) < len(told_codes):
                raise ConfigurationError(
                    f"registry.toml: two codes of [{section}] are the same but for blanks",
                    "leave one of them",
                )
    return recodes


def constants_of(told: Any, where: str) -> dict[str, dict[str, str]]:
    """Read [constants.<table>]."""
    constants: dict[str, dict[str, str]] = {}
    for table, values in table_of(told, where).items():
        ensure_known(f"table in [{where}]:", table, tuple(TABLES))
        constants[table] = {}
        for column, value in table_of(values, f"{where}.{table}").items():
            ensure_column(table, column, where)
            constants[table][column] = scalar_of(value, f"{where}.{table}")
    return constants


def compose_of(told: Any, where: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Read [compose.<table>]: a key of ours to the columns of theirs that it is made of."""
    made: dict[str, dict[str, tuple[str, ...]]] = {}
    for table, keys in table_of(told, where).items():
        section = f"{where}.{table}"
        made[table] = {}
        for key, parts in table_of(keys, section).items():
            if not isinstance(parts, list) or not all(isinstance(one, str) and one.strip() for one in parts):
                raise ConfigurationError(
                    f"registry.toml: {shown(key)} in [{section}] must be a list of their columns",
                    'for example assessment_id = ["patient", "visit"]',
                )
            names = tuple(one.strip() for one in parts)
            if len({*names}) < max(len(names), FEWEST_PARTS):
                raise ConfigurationError(
                    f"registry.toml: {shown(key)} in [{section}] must be made of several columns, each once",
                    "name a single one in [rename.<table>]",
                )
            made[table][key] = names
    return made


def ensure_keys_are_ours(compose: Mapping[str, Mapping[str, object]], tables: Iterable[str]) -> None:
    """Hold what is composed to keys of our tables; only an adapter's source has columns of its own."""
    for table in tables:
        keys = tuple(
            column.name
            for column in delivered_columns(TABLES[table].contract)
            if column.kind == "text" and column.name.endswith("_id")
        )
        for key in compose.get(table, {}):
            ensure_known(f"key in [compose.{table}]:", key, keys or ("none of this table",))


def patients_of(told: Any, where: str) -> dict[str, str]:
    """Read [patients]."""
    for key in table_of(told, where):
        ensure_known(f"key in [{where}]:", key, (PARTIAL_BIRTH_DATE,))
    if told.get(PARTIAL_BIRTH_DATE) != AS_EMPTY:
        raise ConfigurationError(
            f'registry.toml: {PARTIAL_BIRTH_DATE} in [patients] must be "{AS_EMPTY}"',
            "leave [patients] out where every date of birth names its day",
        )
    return {PARTIAL_BIRTH_DATE: AS_EMPTY}


def lesions_of(told: Any, where: str) -> dict[str, str]:
    """Read [lesions]."""
    for key in table_of(told, where):
        ensure_known(f"key in [{where}]:", key, ("ids",))
    if told.get("ids") != STABLE:
        raise ConfigurationError(
            f'registry.toml: ids in [lesions] must be "{STABLE}"',
            "leave [lesions] out where a lesion may have another id on the next scan",
        )
    return {"ids": STABLE}


def cadence_of(told: Any, where: str) -> StatedCadence:
    """Read [cadence]."""
    for key in table_of(told, where):
        ensure_known(f"key in [{where}]:", key, ("interval_days",))
    days = told.get("interval_days")
    if not isinstance(days, list) or not days or not all(type(one) is int for one in days):
        raise ConfigurationError(
            "registry.toml: interval_days in [cadence] must be a list of whole days",
            "for example interval_days = [56, 56, 84]; the last one repeats",
        )
    if not all(LEAST_INTERVAL_DAYS <= one <= MOST_INTERVAL_DAYS for one in days):
        raise ConfigurationError(
            "registry.toml: each of interval_days in [cadence] must be from "
            f"{LEAST_INTERVAL_DAYS} to {MOST_INTERVAL_DAYS} days",
            "count days, not weeks: every 8 weeks is 56",
        )
    return StatedCadence(tuple(days))


def limits_of(told: Any, where: str) -> dict[str, float]:
    """Read [limits]: the highest share that may break a rule, by its name."""
    limits: dict[str, float] = {}
    for name, share in table_of(told, where).items():
        ensure_known("limit", name, tuple(LIMITS))
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ConfigurationError(
                f"registry.toml: the limit {name} must be a share from 0 to 1", "0.05 is 5 %"
            )
        limits[name] = float(share)
    return limits

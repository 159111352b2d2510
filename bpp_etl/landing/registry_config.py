"""What a registry states about its exports in `registry.toml`, checked key by key.

Not here: applying it. An unknown key is an error that names it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError, shown
from schemas.cadence import LEAST_INTERVAL_DAYS, MOST_INTERVAL_DAYS, NOT_STATED, StatedCadence
from schemas.contract import delivered_columns
from schemas.rules import LIMITS
from schemas.stated import Stated
from schemas.tables import TABLES

MOST_BYTES = 256 << 10
STABLE = "stable"
"""Of `ids` in [lesions]: a lesion keeps its id from scan to scan."""
TOP_LEVEL = (
    "format",
    "about",
    "delimiter",
    "encoding",
    "decimal",
    "date_format",
    "rename",
    "recode",
    "constants",
    "lesions",
    "cadence",
    "limits",
)
DATE_CODES = frozenset(
    "d -d m -m b B y -y Y H -H I -I M -M S -S f p a A %".split()  # noqa: SIM905 - easier to read
)
"""Codes of `date_format`: days, and times of day, which are read over."""


ABOUT = ("title", "synthetic", "contact")


class ConfigurationError(BppError):
    """registry.toml says something that cannot be followed."""


@dataclass(frozen=True)
class About:
    """What a registry says of itself: its name in full, whether its patients are made up, whom to ask."""

    title: str | None = None
    synthetic: bool = False
    contact: str | None = None


@dataclass(frozen=True)
class RegistryConfig:
    """How a registry's exports are to be read; the defaults are the canonical format."""

    format: str = "canonical"
    about: About = About()
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    date_format: str | None = None
    rename: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    recode: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    constants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lesions: Mapping[str, str] = field(default_factory=dict)
    cadence: StatedCadence = NOT_STATED
    limits: Mapping[str, float] = field(default_factory=dict)

    def limit(self, name: str) -> float:
        """Return a limit: of a table, the highest share of refused rows that still opens the gate."""
        return self.limits.get(name, LIMITS[name])

    @property
    def stated(self) -> Stated:
        """Return what is stated of the rows, whatever they are read from."""
        return Stated(self.cadence, has_stable_lesion_ids=self.lesions.get("ids") == STABLE)


def load_config(path: Path) -> RegistryConfig:
    """Read registry.toml; a missing file means the defaults. Whether its format is known is not looked at."""
    if not path.exists() and not path.is_symlink():
        return RegistryConfig()
    try:
        with path.open("rb") as stream:
            text = stream.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ConfigurationError(
                f"registry.toml is larger than {MOST_BYTES >> 10} KiB", "recode codes in the export instead"
            )
        told = tomllib.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError):
        # Bad TOML and bad UTF-8 are ValueErrors, and so is a number of thousands of digits.
        raise ConfigurationError(
            "registry.toml cannot be read as TOML in UTF-8", "check its quotes and brackets"
        ) from None
    return checked(told)


def recalled(told: Mapping[str, Any]) -> RegistryConfig:
    """Make a configuration again of its fields, as `dataclasses.asdict` and JSON have them."""
    stated = StatedCadence(tuple(told["cadence"]["interval_days"]))
    return RegistryConfig(**{**told, "about": About(**told["about"]), "cadence": stated})


def checked(told: Mapping[str, Any]) -> RegistryConfig:
    """Check each key and value, and return the configuration they make."""
    for key in told:
        _known("key", key, TOP_LEVEL)
    config = RegistryConfig(
        format=_text(told, "format", "canonical"),
        about=_about(told.get("about", {})),
        delimiter=_text(told, "delimiter", ","),
        encoding=_text(told, "encoding", "utf-8"),
        decimal=_text(told, "decimal", "."),
        date_format=_text(told, "date_format", "") or None,
        rename=_rename(told.get("rename", {}), canonical=told.get("format", "canonical") == "canonical"),
        recode=_recode(told.get("recode", {})),
        constants=_constants(told.get("constants", {})),
        lesions=_lesions(told.get("lesions")),
        cadence=_cadence(told.get("cadence")),
        limits=_limits(told.get("limits", {})),
    )
    if len(config.delimiter) != 1 or config.delimiter in '"\r\n\0':
        raise ConfigurationError("delimiter must be one character, and no quote", 'for example ";" or "\\t"')
    if config.decimal not in {".", ","}:
        raise ConfigurationError('decimal must be "." or ","', "write one of the two")
    if not _is_known_encoding(config.encoding):
        raise ConfigurationError(
            "encoding is not one that this software knows", 'for example "utf-8", "gb18030", "latin-1"'
        )
    if config.date_format is not None:
        _check_date_format(config.date_format)
    return config


def _is_known_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def _check_date_format(pattern: str) -> None:
    """Hold a format to the codes that DuckDB knows, and to those that make a whole day."""
    codes = re.findall(r"%(-?.?)", pattern, re.DOTALL)
    unknown = sorted({shown(f"%{code}") for code in codes if code not in DATE_CODES})
    if unknown:
        raise ConfigurationError(
            f"date_format holds {', '.join(unknown)}, which is no code for a part of a date",
            'strptime codes are read, for example "%d.%m.%Y"',
        )
    parts = {code.removeprefix("-") for code in codes}
    if "d" not in parts or not parts & {"m", "b", "B"} or not parts & {"Y", "y"}:
        raise ConfigurationError(
            "date_format must name year, month and day", 'in strptime codes, for example "%d.%m.%Y"'
        )


def _known(what: str, name: str, among: tuple[str, ...]) -> None:
    if name not in among:
        raise ConfigurationError(
            f"registry.toml: unknown {what} '{shown(name)}'", f"known: {', '.join(among)}"
        )


def _text(told: Mapping[str, Any], key: str, default: str) -> str:
    value = told.get(key, default)
    if not isinstance(value, str):
        raise ConfigurationError(f"registry.toml: {key} must be text", "put it in quotes")
    return value


def _about(told: Any) -> About:
    for key in _mapping(told, "about"):
        _known("key in [about]:", key, ABOUT)
    synthetic = told.get("synthetic", False)
    if not isinstance(synthetic, bool):
        raise ConfigurationError(
            "registry.toml: synthetic in [about] must be true or false", "write it without quotes"
        )
    title, contact = (_text(told, key, "").strip() or None for key in ("title", "contact"))
    return About(title, synthetic, contact)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigurationError(f"registry.toml: [{where}] must be a table", f"write it as [{where}]")
    return value


def _scalar(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ConfigurationError(f"registry.toml: a value in [{where}] must be text", "put it in quotes")


def _column(table: str, column: str, section: str) -> None:
    names = tuple(known.name for known in delivered_columns(TABLES[table].contract))
    _known(f"column in [{section}.{table}]:", column, names)


def _rename(told: Any, *, canonical: bool) -> dict[str, dict[str, str]]:
    renames: dict[str, dict[str, str]] = {}
    for table, names in _mapping(told, "rename").items():
        if canonical:
            _known("table in [rename]:", table, tuple(TABLES))
        renames[table] = {}
        for theirs, ours in _mapping(names, f"rename.{table}").items():
            renames[table][theirs] = _scalar(ours, f"rename.{table}")
            if canonical:
                _column(table, renames[table][theirs], "rename")
        if len(set(renames[table].values())) < len(renames[table]):
            raise ConfigurationError(
                f"registry.toml: two columns of [rename.{table}] have one name", "leave one of them"
            )
    return renames


def _recode(told: Any) -> dict[str, dict[str, dict[str, str]]]:
    recodes: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in _mapping(told, "recode").items():
        _known("table in [recode]:", table, tuple(TABLES))
        recodes[table] = {}
        for column, codes in _mapping(columns, f"recode.{table}").items():
            _column(table, column, "recode")
            section = f"recode.{table}.{column}"
            told_codes = _mapping(codes, section)
            recodes[table][column] = {
                theirs.strip(): _scalar(ours, section) for theirs, ours in told_codes.items()
            }
            if len(recodes[table][column]) < len(told_codes):
                raise ConfigurationError(
                    f"registry.toml: two codes of [{section}] are the same but for blanks",
                    "leave one of them",
                )
    return recodes


def _constants(told: Any) -> dict[str, dict[str, str]]:
    constants: dict[str, dict[str, str]] = {}
    for table, values in _mapping(told, "constants").items():
        _known("table in [constants]:", table, tuple(TABLES))
        constants[table] = {}
        for column, value in _mapping(values, f"constants.{table}").items():
            _column(table, column, "constants")
            constants[table][column] = _scalar(value, f"constants.{table}")
    return constants


def _lesions(told: Any) -> dict[str, str]:
    if told is None:
        return {}
    for key in _mapping(told, "lesions"):
        _known("key in [lesions]:", key, ("ids",))
    if told.get("ids") != STABLE:
        raise ConfigurationError(
            f'registry.toml: ids in [lesions] must be "{STABLE}"',
            "leave [lesions] out where a lesion may have another id on the next scan",
        )
    return {"ids": STABLE}


def _cadence(told: Any) -> StatedCadence:
    if told is None:
        return NOT_STATED
    for key in _mapping(told, "cadence"):
        _known("key in [cadence]:", key, ("interval_days",))
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


def _limits(told: Any) -> dict[str, float]:
    limits: dict[str, float] = {}
    for name, share in _mapping(told, "limits").items():
        _known("limit", name, tuple(LIMITS))
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ConfigurationError(
                f"registry.toml: the limit {name} must be a share from 0 to 1", "0.05 is 5 %"
            )
        limits[name] = float(share)
    return limits

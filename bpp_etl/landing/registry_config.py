"""What a registry states about its exports in `registry.toml`, checked key by key.

Not here: its sections (`registry_sections.py`), and applying it. An unknown key is an error that names it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bpp_etl.errors import shown
from bpp_etl.landing.registry_sections import (
    NOTHING_SAID,
    STABLE,
    About,
    ConfigurationError,
    about_of,
    cadence_of,
    constants_of,
    ensure_known,
    lesions_of,
    limits_of,
    null_words_of,
    recodes_of,
    renames_of,
    text_of,
)
from schemas.cadence import NOT_STATED, StatedCadence
from schemas.rules import LIMITS
from schemas.stated import Stated

MOST_BYTES = 256 << 10
TOP_LEVEL = (
    "format",
    "about",
    "delimiter",
    "encoding",
    "decimal",
    "date_format",
    "null_words",
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


@dataclass(frozen=True)
class RegistryConfig:
    """How a registry's exports are to be read; the defaults are the canonical format."""

    format: str = "canonical"
    about: About = NOTHING_SAID
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    date_format: str | None = None
    null_words: tuple[str, ...] = ()
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
    words = tuple(told["null_words"])
    return RegistryConfig(**{**told, "about": About(**told["about"]), "cadence": stated, "null_words": words})


def checked(told: Mapping[str, Any]) -> RegistryConfig:
    """Check each key and value, and return the configuration they make."""
    for key in told:
        ensure_known("key", key, TOP_LEVEL)
    config = RegistryConfig(
        format=text_of(told, "format", "canonical"),
        about=about_of(told.get("about", {})),
        delimiter=text_of(told, "delimiter", ","),
        encoding=text_of(told, "encoding", "utf-8"),
        decimal=text_of(told, "decimal", "."),
        date_format=text_of(told, "date_format", "") or None,
        null_words=null_words_of(told.get("null_words", [])),
        rename=renames_of(told.get("rename", {}), canonical=told.get("format", "canonical") == "canonical"),
        recode=recodes_of(told.get("recode", {})),
        constants=constants_of(told.get("constants", {})),
        lesions=lesions_of(told.get("lesions")),
        cadence=cadence_of(told.get("cadence")),
        limits=limits_of(told.get("limits", {})),
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

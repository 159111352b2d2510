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

from bpp_etl.landing.keys import ConfigurationError, ensure_known
from bpp_etl.landing.last_contact import ensure_contacts_are_known
from bpp_etl.landing.line_derivation import LineDerivation, recalled_derivation
from bpp_etl.landing.own_section import OwnSetting, own_section_of, recalled_own
from bpp_etl.landing.read_settings import (
    AS_CANONICAL,
    READ_KEYS,
    ReadSettings,
    read_settings_of,
    recalled_settings,
)
from bpp_etl.landing.registry_keys import KEYS, TOP_LEVEL
from bpp_etl.landing.registry_sections import (
    NOTHING_SAID,
    STABLE,
    About,
    ensure_columns_are_ours,
    ensure_keys_are_ours,
)
from bpp_etl.landing.relative_dates import RelativeDates, ensure_dates_are_no_numbers, recalled_dates
from bpp_etl.landing.upper_limits import UpperLimit, recalled_limits
from bpp_etl.landing.waivers import Waiver, recalled_waivers
from schemas.cadence import NOT_STATED, StatedCadence
from schemas.contract import delivered_columns
from schemas.rules import LIMITS
from schemas.stated import Stated
from schemas.tables import DELIVERABLE, TABLES

MOST_BYTES = 256 << 10
CANONICAL = "canonical"


@dataclass(frozen=True)
class RegistryConfig:
    """How a registry's exports are to be read; the defaults are the canonical format.

    `own` is what it states in the section of its format.
    """

    format: str = CANONICAL
    about: About = NOTHING_SAID
    read: ReadSettings = AS_CANONICAL
    read_tables: Mapping[str, ReadSettings] = field(default_factory=dict)
    null_words: tuple[str, ...] = ()
    rename: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    recode: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    constants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    compose: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    upper_limit_normal: tuple[UpperLimit, ...] = ()
    last_contact: tuple[str, ...] = ()
    dates: RelativeDates | None = None
    therapy_lines: LineDerivation | None = None
    patients: Mapping[str, str] = field(default_factory=dict)
    lesions: Mapping[str, str] = field(default_factory=dict)
    cadence: StatedCadence = NOT_STATED
    limits: Mapping[str, float] = field(default_factory=dict)
    accept: Mapping[str, Waiver] = field(default_factory=dict)
    own: tuple[OwnSetting, ...] = ()

    def reading(self, table: str) -> ReadSettings:
        """Return how the files of a table, or of an adapter's source, are written."""
        return self.read_tables.get(table, self.read)

    def limit(self, name: str) -> float:
        """Return a limit: of a table, the highest share of refused rows that still opens the gate."""
        return self.limits.get(name, LIMITS[name])

    @property
    def stated(self) -> Stated:
        """Return what is stated of the rows, whatever they are read from."""
        return Stated(self.cadence, has_stable_lesion_ids=self.lesions.get("ids") == STABLE)


def load_config(path: Path) -> RegistryConfig:
    """Read registry.toml; a missing file means the defaults. Whether its format is known is not looked at."""
    return checked(told_in(path))


def told_in(path: Path) -> dict[str, Any]:
    """Read what registry.toml says, as TOML has it; a missing file says nothing."""
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        with path.open("rb") as stream:
            text = stream.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ConfigurationError(
                f"registry.toml is larger than {MOST_BYTES >> 10} KiB", "recode codes in the export instead"
            )
        return tomllib.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        # Bad TOML and bad UTF-8 are ValueErrors, and so is a number of thousands of digits. Of its words only
        # the line is told: they may quote a cell's.
        line = re.search(r"\(at line (\d+)", str(error))
        raise ConfigurationError(
            f"registry.toml cannot be read as TOML in UTF-8{f' (line {line[1]})' if line else ''}",
            "check its quotes and brackets; a key with other letters than a to z stands in quotes",
        ) from None


def recalled(told: Mapping[str, Any]) -> RegistryConfig:
    """Make a configuration again of its fields, as `dataclasses.asdict` and JSON have them."""
    stated = StatedCadence(tuple(told["cadence"]["interval_days"]))
    made = {
        "about": About(**told["about"]),
        "cadence": stated,
        "accept": recalled_waivers(told["accept"]),
        "null_words": tuple(told["null_words"]),
        "upper_limit_normal": recalled_limits(told["upper_limit_normal"]),
        "last_contact": tuple(told["last_contact"]),
        "dates": recalled_dates(told["dates"]),
        "therapy_lines": recalled_derivation(told["therapy_lines"]),
        "own": recalled_own(told["own"]),
        "compose": {
            table: {key: tuple(parts) for key, parts in keys.items()}
            for table, keys in told["compose"].items()
        },
        **recalled_settings(told),
    }
    return RegistryConfig(**{**told, **made})


def checked(told: Mapping[str, Any]) -> RegistryConfig:
    """Check each key and value, and return the configuration they make."""
    own = _own_section(told)
    for key in told:
        ensure_known("key", key, (*TOP_LEVEL, *own))
    of_reading = {"read", *(key.name for key in READ_KEYS)}
    stated = {
        key.name: key.checked(told[key.name], key.name)
        for key in KEYS
        if key.name in told and key.name not in of_reading
    }
    is_canonical = stated.get("format", CANONICAL) == CANONICAL
    if is_canonical:
        ensure_columns_are_ours(stated.get("rename", {}), "rename")
        for table in (composed := stated.get("compose", {})):
            ensure_known("table in [compose]:", table, tuple(TABLES))
            ensure_keys_are_ours(composed, (table,))
        ensure_contacts_are_known(stated.get("last_contact", ()))
    # An adapter's sources have names of their own: whether there is such a one is seen when it is loaded.
    read, read_tables = read_settings_of(told, tuple(DELIVERABLE) if is_canonical else None)
    if "dates" in stated:
        ensure_dates_are_no_numbers((read, *read_tables.values()))
    settings = own_section_of(told[own[0]], own[0]) if own and own[0] in told else ()
    return RegistryConfig(**stated, read=read, read_tables=read_tables, own=settings)


def _own_section(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the section that belongs to the format: none does to ours, nor one whose name is taken."""
    name = told.get("format", CANONICAL)
    return (name,) if isinstance(name, str) and name not in {CANONICAL, *TOP_LEVEL} else ()


def ensure_names_are_known(
    config: RegistryConfig, sources: Mapping[str, tuple[str, ...]], yielded: tuple[str, ...]
) -> None:
    """Hold sections to the names that there are under an adapter: our tables, and its sources.

    `sources` have the columns that the adapter reads of them; a key of a table that it yields is made of
    columns of ours.
    """
    for section, told in (
        ("rename", config.rename),
        ("read", config.read_tables),
        ("compose", config.compose),
    ):
        for name in told:
            ensure_known(f"table in [{section}]:", name, (*DELIVERABLE, *sources))
    for table, keys in config.compose.items():
        section = f"[compose.{table}]:"
        if table in sources:
            for key in keys:
                ensure_known(f"column in {section}", key, sources[table])
            continue
        ensure_keys_are_ours(config.compose, (table,))
        if table in yielded:
            names = tuple(column.name for column in delivered_columns(TABLES[table].contract))
            for part in (part for parts in keys.values() for part in parts):
                ensure_known(f"column in {section}", part, names)

"""What a registry states, by the keys of `registry.toml`: to say which of them another time states otherwise.

Digests stand for what is stated: values are told to nobody. Not here: reading it (`registry_config.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from bpp_etl.landing.declared import AS_DRUGS, LINES
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.pages.plain_text import joined
from schemas.tables import DRUGS

FILES = "files"
"""Stands for the delivery's files among the keys."""
OF_IDS = ("patient_id", "assessment_id", "lesion_id")
BY_TABLE = ("rename", "constants", "compose")
WHOLE = ("dates", "therapy_lines", "patients", "lesions", "last_contact", "cadence", "about")


@dataclass(frozen=True)
class Restated:
    """What is another than before: the files, and keys of registry.toml."""

    has_other_files: bool
    keys: tuple[str, ...]

    def in_words(self) -> str:
        """Say it in a sentence without a subject."""
        otherwise = f"registry.toml states something else in {joined(self.keys)}"
        if self.has_other_files:
            return f"came again with other files{f', and {otherwise}' if self.keys else ''}"
        if not self.keys:
            return "was judged again: registry.toml is written otherwise, and states the same"
        return f"was judged again, for {otherwise}"


def digests_of(config: RegistryConfig, files: str) -> dict[str, str]:
    """Digest what is stated, key by key, beside the digest of the `files`."""
    stated = {
        key: sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
        for key, value in _stated(config)
    }
    return {FILES: files, **stated}


def restated(before: Mapping[str, str], after: Mapping[str, str]) -> Restated:
    """Compare what `digests_of` made of two deliveries."""
    keys = dict.fromkeys((*after, *before))
    others = [key for key in keys if before.get(key) != after.get(key)]
    return Restated(FILES in others, tuple(key for key in others if key != FILES))


def _stated(config: RegistryConfig) -> Iterator[tuple[str, Any]]:
    told, defaults = asdict(config), asdict(RegistryConfig())
    whole = ((f"[{name}]", name) for name in WHOLE)
    for key, name in (("format", "format"), ("null_words", "null_words"), *whole):
        if told[name] != defaults[name]:
            yield key, told[name]
    yield from _of_reading(told, defaults)
    yield from _of_tables(config, told)
    for analyte in dict.fromkeys(one.analyte for one in config.upper_limit_normal):
        limits = [asdict(one) for one in config.upper_limit_normal if one.analyte == analyte]
        yield f"[upper_limit_normal.{analyte}]", limits
    yield from ((f"[limits] {name}", limit) for name, limit in told["limits"].items())
    yield from ((f"[accept.{rule}]", waiver) for rule, waiver in told["accept"].items())
    if told["own"]:
        yield f"[{config.format}]", told["own"]


def _of_reading(told: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in told["read"].items():
        if value != defaults["read"][key]:
            yield f"[read] {key}", value
    for table, settings in told["read_tables"].items():
        if not (table == DRUGS.name and settings == told["read_tables"].get(LINES, told["read"])):
            yield f"[read.{table}]", settings


def _of_tables(config: RegistryConfig, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in BY_TABLE:
        for table, stated in told[name].items():
            if own := _without_lines(config, name, table, stated):
                yield f"[{name}.{table}]", own
    for table, columns in told["recode"].items():
        for column, codes in _without_lines(config, "recode", table, columns).items():
            if column not in OF_IDS:
                yield f"[recode.{table}.{column}]", codes


def _without_lines(
    config: RegistryConfig, name: str, table: str, stated: Mapping[str, Any]
) -> dict[str, Any]:
    """Leave out of what is stated of drugs what was only taken over from lines, and all of constant ids."""
    if table != DRUGS.name or config.therapy_lines is None:
        return {key: value for key, value in stated.items() if name != "constants" or key not in OF_IDS}
    lines = asdict(config)[name].get(LINES, {})
    if name == "rename":
        taken = AS_DRUGS | {theirs: AS_DRUGS.get(ours, ours) for theirs, ours in lines.items()}
    else:
        taken = {AS_DRUGS.get(column, column): value for column, value in lines.items()}
    return {key: value for key, value in stated.items() if taken.get(key) != value}

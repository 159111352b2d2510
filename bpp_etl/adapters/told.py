"""Holding what a description says, key by key, to what it may be.

Not here: which keys there are (`adapters/description.py`, `adapters/sources.py`, `adapters/documents.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bpp_etl.errors import BppError, shown


class AdapterError(BppError):
    """An adapter is unknown, or its folder does not say or do what it must."""


def exactly(told: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    """Hold a section to its keys: none missing, none unknown. Errors: AdapterError."""
    odd = sorted(set(told) ^ set(keys))
    if odd:
        raise AdapterError(
            f"{where}: keys are missing or unknown: {listed(odd)}", f"it has exactly: {', '.join(keys)}"
        )


def table_in(value: Any, where: str) -> Mapping[str, Any]:
    """Hold a value to be a section with keys. Errors: AdapterError."""
    if not isinstance(value, dict):
        raise AdapterError(f"{where} must be a table", "write it as [table] with keys below")
    return value


def text_in(value: Any, where: str) -> str:
    """Hold a value to be text. Errors: AdapterError."""
    if not isinstance(value, str) or not value.strip():
        raise AdapterError(f"{where} must be text, and not empty", "put it in quotes")
    return value.strip()


def names_in(value: Any, where: str) -> tuple[str, ...]:
    """Hold a value to be a list of names. Errors: AdapterError."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise AdapterError(f"{where} must list names", 'for example ["dm", "ex"]')
    return tuple(value)


def listed(names: Iterable[str]) -> str:
    """List names that may hold anything."""
    return ", ".join(map(shown, names))

"""Where adapters lie: in the package, or in a configured folder outside it, and never in the landing.

Not here: what is in an adapter's folder (`adapters/description.py`).
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bpp_etl.adapters.description import DESCRIPTION, Adapter, adapter_in, parts_of
from bpp_etl.adapters.told import AdapterError
from bpp_etl.errors import known_names, shown

CANONICAL = "canonical"
"""The format of the tables themselves: there is nothing to adapt, so it has no folder."""

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
SETTING = "mend BPP_ADAPTERS, or [tool.bpp] adapters in pyproject.toml"


@dataclass(frozen=True)
class Outside:
    """The folders that hold adapters from outside the package, and the landing that they keep apart from.

    Whoever writes into the landing could otherwise bring SQL along with a delivery.
    """

    folders: tuple[Path, ...] = ()
    landing: Path | None = None


NOTHING = Outside()


def adapter_names(outside: Outside = NOTHING) -> tuple[str, ...]:
    """Return the formats that a registry may state: the canonical one, those shipped, those from outside."""
    shipped = sorted(entry.name for entry in files("bpp_etl.adapters").iterdir() if _is_adapter(entry))
    others = {entry.name for folder in outside.folders for entry in _adapters_in(folder, outside.landing)}
    return (CANONICAL, *shipped, *sorted(others - {CANONICAL, *shipped}))


def find_adapter(name: str, outside: Outside = NOTHING) -> Traversable:
    """Find the folder of an adapter; one that is shipped comes before any other of its name.

    Errors: AdapterError where the name is unknown or lies in two folders, or where a folder is not there, or
    it or any file of the adapter lies in the landing.
    """
    if name == CANONICAL:
        raise AdapterError("the canonical format needs no adapter", "read its tables as they are")
    if (shipped := _shipped(name)) is not None:
        return shipped
    found = [
        entry
        for folder in dict.fromkeys(_followed(folder) for folder in outside.folders)
        for entry in _adapters_in(folder, outside.landing)
        if entry.name == name
    ]
    if not found:
        raise AdapterError(f"there is no format '{shown(name)}'", known_names(name, adapter_names(outside)))
    if len(found) > 1:
        places = " and ".join(shown("/".join(entry.parent.parts[-2:])) for entry in found)
        raise AdapterError(f"the adapter {name} lies in two folders: {places}", "keep one of them")
    _ensure_apart(found[0], outside.landing)
    return found[0]


def load_adapter(name: str, outside: Outside = NOTHING) -> Adapter:
    """Read the adapter of a name; AdapterError where it cannot be found or is not whole."""
    return adapter_in(find_adapter(name, outside))


def outside_digest(name: str, outside: Outside) -> str:
    """Digest the files of an adapter from outside; empty for a format whose code is the package's own.

    Of an adapter that cannot be found the digest is that of the reason: once it can be, it is another one.
    """
    if name == CANONICAL or _shipped(name) is not None:
        return ""
    told = hashlib.sha256()
    try:
        for place, file in sorted(parts_of(find_adapter(name, outside)).items()):
            told.update(f"{place}\0".encode() + file.read_bytes() + b"\0")
    except AdapterError as error:
        told.update(error.message.encode())
    except OSError as error:
        told.update(f"{error.strerror}".encode())
    return told.hexdigest()


def _shipped(name: str) -> Traversable | None:
    if not NAME.fullmatch(name):
        return None
    folder = files("bpp_etl.adapters").joinpath(name)
    return folder if _is_adapter(folder) else None


def _is_adapter(folder: Traversable) -> bool:
    return folder.joinpath(DESCRIPTION).is_file()


def _adapters_in(folder: Path, landing: Path | None) -> list[Path]:
    """List the adapters in a configured folder, after looking where that folder lies."""
    if not folder.is_dir():
        raise AdapterError(f"the adapters folder {shown(folder.name)} is not there", SETTING)
    _ensure_place(folder, landing, f"the adapters folder {shown(folder.name)}")
    try:
        return sorted(
            entry for entry in folder.iterdir() if NAME.fullmatch(entry.name) and _is_adapter(entry)
        )
    except OSError as error:
        raise AdapterError(
            f"the adapters folder {shown(folder.name)} cannot be opened: {error.strerror}", SETTING
        ) from None


def _ensure_apart(adapter: Path, landing: Path | None) -> None:
    """Look where the links of an adapter lead."""
    _ensure_place(adapter, landing, f"the adapter {adapter.name}")
    for place in parts_of(adapter):
        _ensure_place(adapter / place, landing, f"{adapter.name}/{place}")


def _ensure_place(path: Path, landing: Path | None, what: str) -> None:
    """Refuse what lies in the landing, or around it, once all links are followed."""
    if landing is None:
        return
    place, forbidden = _followed(path), _followed(landing)
    if place.is_relative_to(forbidden) or forbidden.is_relative_to(place):
        how = "lies in" if place.is_relative_to(forbidden) else "holds"
        raise AdapterError(
            f"{what} {how} the landing: a delivery cannot bring SQL", "keep adapters and landing apart"
        )


def _followed(path: Path) -> Path:
    """Follow all links; one that leads in a circle leads nowhere, and is no error yet."""
    return Path(os.path.realpath(path))

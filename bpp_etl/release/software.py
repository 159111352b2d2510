"""The software that made a release, as CycloneDX: what we depend on, Python and DuckDB, with their licences.

Not here: the version of our own code (`bpp_etl/code_version.py`), and what is installed beside it.
"""

from __future__ import annotations

import json
import platform
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.parser import HeaderParser
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from bpp_etl import __version__
from bpp_etl.code_version import code_version
from bpp_etl.settings import CHECKOUT
from bpp_etl.warehouse.connection import engine_version

SOFTWARE = "software.cdx.json"
SPEC_VERSION = "1.6"
OURS = "bpp-etl"
LICENCE = "Apache-2.0"
CLASSIFIER = "License :: "
LONGEST_NAME = 80
"""Some packages write the whole text of a licence where its name belongs; that is no name."""


@dataclass(frozen=True)
class Installed:
    """One distribution that is installed: its name as the index has it, and what it depends on, by name."""

    name: str
    version: str
    licences: tuple[Mapping[str, object], ...]
    depends_on: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package URL, which names it for every tool that looks for known faults."""
        return f"pkg:pypi/{self.name}@{self.version.replace('+', '%2B')}"


def write_software(path: Path) -> None:
    """Write what a release was made with; the same environment and code write the same bytes."""
    path.write_text(json.dumps(software(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def software() -> dict[str, object]:
    """Return the bill of materials: CycloneDX 1.6, sorted, without the time, a serial number or any path.

    Source: https://cyclonedx.org/docs/1.6/json.
    """
    found = installed()
    ours = found[OURS]
    purl_of = {name: one.purl for name, one in found.items()}
    python, engine = _python(), _engine()
    parts = [_part("library", one.name, one.version, one.purl, one.licences) for one in found.values()]
    parts = [part for part in parts if part["name"] != OURS] + [python, engine]
    edges = {purl_of[name]: [purl_of[other] for other in one.depends_on] for name, one in found.items()}
    edges[purl_of[OURS]] += [str(python["purl"])]
    edges[purl_of["duckdb"]] += [str(engine["purl"])]
    whole = _part("application", OURS, ours.version, ours.purl, ours.licences)
    whole["properties"] = [{"name": "bpp:code_version", "value": code_version()}]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {"component": whole},
        "components": sorted(parts, key=lambda part: str(part["purl"])),
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(others)} if others else {"ref": ref}
            for ref, others in sorted(edges.items())
        ],
    }


@cache
def installed() -> Mapping[str, Installed]:
    """Find what we depend on at any depth, as it is installed here, by name; ourselves among them."""
    extras: dict[str, set[str]] = {OURS: set()}
    wanted = {OURS: dict(_requirements(_declared(), set()))}
    found: dict[str, _Told] = {}
    waiting = list(wanted[OURS].items())
    while waiting:
        name, more = waiting.pop()
        # With which extras a package is wanted decides what it depends on.
        if name in found and more <= extras[name]:
            continue
        if name not in found:
            try:
                found[name] = _told_by(distribution(name))
            except PackageNotFoundError:
                continue  # told, and not needed to get as far as here
        extras.setdefault(name, set()).update(more)
        wanted[name] = dict(_requirements(found[name].requires, extras[name]))
        waiting += wanted[name].items()
    told = {
        name: Installed(
            name, one.version, tuple(_licences(one.head)), tuple(sorted(wanted[name].keys() & found))
        )
        for name, one in sorted(found.items())
    }
    ours = Installed(
        OURS, __version__, ({"expression": LICENCE},), tuple(sorted(wanted[OURS].keys() & found))
    )
    return {OURS: ours, **told}


@dataclass(frozen=True)
class _Told:
    """What a distribution tells of itself, without what it says below that: a page, or a book."""

    version: str
    head: Message
    requires: tuple[str, ...]


def _told_by(one: Distribution) -> _Told:
    told = one.read_text("METADATA")
    if told is None:  # of an early kind, that keeps it elsewhere
        return _Told(one.version, message_from_string(str(one.metadata)), tuple(one.requires or ()))
    head = HeaderParser().parsestr(re.split(r"\n\r?\n", told, maxsplit=1)[0] + "\n")
    return _Told(str(head["Version"]), head, tuple(head.get_all("Requires-Dist") or ()))


def _declared() -> Sequence[str]:
    """List what we declare: from a checkout as it says today, not as on the day when it was installed."""
    file = CHECKOUT / "pyproject.toml"
    if file.is_file():
        return list(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["dependencies"])
    return distribution(OURS).requires or ()


def _requirements(declared: Iterable[str], extras: set[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Name what this machine needs of what is declared, where it is wanted with these extras."""
    from packaging.requirements import Requirement  # noqa: PLC0415
    from packaging.utils import canonicalize_name  # noqa: PLC0415

    for one in map(Requirement, declared):
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            yield str(canonicalize_name(one.name)), frozenset(one.extras)


def _licences(told: Message) -> Iterator[Mapping[str, object]]:
    """Tell a licence by its SPDX expression where one is stated, else by the names that stand there."""
    from packaging.licenses import (  # noqa: PLC0415
        InvalidLicenseExpression,
        canonicalize_license_expression,
    )

    lines = (line for key in ("License-Expression", "License") for line in told.get_all(key) or ())
    stated = next(lines, "").strip()
    try:
        yield {"expression": str(canonicalize_license_expression(stated))}
    except InvalidLicenseExpression:
        names = [one for one in told.get_all("Classifier") or () if one.startswith(CLASSIFIER)]
        if not names and "\n" not in stated and 0 < len(stated) <= LONGEST_NAME:
            names = [stated]
        yield from ({"license": {"name": name.rpartition(" :: ")[2]}} for name in names)


def _part(
    kind: str, name: str, version: str, purl: str, licences: tuple[Mapping[str, object], ...]
) -> dict[str, object]:
    part: dict[str, object] = {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return part | ({"licenses": list(licences)} if licences else {})


def _python() -> dict[str, object]:
    version = platform.python_version()
    return _part("platform", "python", version, f"pkg:generic/python@{version}", ({"expression": "PSF-2.0"},))


def _engine() -> dict[str, object]:
    """Tell the engine inside the package duckdb, which wrote the release's file; it has faults of its own."""
    version = engine_version()
    purl = f"pkg:github/duckdb/duckdb@{version}"
    return _part("library", "duckdb engine", version, purl, ({"expression": "MIT"},))

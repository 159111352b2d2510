"""The version of the code that made a table: the package's version and a digest of the source it depends on.

Not here: versions of libraries.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

from bpp_etl import __version__

PACKAGES = ("schemas", "bpp_etl")
ENDINGS = (".py", ".sql", ".toml")

Layer = Literal["raw", "core", "event", "metric", "release"]

ROOTS: Mapping[Layer, tuple[str, ...]] = {
    "raw": ("bpp_etl.reading.delivery", "bpp_etl.adapters"),
    "core": (
        "bpp_etl.reading.delivery",
        "bpp_etl.adapters",
        "bpp_etl.gate.judge",
        "bpp_etl.admission.record",
    ),
    "event": ("bpp_etl.events.derive",),
    "metric": ("bpp_etl.disclosure.publish",),
}
"""Where the work of each layer begins; what these import, at any depth, can change the layer's rows.

A layer does not name the layers before it: what they change reaches it as data. Only core names raw, for a
delivery is read and judged in one go. A release copies and words all of it, so it depends on every line.
"""


@cache
def code_version() -> str:
    """Return `<version>+<12 hex digits>`; the digits change with any line of engine or contracts."""
    return _version(_sources())


@cache
def layer_version(layer: Layer) -> str:
    """Return `<version>+<12 hex digits>`; the digits change with any line that the layer's rows depend on."""
    if layer == "release":
        return code_version()
    modules = modules_of(layer)
    folders = {name for name in modules if f"{name.replace('.', '/')}/__init__.py" in _sources()}
    return _version(
        path
        for path in _sources()
        if (_module(path) in modules if path.endswith(".py") else _package(path) in folders)
    )


def modules_of(layer: Layer) -> frozenset[str]:
    """List the modules that a layer's rows depend on: its roots, what they import, the packages around."""
    found: set[str] = set()
    waiting = list(ROOTS[layer])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _imported(name)
    # The package around a module is run too; what it offers to others is not what the module uses.
    return frozenset(found | {name.rpartition(".")[0] for name in found if "." in name})


@cache
def _sources() -> Mapping[str, bytes]:
    """Read every source file of ours by its path."""
    found: dict[str, bytes] = {}
    for package in PACKAGES:
        _gather(resources.files(package), package, found)
    return found


def _gather(folder: Traversable, name: str, found: dict[str, bytes]) -> None:
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            _gather(entry, path, found)
        elif entry.name.endswith(ENDINGS):
            found[path] = entry.read_bytes()


def _version(paths: Iterable[str]) -> str:
    told = hashlib.sha256()
    for path in sorted(paths):
        told.update(path.encode() + b"\0" + _sources()[path] + b"\0")
    return f"{__version__}+{told.hexdigest()[:12]}"


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _package(path: str) -> str:
    """Name the innermost package that holds a data file, be it in a folder of its own."""
    folder = path.rpartition("/")[0]
    while folder and f"{folder}/__init__.py" not in _sources():
        folder = folder.rpartition("/")[0]
    return folder.replace("/", ".")


@cache
def _imported(module: str) -> frozenset[str]:
    """List our own modules that a module imports, be it inside a function."""
    base = module.replace(".", "/")
    text = _sources().get(f"{base}.py") or _sources().get(f"{base}/__init__.py", b"")
    named: set[str] = set()
    for node in _statements(ast.parse(text).body):
        if isinstance(node, ast.Import):
            named.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            named.add(node.module)
            named.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(name for name in named if _is_ours(name))


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk through statements alone, where imports stand; expressions are ten times as many."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, part, ()))


def _is_ours(name: str) -> bool:
    base = name.replace(".", "/")
    return f"{base}.py" in _sources() or f"{base}/__init__.py" in _sources()

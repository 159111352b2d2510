"""The version of the code that made a table: the package's version and a digest of what its source says.

Not here: what a file says, whatever its comments and layout (`source_form.py`); versions of libraries.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

from bpp_etl import __version__
from bpp_etl.source_form import python_form, sql_form, toml_form
from bpp_etl.version_memo import remember, remembered

PACKAGES = ("schemas", "bpp_etl")
NO_CODE = ("__pycache__", "example")
"""Folders of what changes no row: bytecode, and the examples of adapters."""
ENDINGS = (".py", ".sql", ".toml", ".j2", ".css", ".html")

Layer = Literal["raw", "core", "event", "metric", "release"]

ROOTS: Mapping[Layer, tuple[str, ...]] = {
    "raw": ("bpp_etl.reading.delivery", "bpp_etl.adapters"),
    "core": (
        "bpp_etl.reading.delivery",
        "bpp_etl.adapters",
        "bpp_etl.gate.judge",
        "bpp_etl.admission.intake",
        "bpp_etl.admission.record",
        "bpp_etl.shards.judging",
    ),
    "event": ("bpp_etl.events.derive", "bpp_etl.shards.deriving"),
    "metric": ("bpp_etl.disclosure.publish", "bpp_etl.shards.gathering"),
}
"""Where the work of each layer begins; what these import, at any depth, can change the layer's rows.

A layer does not name the layers before it: what they change reaches it as data. Only core names raw, for a
delivery is read and judged in one go. A release copies and words all of it, so it depends on every file.
"""

CONTRACT = "Contract"
"""The base of classes whose docstring is data: the grain, which a release writes on the table."""


@dataclass(frozen=True)
class Source:
    """What one file says, the modules that it may import, and the docstrings of the contracts in it."""

    form: str
    imports: frozenset[str] = frozenset()
    grains: tuple[str, ...] = ()


def code_version() -> str:
    """Return `<version>+<12 hex digits>`; the digits change with what engine or contracts say."""
    return layer_version("release")


def layer_version(layer: Layer) -> str:
    """Return `<version>+<12 hex digits>`; the digits change with what the layer's rows depend on.

    They do not change with a comment, a docstring or the layout of a file. One docstring is data: a release
    writes that of a contract on its table, so it counts, for the release alone.
    """
    return _versions()[layer]


@cache
def _versions() -> Mapping[str, str]:
    files = read_files()
    told = hashlib.sha256(__version__.encode())
    for path in sorted(files):
        told.update(b"\0" + path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    of = told.hexdigest()
    versions = remembered(of)
    if versions is None:
        versions = versions_of({path: read_source(path, content) for path, content in files.items()})
        remember(of, versions)
    return versions


def read_files() -> Mapping[str, bytes]:
    """Read every source file of ours by its path."""
    found: dict[str, bytes] = {}
    for package in PACKAGES:
        _gather(resources.files(package), package, found)
    return found


def _gather(folder: Traversable, name: str, found: dict[str, bytes]) -> None:
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.name.endswith(ENDINGS):
            found[path] = entry.read_bytes()
        elif entry.name not in NO_CODE and entry.is_dir():
            _gather(entry, path, found)


def versions_of(sources: Mapping[str, Source]) -> Mapping[str, str]:
    """Work out the version of each layer from what each file says, by its path."""
    versions: dict[str, str] = {
        layer: _version(f"{path}\0{sources[path].form}" for path in _paths_of(layer, sources))
        for layer in ROOTS
    }
    versions["release"] = _version(
        "\0".join((path, source.form, *source.grains)) for path, source in sources.items()
    )
    return versions


def read_source(path: str, content: bytes) -> Source:
    """Read what a file says; a template or a style sheet says all that stands in it."""
    if path.endswith(".py"):
        tree = ast.parse(content)
        return Source(python_form(tree), frozenset(_imports(tree)), tuple(_grains(tree)))
    text = content.decode()
    if path.endswith(".sql"):
        return Source(sql_form(text))
    return Source(toml_form(text) if path.endswith(".toml") else text)


def modules_of(layer: Layer, sources: Mapping[str, Source]) -> frozenset[str]:
    """List the modules that a layer's rows depend on: its roots, what they import, the packages around."""
    found: dict[str, Source] = {}
    waiting = list(ROOTS[layer])
    while waiting:
        name = waiting.pop()
        base = name.replace(".", "/")
        source = sources.get(f"{base}.py") or sources.get(f"{base}/__init__.py")
        if source is not None and name not in found:
            found[name] = source
            waiting += source.imports
    # The package around a module is run too; what it offers to others is not what the module uses.
    return frozenset({*found, *(name.rpartition(".")[0] for name in found if "." in name)})


def _paths_of(layer: Layer, sources: Mapping[str, Source]) -> Iterator[str]:
    modules = modules_of(layer, sources)
    folders = {name for name in modules if f"{name.replace('.', '/')}/__init__.py" in sources}
    for path in sources:
        if (_module(path) in modules) if path.endswith(".py") else (_package(path, sources) in folders):
            yield path


def _version(told: Iterable[str]) -> str:
    digest = hashlib.sha256("\0\0".join(sorted(told)).encode())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _package(path: str, sources: Mapping[str, Source]) -> str:
    """Name the innermost package that holds a data file, be it in a folder of its own."""
    folder = path.rpartition("/")[0]
    while folder and f"{folder}/__init__.py" not in sources:
        folder = folder.rpartition("/")[0]
    return folder.replace("/", ".")


def _imports(tree: ast.Module) -> Iterator[str]:
    """Name what a module imports, be it inside a function: modules, and names that may be modules."""
    for node in _statements(tree.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _grains(tree: ast.Module) -> Iterator[str]:
    """Give the docstring of each contract, its white space folded as on the table."""
    for node in _statements(tree.body):
        if isinstance(node, ast.ClassDef) and CONTRACT in {ast.unparse(base) for base in node.bases}:
            yield " ".join((ast.get_docstring(node) or "").split())


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk through statements alone, where imports and classes stand; expressions are ten times as many."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, part, ()))

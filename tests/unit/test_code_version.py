"""A layer's version changes with what its rows depend on, and with nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from bpp_etl.code_version import (
    ROOTS,
    Layer,
    Source,
    layer_version,
    modules_of,
    read_files,
    read_source,
    versions_of,
)
from bpp_etl.settings import PROJECT
from bpp_etl.version_memo import remember, remembered
from schemas.contract import Contract, grain_of
from schemas.tables import TABLES

LAYERS: tuple[Layer, ...] = ("raw", "core", "event", "metric", "release")
FILES = read_files()


@cache
def sources() -> dict[str, Source]:
    """Not read while tests are collected: each process of a run does that."""
    return {path: read_source(path, content) for path, content in FILES.items()}


@cache
def versions() -> Mapping[Layer, str]:
    return versions_of(sources())


def moved(path: str, content: bytes) -> set[str]:
    """Say which layers' versions another content of one file changes."""
    assert content != FILES[path]
    others = versions_of({**sources(), path: read_source(path, content)})
    return {layer for layer in LAYERS if others[layer] != versions()[layer]}


def test_the_versions_are_those_of_the_files_as_they_stand() -> None:
    assert {layer: layer_version(layer) for layer in LAYERS} == versions()
    assert len(set(versions().values())) == len(LAYERS)


@pytest.mark.parametrize(
    ("path", "layers"),
    [
        ("bpp_etl/reading/csv_text.py", {"raw", "core", "release"}),
        ("bpp_etl/gate/decide.py", {"core", "release"}),
        ("bpp_etl/harmonise/sql/lab_results.sql", {"core", "release"}),
        # An event takes over the flags of its rows, which are rules of the tables.
        ("schemas/patients.py", {"raw", "core", "event", "metric", "release"}),
        ("bpp_etl/events/rules.py", {"event", "metric", "release"}),
        ("bpp_etl/events/sql/candidate.sql", {"event", "metric", "release"}),
        ("bpp_etl/events/protocols/xu2025.toml", {"event", "metric", "release"}),
        ("bpp_etl/metrics/survival.py", {"metric", "release"}),
        ("bpp_etl/measure/sql/candidate.sql", {"metric", "release"}),
        ("bpp_etl/report/page.py", {"release"}),
        ("bpp_etl/report/templates/course.html.j2", {"release"}),
        ("bpp_etl/report/templates/style.css", {"release"}),
    ],
)
def test_a_change_reaches_just_the_layers_that_depend_on_it(path: str, layers: set[str]) -> None:
    more = {".py": b"\nANOTHER = 1\n", ".sql": b"\nlimit 1\n", ".toml": b"\n[another]\n"}
    assert moved(path, FILES[path] + more.get(Path(path).suffix, b"another")) == layers


@pytest.mark.parametrize(
    ("path", "remark"),
    [
        ("bpp_etl/gate/decide.py", b"\n\n# another remark\n"),
        ("bpp_etl/harmonise/sql/lab_results.sql", b"\n-- another remark\n"),
        ("bpp_etl/events/protocols/xu2025.toml", b"\n# another remark\n"),
    ],
)
def test_a_remark_changes_no_version(path: str, remark: bytes) -> None:
    assert moved(path, remark.lstrip() + FILES[path] + remark) == set()


def test_the_whole_engine_laid_out_by_another_hand_has_the_same_versions(tmp_path: Path) -> None:
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    style = ["--line-length=60", "--config=format.quote-style='single'", "--config=format.indent-style='tab'"]
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache", "--isolated"]
    subprocess.run([*ruff, *style, str(tmp_path)], check=True)
    others = {path: (tmp_path / path).read_bytes() for path in FILES}
    assert sum(others[path] != FILES[path] for path in FILES) > 150
    assert versions_of({path: read_source(path, content) for path, content in others.items()}) == versions()


def test_a_reworded_docstring_changes_no_version() -> None:
    path = "bpp_etl/gate/decide.py"
    assert moved(path, FILES[path].replace(b'"""', b'"""In other words: ', 1)) == set()


def test_a_reworded_grain_is_another_release_and_has_nothing_judged_again() -> None:
    path = "schemas/patients.py"
    grain = grain_of(TABLES["patients"].contract).encode()
    assert moved(path, FILES[path].replace(grain, b"One row per person.")) == {"release"}
    assert moved(path, FILES[path].replace(b'"""', b'"""In other words: ', 1)) == set()


def contracts() -> list[type[Contract]]:
    """List the contracts that a class statement declares; quarantine's are made from those of deliveries."""
    for path in FILES:
        if path.startswith("schemas/"):
            import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    found = [
        contract for contract in Contract.__subclasses__() if contract.__module__ != "schemas.quarantine"
    ]
    return [contract for contract in found if contract.__module__.startswith("schemas.")]


def test_the_grain_of_every_contract_counts() -> None:
    for contract in contracts():
        grains = sources()[f"{contract.__module__.replace('.', '/')}.py"].grains
        assert any(grain.startswith(grain_of(contract)) for grain in grains), contract.__name__
        assert contract.__subclasses__() == [], "a contract of a contract would not be found"
    assert sum(len(source.grains) for source in sources().values()) == len(contracts()) > 20


def test_nothing_but_the_grain_reads_a_docstring() -> None:
    reading = {path for path, content in FILES.items() if b"__doc__" in content or b"getdoc" in content}
    # Two of them make contracts of others, and pass their grain on.
    assert reading == {"schemas/contract.py", "schemas/quarantine.py", "schemas/event.py"}


@pytest.mark.parametrize("layer", list(ROOTS))
def test_no_module_that_a_layer_loads_is_left_out(layer: Layer) -> None:
    code = f"import sys, {', '.join(ROOTS[layer])}\nprint('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    ours = {name for name in loaded.split() if name.split(".")[0] in {"bpp_etl", "schemas"}}
    assert ours <= modules_of(layer, sources())


def test_every_file_of_the_packages_that_is_text_counts() -> None:
    there = {
        path.relative_to(PROJECT).as_posix()
        for package in ("schemas", "bpp_etl")
        for path in (PROJECT / package).rglob("*")
        # An example of an adapter is read by tests alone.
        if path.is_file() and not {"__pycache__", "example"} & set(path.parts)
    }
    assert there == set(FILES)


class TestMemo:
    """What is kept for the next process."""

    TOLD: Mapping[str, str] = {"raw": "1.0+aa", "core": "1.0+bb"}

    def test_what_was_kept_is_found_again(self, tmp_path: Path) -> None:
        memo = tmp_path / "folder" / "memo.json"
        remember("this", self.TOLD, memo)
        assert remembered("this", memo) == self.TOLD
        assert [entry.name for entry in memo.parent.iterdir()] == ["memo.json"]

    def test_what_was_worked_out_of_other_files_is_not_taken(self, tmp_path: Path) -> None:
        memo = tmp_path / "memo.json"
        remember("that", self.TOLD, memo)
        assert remembered("this", memo) is None

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"this": []}', '{"this": 1}', "\udcff"])
    def test_one_that_cannot_be_read_is_as_good_as_none(self, tmp_path: Path, text: str) -> None:
        memo = tmp_path / "memo.json"
        memo.write_bytes(text.encode(errors="surrogateescape"))
        assert remembered("this", memo) is None
        remember("this", self.TOLD, memo)
        assert remembered("this", memo) == self.TOLD

    def test_a_place_where_nothing_can_be_written_does_without(self, tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.touch()
        remember("this", self.TOLD, blocked / "memo.json")
        assert remembered("this", blocked / "memo.json") is None

    def test_a_process_keeps_what_it_worked_out_beside_the_bytecode(self, tmp_path: Path) -> None:
        code = "from bpp_etl.code_version import code_version; print(code_version())"
        words = [sys.executable, "-X", f"pycache_prefix={tmp_path}", "-c", code]
        first, again = (subprocess.check_output(words, text=True).strip() for _ in range(2))
        (memo,) = tmp_path.rglob("*.json")
        ((_, kept),) = json.loads(memo.read_text(encoding="utf-8")).items()
        assert first == again == kept["release"] == versions()["release"]

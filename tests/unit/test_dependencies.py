"""What is declared, imported and locked are one: running needs nothing of the other groups and extras.

Not here: that running works on its own lock alone; `.ci/run` begins with `make demo` in a clean checkout.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import combinations

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bpp_etl.settings import PROJECT

PRODUCT = ("assets", "bpp_etl", "schemas")
NOT_IMPORTED = {
    "dagster-webserver": "`bpp ui` runs it as a process",
}
"""Declared for the product all the same, each for its reason."""
LOCKS = {
    "run": "group install",
    "server": "extra postgresql",
    "s3": "extra s3",
    "lakehouse": "extra lakehouse",
    "dev": "group dev",
    "spark": "extra spark",
    "soak": "group soak",
}
"""Lock -> what it adds; each is installed on top of those before."""
JUDGES = {
    f"judges/{name}": f"group judge-{name}"
    for name in ("datacontract", "frictionless", "launchers", "rocrate")
}
"""Lock of an outside judge -> what it holds; each is installed into an environment of its own."""
PIN = re.compile(
    r"^([a-z0-9-]+)==([^ ]+)(?: ; (.+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)

STATED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = {
    "run": [Requirement(text) for text in STATED["project"]["dependencies"]],
    **{
        f"{kind} {name}": [Requirement(text) for text in listed]
        for kind, home in (
            ("group", STATED["dependency-groups"]),
            ("extra", STATED["project"]["optional-dependencies"]),
        )
        for name, listed in home.items()
    },
}


def names(group: str) -> list[str]:
    return [canonicalize_name(requirement.name) for requirement in DECLARED[group]]


IMPORTED_WHERE_WANTED = {
    name for extra in ("extra s3", "extra lakehouse", "extra spark") for name in names(extra)
}
"""What an extra brings is imported in functions, which say what to install where it is not there."""


def text_of(lock: str) -> str:
    return (PROJECT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def imported() -> set[str]:
    """Name the distributions that the product's own lines import."""
    modules: set[str] = set()
    for path in (found for root in PRODUCT for found in (PROJECT / root).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module)
    known = packages_distributions()
    outside = {module.split(".")[0] for module in modules} - sys.stdlib_module_names - {*PRODUCT}
    return {canonicalize_name(name) for module in outside for name in known.get(module, [module])}


def test_every_package_that_the_product_imports_is_declared_for_running_or_in_an_extra_of_its_own() -> None:
    assert imported() - {*names("run"), *IMPORTED_WHERE_WANTED} == set()
    assert imported() >= IMPORTED_WHERE_WANTED


def test_no_package_of_an_extra_is_loaded_with_the_product() -> None:
    doors = "assets.cli, assets.begin, assets.definitions, bpp_etl.storage.look, bpp_etl.release.copied"
    # Where pyspark is installed pandera loads it, and what it stands on; a line of ours would fail here.
    line = f"import sys; sys.modules['pyspark'] = None; import {doors}, assets.runners.spark_driver"
    more = "bpp_etl.export, bpp_etl.storage.bucket, bpp_etl.storage.lake_child"
    loaded = "print(*(name for name in sys.modules if sys.modules[name]))"
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{line}, {more}; {loaded}",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    ).stdout.split()
    assert not {*IMPORTED_WHERE_WANTED, "pyarrow._s3fs", "boto3"} & {*told}


def test_every_package_that_is_declared_for_running_is_imported_or_has_its_reason() -> None:
    assert {*names("run")} - imported() == set(NOT_IMPORTED)


def test_a_package_is_declared_once() -> None:
    declared = [name for group in DECLARED for name in names(group)]
    assert sorted(declared) == sorted({*declared})


def test_each_judge_has_a_lock_and_there_is_no_other() -> None:
    locks = (PROJECT / "requirements").rglob("*.txt")
    assert {path.relative_to(PROJECT / "requirements").with_suffix("").as_posix() for path in locks} == {
        *LOCKS,
        *JUDGES,
    }
    assert {*LOCKS.values(), *JUDGES.values()} == DECLARED.keys() - {"run"}


@pytest.mark.parametrize("lock", [*LOCKS, *JUDGES])
def test_a_lock_is_nothing_but_pins_with_hashes(lock: str) -> None:
    head, _, pins = text_of(lock).partition("\n")
    assert head == f"# {(LOCKS | JUDGES)[lock].capitalize()}, by `make lock`."
    assert PIN.sub("", pins) == ""


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_and_those_before_it_pin_what_is_declared(lock: str) -> None:
    listed = list(LOCKS)
    before = listed[: listed.index(lock) + 1]
    pinned: dict[str, list[str]] = {}
    for name, version, *_ in (pin for one in before for pin in PIN.findall(text_of(one))):
        pinned.setdefault(name, []).append(version)
    for requirement in [*DECLARED[LOCKS[lock]], *(DECLARED["run"] if lock == "run" else ())]:
        versions = pinned.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not locked"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("lock", JUDGES)
def test_a_lock_of_a_judge_pins_what_its_group_declares(lock: str) -> None:
    pinned = {name: version for name, version, *_ in PIN.findall(text_of(lock))}
    for requirement in DECLARED[JUDGES[lock]]:
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


def test_a_lock_adds_to_those_before_and_contradicts_none() -> None:
    pins = [set(PIN.findall(text_of(lock))) for lock in LOCKS]
    assert not any(one & other for one, other in combinations(pins, 2))
    versions: dict[tuple[str, str], str] = {}
    for name, version, marker, _ in (pin for listed in pins for pin in listed):
        assert versions.setdefault((name, marker), version) == version

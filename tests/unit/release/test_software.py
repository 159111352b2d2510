"""The list of software in a release: valid CycloneDX, complete, the same each time, nothing of this machine.

Not here: that a release's manifest covers it (`tests/faults/test_damaged_releases.py`).
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import socket
import sys
import tomllib
from importlib.metadata import PathDistribution, distribution, version
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bpp_etl import __version__
from bpp_etl.release import software as module
from bpp_etl.release.software import LICENCE, OURS, SPEC_VERSION, installed, software, write_software
from bpp_etl.settings import PROJECT


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return software()


def test_it_is_cyclonedx_by_the_published_schema(told: dict[str, Any]) -> None:
    validator = JsonStrictValidator(SchemaVersion.from_version(SPEC_VERSION))
    assert validator.validate_str(json.dumps(told)) is None
    assert validator.validate_str(json.dumps(told | {"components": [{"name": "half"}]})) is not None


def test_all_that_we_declare_and_python_and_duckdb_are_in_it_with_version_licence_and_purl(
    told: dict[str, Any],
) -> None:
    parts = {part["name"]: part for part in told["components"]}
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "dependencies"
    ]
    names = {str(canonicalize_name(Requirement(one).name)) for one in declared}
    assert names <= parts.keys()
    for name in names:
        assert parts[name]["version"] == version(name)
        assert parts[name]["purl"] == f"pkg:pypi/{name}@{version(name)}"
        assert parts[name]["licenses"]
    assert parts["python"]["version"] == platform.python_version()
    assert parts["duckdb engine"]["version"] == f"v{duckdb.__version__}"
    ours = told["metadata"]["component"]
    assert (ours["name"], ours["version"]) == ("bpp-etl", __version__)
    assert "bpp-etl" not in parts


def test_it_holds_what_these_depend_on_in_turn_and_nothing_else(told: dict[str, Any]) -> None:
    refs = {part["bom-ref"] for part in told["components"]} | {told["metadata"]["component"]["bom-ref"]}
    edges = {one["ref"]: one.get("dependsOn", []) for one in told["dependencies"]}
    reached, waiting = set(), [told["metadata"]["component"]["bom-ref"]]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += edges.get(ref, [])
    assert reached == refs
    assert "typeguard" in installed(), "of an extra of a dependency's"
    assert not {"pytest", "mypy", "cyclonedx-python-lib"} & installed().keys()


def test_the_same_environment_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        installed.cache_clear()
        write_software(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert not {"serialNumber", "timestamp"} & set(re.findall(r'"(\w+)":', (tmp_path / "one").read_text()))


def test_it_holds_nothing_of_this_machine(told: dict[str, Any]) -> None:
    text = json.dumps(told)
    for own in (str(PROJECT), sys.prefix, str(Path.home()), socket.gethostname(), os.sep + "home"):
        assert own not in text
    assert not re.search(rf"\b{re.escape(getpass.getuser())}\b", text)
    assert "://" not in text, "no address, be it of an index"


@pytest.mark.parametrize(
    ("lines", "licences"),
    [
        ("License-Expression: mit or apache-2.0", [{"expression": "MIT OR Apache-2.0"}]),
        ("License: BSD-3-Clause", [{"expression": "BSD-3-Clause"}]),
        ("License: MIT license", [{"license": {"name": "MIT license"}}]),
        (
            "License: Dual License\nClassifier: License :: OSI Approved :: BSD License\n"
            "Classifier: License :: DFSG",
            [{"license": {"name": "BSD License"}}, {"license": {"name": "DFSG"}}],
        ),
        (f"License: {'all the words of a licence ' * 9}", []),
        ("Classifier: Topic :: Scientific", []),
    ],
)
def test_a_licence_is_told_as_its_package_states_it(
    tmp_path: Path, lines: str, licences: list[dict[str, Any]]
) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.4\nName: a\nVersion: 1\n{lines}\n\n", "utf-8")
    assert list(module._licences(PathDistribution(tmp_path).metadata)) == licences


def test_a_wheel_tells_what_its_own_metadata_declares(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {OURS}\nVersion: 9\nRequires-Dist: six; extra == 'more'\n"
        "Requires-Dist: typer\nRequires-Dist: nowhere-installed\n\n",
        "utf-8",
    )
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    monkeypatch.setattr(
        module,
        "distribution",
        lambda name: PathDistribution(tmp_path) if name == OURS else distribution(name),
    )
    installed.cache_clear()
    try:
        assert installed()[OURS].depends_on == ("typer",)
        assert "rich" in installed()
        assert "six" not in installed()
    finally:
        installed.cache_clear()


def test_our_own_licence_is_the_one_that_we_declare() -> None:
    assert tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["license"] == LICENCE

"""Every command, option, setting, key, table and tool is documented somewhere a reader looks.

Not here: whether what the pages say is true; each page has a test of its own for that.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from assets.cli import app
from assets.operation import Operation
from bpp_etl.adapters import adapter_names
from bpp_etl.demo import write_demo_landing
from bpp_etl.landing.keys import Key
from bpp_etl.landing.page import PAGE, render_page
from bpp_etl.landing.read_settings import AT_THE_TOP
from bpp_etl.landing.registry_config import RegistryConfig, checked
from bpp_etl.landing.registry_keys import KEYS, TOP_LEVEL
from bpp_etl.reading import limits_page
from bpp_etl.shards.sharding import Sharding
from schemas.catalog import relations
from schemas.laws import DeliveryLaw
from schemas.rules import RULES
from tests.support.gating import gated
from tests.support.pages import DOCS, fenced, page

ROOT = DOCS.parent
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")))
    if path.name != "CHANGELOG.md"
}
EVERYTHING = "\n".join(PAGES.values())


def commands(group: Any, words: tuple[str, ...] = ("bpp",)) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(commands(typer.main.get_command(app)))
OPTIONS = sorted(
    {
        (name, option)
        for name, command in COMMANDS.items()
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in parameter.opts
    }
)


def usage(command: str) -> str:
    """Return the row of the README's table of commands."""
    (row,) = re.findall(rf"^\| `{re.escape(command)}\b.*$", PAGES["README.md"], re.MULTILINE)
    return str(row)


def variables() -> set[str]:
    """Return the variables of the environment that the code names."""
    return {
        name
        for package in ("bpp_etl", "assets")
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r"\bBPP_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }


def settings() -> set[str]:
    """Return each key of `[tool.bpp]`, at any depth."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["bpp"]
    return {
        key for section, value in told.items() for key in (value if isinstance(value, dict) else [section])
    } | {field.name for settings in (Operation, Sharding) for field in fields(settings)}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_row_in_the_readme(command: str) -> None:
    assert usage(command)


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_stands_beside_its_command(command: str, option: str) -> None:
    assert re.search(rf"{option}\b", usage(command)), f"{command} {option}"


def test_the_readme_names_no_command_that_is_not_there() -> None:
    named = re.findall(r"^\| `(bpp [a-z ]*[a-z])", PAGES["README.md"], re.MULTILINE)
    assert sorted(named) == sorted(COMMANDS)


def test_the_readme_shows_the_shut_gate_of_the_demonstration(tmp_path: Path) -> None:
    (shut,) = [one for one in write_demo_landing(tmp_path) if one.registry_name == "synthetic-shut"]
    decision = gated(shut.folder).decision
    (told,) = re.findall(
        r"^    synthetic-shut: gate shut for (.+)\n((?:      - .+\n)+)", PAGES["README.md"], re.MULTILINE
    )
    assert told[0] == decision.delivery
    assert re.findall(r"- (.+)", told[1]) == [cause.message for cause in decision.causes]


@pytest.mark.parametrize("variable", sorted(variables()))
def test_every_variable_is_documented(variable: str) -> None:
    assert f"`{variable}" in EVERYTHING or f"{variable}=" in EVERYTHING


@pytest.mark.parametrize("setting", sorted(settings()))
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in EVERYTHING


def test_the_page_of_a_registry_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), "run python -m bpp_etl.landing.page"


def test_the_page_of_the_limits_is_current() -> None:
    told = limits_page.PAGE.read_text(encoding="utf-8")
    assert told == limits_page.render_page(), "run python -m bpp_etl.reading.limits_page"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_the_example_of_each_key_of_a_registry_can_be_followed(key: Key) -> None:
    assert checked(tomllib.loads(key.example)) != RegistryConfig()
    assert key.states


def test_the_page_of_a_registry_lists_the_limit_of_every_law() -> None:
    laws = {rule.law.id: rule.law for rule in RULES if isinstance(rule.law, DeliveryLaw) and rule.limit_name}
    (table,) = re.findall(r"^\| what holds .*\n\| -.*\n((?:\|.*\n)+)", page("registry.md"), re.MULTILINE)
    assert len(table.splitlines()) == len(laws)


def test_every_format_is_documented() -> None:
    (row,) = re.findall(r"^\| `format`.*$", page("registry.md"), re.MULTILINE)
    assert all(f"`{name}`" in row for name in adapter_names())


def test_the_example_of_a_registry_can_be_followed_and_uses_every_key() -> None:
    (example,) = fenced(page("registry.md"), "toml")
    told = tomllib.loads(example)
    assert checked(told) != RegistryConfig()
    assert {*told, "format", *AT_THE_TOP} == set(TOP_LEVEL)


@pytest.mark.parametrize("table", [f"{schema}.{table}" for schema, table, _ in relations()])
def test_every_published_table_is_documented(table: str) -> None:
    assert f"`{table}`" in EVERYTHING


def test_every_target_of_make_is_documented() -> None:
    (told,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert told.split() == [name for name in told.split() if f"make {name}" in PAGES["CONTRIBUTING.md"]]


def test_every_tool_that_writes_a_page_or_a_snapshot_is_documented() -> None:
    tools = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        for package in ("bpp_etl", "assets", "tests")
        for path in (ROOT / package).rglob("*.py")
        if path.name == "__main__.py" or '\nif __name__ == "__main__":' in path.read_text(encoding="utf-8")
    }
    assert len(tools) >= 4
    # The benchmark and its scripts are run by make, the services by `bpp ui`.
    tools -= {
        "tests.bench",
        "assets.ui",
        *(name for name in tools if name.startswith("tests.bench.scripts.")),
    }
    assert {f"python -m {name}" for name in tools} <= set(
        re.findall(r"`(python -m [\w.]+)`", PAGES["CONTRIBUTING.md"])
    )


def test_every_folder_of_tests_is_documented() -> None:
    there = {f"`tests/{path.name}`" for path in (ROOT / "tests").iterdir() if any(path.glob("**/*.py"))}
    rows = set(re.findall(r"^\| (`tests/\w+`) \|", PAGES["CONTRIBUTING.md"], re.MULTILINE))
    assert rows == there

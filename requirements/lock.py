"""Writes the locks: each pins, with hashes, what its group adds to those before; a judge's stands alone.

Not here: what the groups hold (`pyproject.toml`), and installing them (`Makefile`).
Needs uv and a package index. A pin moves only where it must; `--upgrade` moves all.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
GROUPS = {"run": "install", "dev": "dev", "soak": "soak"}
"""Lock -> the group that it adds, in this order. The first adds the project's own dependencies too."""
JUDGE = "judge-"
"""A group whose name begins so is that of a judge; its lock is `judges/<the rest of its name>.txt`."""
COMPILE = "uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"
PIN = re.compile(r"^[a-z].*(?:\n    .*)*", re.MULTILINE)


def main(options: list[str]) -> None:
    """Write the locks in their order, each held to the pins of those before; then each judge's."""
    before: list[str] = []
    groups: list[str] = []
    for name, group in GROUPS.items():
        lock = HERE / f"{name}.txt"
        groups.append(group)
        added = [
            pin for pin in compiled(lock, before, groups, options, "pyproject.toml") if pin not in before
        ]
        write(lock, group, added)
        before += added
    stated = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    for group in (name for name in stated if name.startswith(JUDGE)):
        lock = HERE / "judges" / f"{group.removeprefix(JUDGE)}.txt"
        lock.parent.mkdir(exist_ok=True)
        write(lock, group, compiled(lock, [], [group], options))


def compiled(
    lock: Path, before: list[str], groups: Iterable[str], options: list[str], *project: str
) -> list[str]:
    """Resolve groups, with the project's own dependencies where it is named; pins of before hold."""
    kept = PIN.findall(lock.read_text("utf-8")) if lock.exists() else []
    with TemporaryDirectory() as folder:
        held, whole = Path(folder, "held.txt"), Path(folder, "whole.txt")
        held.write_text("\n".join(before), "utf-8")
        whole.write_text("\n".join([*before, *kept]), "utf-8")
        chosen = [option for group in groups for option in ("--group", group)]
        subprocess.run(
            [*COMPILE.split(), *options, *chosen, *project, "-c", str(held), "-o", str(whole)],
            cwd=HERE.parent,
            check=True,
        )
        return PIN.findall(whole.read_text("utf-8"))


def write(lock: Path, group: str, pins: list[str]) -> None:
    """Write a lock, the name of its group first."""
    lock.write_text("\n".join([f"# Group {group}, by `make lock`.", *pins, ""]), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Writes the locks: each pins, with hashes, what it adds to those before; a judge's stands alone.

Not here: what the groups and the extra hold (`pyproject.toml`), and installing them (`Makefile`).
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
ADDED = {"run": "group install", "server": "extra postgresql", "dev": "group dev", "soak": "group soak"}
"""Lock -> what it adds, in this order. The first adds the project's own dependencies too."""
JUDGE = "judge-"
"""A group whose name begins so is that of a judge; its lock is `judges/<the rest of its name>.txt`."""
COMPILE = "uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"
PIN = re.compile(r"^[a-z].*(?:\n    .*)*", re.MULTILINE)


def main(options: list[str]) -> None:
    """Write the locks in their order, each held to the pins of those before; then each judge's."""
    before: list[str] = []
    so_far: list[str] = []
    for name, adding in ADDED.items():
        lock = HERE / f"{name}.txt"
        so_far.append(adding)
        new = [pin for pin in compiled(lock, before, so_far, options, "pyproject.toml") if pin not in before]
        write(lock, adding, new)
        before += new
    stated = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    for group in (name for name in stated if name.startswith(JUDGE)):
        lock = HERE / "judges" / f"{group.removeprefix(JUDGE)}.txt"
        lock.parent.mkdir(exist_ok=True)
        write(lock, f"group {group}", compiled(lock, [], [f"group {group}"], options))


def compiled(
    lock: Path, before: list[str], added: Iterable[str], options: list[str], *project: str
) -> list[str]:
    """Resolve groups and extras, with our dependencies where the project is named; pins of before hold."""
    kept = PIN.findall(lock.read_text("utf-8")) if lock.exists() else []
    with TemporaryDirectory() as folder:
        held, whole = Path(folder, "held.txt"), Path(folder, "whole.txt")
        held.write_text("\n".join(before), "utf-8")
        whole.write_text("\n".join([*before, *kept]), "utf-8")
        chosen = [part for one in added for part in f"--{one}".split()]
        subprocess.run(
            [*COMPILE.split(), *options, *chosen, *project, "-c", str(held), "-o", str(whole)],
            cwd=HERE.parent,
            check=True,
        )
        return PIN.findall(whole.read_text("utf-8"))


def write(lock: Path, added: str, pins: list[str]) -> None:
    """Write a lock, and first what it adds."""
    lock.write_text("\n".join([f"# {added.capitalize()}, by `make lock`.", *pins, ""]), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

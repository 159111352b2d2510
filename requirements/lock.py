"""Writes the locks: each pins, with hashes, what it adds to those before; that of a judge stands alone.

Not here: what the groups and the extra hold (`pyproject.toml`), and installing them (`Makefile`).
Needs uv and a package index. A pin moves only where it must; `--upgrade` moves all.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ADDED = {
    "run": "group install",
    "server": "extra postgresql",
    "s3": "extra s3",
    "lakehouse": "extra lakehouse",
    "dev": "group dev",
    "spark": "extra spark",
    "soak": "group soak",
}
"""Lock -> what it adds, in this order. The first adds the project's own dependencies too."""
JUDGE = "judge-"
"""A group whose name begins so is that of a judge; its lock is `judges/<the rest of its name>.txt`."""
COMPILE = "uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"
PIN = re.compile(r"^[a-z].*(?:\n    .*)*", re.MULTILINE)


def main(options: Sequence[str]) -> None:
    """Write the locks in their order, each held to the pins of those before; then each judge's."""
    before: list[str] = []
    so_far: list[str] = []
    for name, added in ADDED.items():
        lock = HERE / f"{name}.txt"
        so_far += asked(added)
        pins = compiled(lock, before, [*options, *so_far, "pyproject.toml"])
        new = [pin for pin in pins if pin not in before]
        write(lock, added, new)
        before += new
    stated = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    for group in (name for name in stated if name.startswith(JUDGE)):
        lock = HERE / "judges" / f"{group.removeprefix(JUDGE)}.txt"
        lock.parent.mkdir(exist_ok=True)
        write(lock, f"group {group}", compiled(lock, [], [*options, *asked(f"group {group}")]))


def asked(added: str) -> list[str]:
    """Ask for a group or an extra, as it is named in `ADDED`."""
    kind, called = added.split()
    return [f"--{kind}", called]


def compiled(lock: Path, before: Sequence[str], options: Sequence[str]) -> list[str]:
    """Resolve what is asked for; pins of before hold, and those of the lock unless they must move."""
    kept = PIN.findall(lock.read_text("utf-8")) if lock.exists() else []
    with TemporaryDirectory() as folder:
        held, whole = Path(folder, "held.txt"), Path(folder, "whole.txt")
        held.write_text("\n".join(before), "utf-8")
        whole.write_text("\n".join([*before, *kept]), "utf-8")
        command = [*COMPILE.split(), *options, "-c", str(held), "-o", str(whole)]
        subprocess.run(command, cwd=HERE.parent, check=True)
        return PIN.findall(whole.read_text("utf-8"))


def write(lock: Path, added: str, pins: Sequence[str]) -> None:
    """Write a lock, what it adds in its first line."""
    lock.write_text("\n".join([f"# {added.capitalize()}, by `make lock`.", *pins, ""]), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Writes the four locks: each pins, with hashes, what its group or extra adds to the locks before it.

Not here: what the groups and the extra hold (`pyproject.toml`), and installing them (`Makefile`).
Needs uv and a package index. A pin moves only where it must; `--upgrade` moves all.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ADDED = {"run": "group install", "server": "extra postgresql", "dev": "group dev", "soak": "group soak"}
"""Lock -> what it adds, in this order. The first adds the project's own dependencies too."""
COMPILE = "uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"
PIN = re.compile(r"^[a-z].*(?:\n    .*)*", re.MULTILINE)


def main(options: list[str]) -> None:
    """Write the locks in their order, each held to the pins of those before."""
    before: list[str] = []
    so_far: list[str] = []
    with TemporaryDirectory() as folder:
        held, whole = Path(folder, "held.txt"), Path(folder, "whole.txt")
        for name, added in ADDED.items():
            lock = HERE / f"{name}.txt"
            kept = PIN.findall(lock.read_text("utf-8")) if lock.exists() else []
            held.write_text("\n".join(before), "utf-8")
            whole.write_text("\n".join([*before, *kept]), "utf-8")
            kind, called = added.split()
            so_far += [f"--{kind}", called]
            subprocess.run(
                [*COMPILE.split(), *options, *so_far, "pyproject.toml", "-c", str(held), "-o", str(whole)],
                cwd=HERE.parent,
                check=True,
            )
            new = [pin for pin in PIN.findall(whole.read_text("utf-8")) if pin not in before]
            lock.write_text("\n".join([f"# {added.capitalize()}, by `make lock`.", *new, ""]), "utf-8")
            before += new


if __name__ == "__main__":
    main(sys.argv[1:])

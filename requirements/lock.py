"""Writes the three locks: each pins, with hashes, what its group adds to the locks before it.

Not here: what the groups hold (`pyproject.toml`), and installing them (`Makefile`).
Needs uv and a package index. A pin moves only where it must; `--upgrade` moves all.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
GROUPS = {"run": "install", "dev": "dev", "soak": "soak"}
"""Lock -> the group that it adds, in this order. The first adds the project's own dependencies too."""
COMPILE = "uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"
PIN = re.compile(r"^[a-z].*(?:\n    .*)*", re.MULTILINE)


def main(options: list[str]) -> None:
    """Write the locks in their order, each held to the pins of those before."""
    before: list[str] = []
    groups: list[str] = []
    with TemporaryDirectory() as folder:
        held, whole = Path(folder, "held.txt"), Path(folder, "whole.txt")
        for name, group in GROUPS.items():
            lock = HERE / f"{name}.txt"
            kept = PIN.findall(lock.read_text("utf-8")) if lock.exists() else []
            held.write_text("\n".join(before), "utf-8")
            whole.write_text("\n".join([*before, *kept]), "utf-8")
            groups += ["--group", group]
            subprocess.run(
                [*COMPILE.split(), *options, *groups, "pyproject.toml", "-c", str(held), "-o", str(whole)],
                cwd=HERE.parent,
                check=True,
            )
            added = [pin for pin in PIN.findall(whole.read_text("utf-8")) if pin not in before]
            lock.write_text("\n".join([f"# Group {group}, by `make lock`.", *added, ""]), "utf-8")
            before += added


if __name__ == "__main__":
    main(sys.argv[1:])

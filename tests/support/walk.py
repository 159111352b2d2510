"""Walking a page of `docs/add`: its blocks are applied to a copy of the project, in their order.

Not here: what must come of it (`tests/docs`). The page is what is applied and run: nothing is typed twice.

The last line of words above a fenced block says what becomes of it:

    New file `docs/x.md`:                   the block is the file
    At the end of `docs/x.md`:              the block is added to it
    In `docs/x.md`, after `a line`:         the block is put below the one line that holds these words
    In `docs/x.md`, before `a line`:        ... above it
    In `docs/x.md`, in place of `a line`:   ... in its place
    Run:                                    each line of the block is a command, `bpp` or `python`

Further words may stand before it in the same line. A block of the language `text` only shows something.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.support.commands import Said, ended

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    *("schemas", "bpp_etl", "assets", "tests", "docs"),
    *("pyproject.toml", "dagster.yaml", "Makefile", "README.md", "CHANGELOG.md"),
)
SHOWN = "text"
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
INSTRUCTION = re.compile(
    r"(?:(?P<new>New file) `(?P<made>[^`]+)`"
    r"|(?P<end>At the end of) `(?P<longer>[^`]+)`"
    r"|In `(?P<changed>[^`]+)`, (?P<place>after|before|in place of) `(?P<anchor>[^`]+)`"
    r"|(?P<run>Run)):$"
)
BPP = "import sys; from assets.cli import main; sys.argv[0] = 'bpp'; main()"


class Block(NamedTuple):
    """One block of a page; `action` is new, end, after, before, in place of (a line), or run."""

    file: str
    action: str
    text: str
    anchor: str = ""


def blocks(page: Path) -> list[Block]:
    """List the blocks of a page in their order; one that nothing is said of is an error."""
    told = page.read_text(encoding="utf-8")
    return [
        _block(page, told[: fence.start()], fence["text"])
        for fence in FENCE.finditer(told)
        if fence["language"] != SHOWN
    ]


def _block(page: Path, above: str, text: str) -> Block:
    last = above.rstrip().rsplit("\n", 1)[-1]
    found = INSTRUCTION.search(last)
    if found is None:
        raise ValueError(f"{page.name}: nothing says what becomes of the block below {last!r}")
    if found["run"]:
        return Block("", "run", text)
    if found["changed"]:
        return Block(found["changed"], found["place"], text, found["anchor"])
    return Block(found["made"] or found["longer"], "new" if found["new"] else "end", text)


def copy_of_project(folder: Path) -> Path:
    """Copy what the project runs from into a folder, with run storage that stays open; return where."""
    copy = folder / "project"
    copy.mkdir()
    copy_parts(COPIED, copy)
    return copy


def copy_parts(names: Iterable[str], target: Path) -> None:
    """Copy files and folders of the project to another place; what was compiled goes along."""
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name)
        else:
            shutil.copy2(ROOT / name, target / name)


def apply(copy: Path, of_page: Iterable[Block]) -> list[Said]:
    """Apply blocks to a copy and run their commands; return what the commands said.

    Raises ValueError where a block does not fit, or a command does not end with 0.
    """
    told = []
    for block in of_page:
        if block.action != "run":
            _change(copy, block)
            continue
        for line in block.text.splitlines():
            said = run(copy, *shlex.split(line, comments=True))
            if said.code != 0:
                raise ValueError(f"`{line}` ended with {said.code}:\n{said.out}{said.err}")
            told.append(said)
    return told


def _change(copy: Path, block: Block) -> None:
    file = copy / block.file
    if block.action == "new":
        if file.exists():
            raise ValueError(f"{block.file} is there already")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    if block.action == "end":
        place = len(lines)
    else:
        found = [number for number, line in enumerate(lines) if block.anchor in line]
        if len(found) != 1:
            raise ValueError(f"{block.file} has {len(found)} lines with {block.anchor!r}, not one")
        place = found[0] + (block.action == "after")
        if block.action == "in place of":
            del lines[place]
    lines.insert(place, block.text)
    file.write_text("".join(lines), encoding="utf-8")


def breaches(copy: Path, of_page: Iterable[Block]) -> str:
    """Return what the linter says of the code that blocks changed; empty where it keeps the house's style."""
    changed = sorted({block.file for block in of_page if block.file.endswith(".py")})
    told = [
        run(copy, "python", "-m", "ruff", *words, *changed) for words in (["check"], ["format", "--check"])
    ]
    return "".join(said.out for said in told if said.code != 0)


def run(copy: Path, *words: str | Path) -> Said:
    """Run `bpp` or `python` of the copy to its end."""
    name, *rest = words
    ways = {"bpp": [sys.executable, "-c", BPP], "python": [sys.executable]}
    return ended([*ways[str(name)], *rest], copy, PYTHONPATH=str(copy))

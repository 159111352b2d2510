"""The page of the limits of reading, made of their declaration: `python -m bpp_etl.reading.limits_page`.

Not here: any limit, and why it is what it is (`bpp_etl/reading/limits.py`). A test holds the page current.
"""

from __future__ import annotations

from dataclasses import fields

from bpp_etl.pages.markdown import markdown_table
from bpp_etl.reading.limits import Limits, in_words
from bpp_etl.settings import PROJECT

PAGE = PROJECT / "docs" / "limits.md"

INTRODUCTION = """\
# Limits: what reading one delivered file may take

Delivered files are read in a process of their own, which is watched. A file that would take more than the
limits below is unreadable (`file_unreadable`), and so is one that brings its reader down: the delivery is
shut, the message names file and limit, and nothing else stops. [Runbook, 17](runbook.md) says what to do.

Where a file tells how large it will be (the directory of a workbook, the footer of parquet), it is refused
before it is read; memory and time are watched while it is read, for a file may lie. The process writes into
a folder of its own, which becomes the registry's working file only once all is read. It ends with the refresh
that started it, leaves no core file behind, and is the first to go where the machine runs out of memory.

A limit is a key of `[tool.bpp.limits]` in `pyproject.toml`, or the variable `BPP_<KEY>`, which wins. Sizes
are in bytes, or text such as `"8 GiB"`. A key that is not known is an error that names it. After a change
every registry is judged again. This page is written by `python -m bpp_etl.reading.limits_page`."""

EXAMPLE = """\
```toml
[tool.bpp.limits]
read_memory = "8 GiB"
cell_bytes = "1 MiB"
```"""

WATCHED = """\
Memory is what the process holds for itself alone, looked at twenty times a second, on Linux. It is not the
address space (`ulimit -v`), of which a reader sets aside many times what it uses. Two files are read at a
time; where memory runs out, or the process dies, they are read again one by one before one of them is blamed.
After three such files the others of the delivery are left unread."""


def render_page() -> str:
    """Return the page as Markdown."""
    rows = (
        (
            f"`{one.name}`",
            in_words(int(str(one.default))) if one.metadata["is_size"] else f"{one.default:,}",
            one.metadata["means"],
            one.metadata["why"],
        )
        for one in fields(Limits)
    )
    table = markdown_table(("key", "default", "means", "why so"), rows)
    return "\n\n".join((INTRODUCTION, table, EXAMPLE, WATCHED)) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render_page(), encoding="utf-8")

"""The page of the exports, rendered from what each format declares: `python -m bpp_etl.export.page`.

Not here: any word on a format. A test holds the page current.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpp_etl.export.dataset import Dataset
from bpp_etl.export.format import OPTIONS, Format
from bpp_etl.export.formats import FORMATS
from bpp_etl.pages.markdown import markdown_table
from bpp_etl.settings import PROJECT

PAGE = PROJECT / "docs" / "exported.md"

INTRODUCTION = """\
# A release in other standards

`bpp export FORMAT [ID] --to DIR` writes a release, the one in service if none is named, into a new folder,
in the form of another standard: for tools that do not read DuckDB.

- **It holds patients and stays in the house.** Nothing in it is hidden. What may leave,
  [`bpp share`](operations.md#what-may-leave) makes. Files are for their owner alone, whatever the umask; who
  exported what, and when, is in the audit. A patient who is erased later is still in what was exported
  before: remove it.
- The release is verified first, to the last byte. The folder appears whole, or not at all; one that holds
  anything is left alone.
- `export.json` beside the files says which release and protocol it is of, the rows and key of each table,
  the sha256 of each file, and what is not as in the release. The same release gives the same files, but for
  the moment of writing in transport files.
- Calls are those of one protocol, the release's first unless `--protocol` names another of it; Parquet has
  all.
- What is missing stays missing: an empty text, a missing number, no date.
- Of the kinds below an `id` is told whole, or its digest stands for it; a `text` may be cut; an `exact` one
  is told as it is; a `count` is a whole number, and a `whole` one may be of any size.

This page is written from what the formats declare, by `python -m bpp_etl.export.page`; a test fails when it
is out of date. The lines in R were not run here, where there is no R: they read what was exported with
`--to out`."""

ANOTHER = """\
## Another format

A format is a module in `bpp_etl/export` that declares a `Format`: its name, what it cannot carry, its
tables as data with name, label, kind and source of each column, a SELECT for each table under its name, and
the function that writes. A line in `bpp_etl/export/formats.py` makes it known to the command, to this page
and to the tests that hold every format."""


def render_page() -> str:
    """Return the page as Markdown."""
    parts = [INTRODUCTION, _overview(), *(part for one in FORMATS.values() for part in _format(one)), ANOTHER]
    return "\n\n".join(parts) + "\n"


def write_page() -> None:
    """Write the page."""
    PAGE.write_text(render_page(), encoding="utf-8")


def _overview() -> str:
    rows = (
        (f"`{one.name}`", one.sentence, ", ".join(f"`{OPTIONS[name]}`" for name in sorted(one.options)))
        for one in FORMATS.values()
    )
    return markdown_table(("format", "writes", "options of its own"), rows)


def _format(one: Format) -> Iterator[str]:
    yield f"## {one.title}"
    yield f"`bpp export {one.name} --to out`. {one.sentence}"
    yield "\n".join(f"- {sentence}" for sentence in one.lacks)
    yield f"```r\n{one.in_r}\n```"
    for dataset in one.datasets:
        yield from _dataset(dataset)


def _dataset(dataset: Dataset) -> Iterator[str]:
    yield f"### {dataset.name}"
    key = f" Key: {', '.join(dataset.key)}." if dataset.key else ""
    yield f"{dataset.title}. {dataset.grain}{key}"
    rows = ((f"`{column.name}`", column.label, column.kind, column.source) for column in dataset.columns)
    yield markdown_table(("column", "label", "kind", "from"), rows)


if __name__ == "__main__":
    write_page()

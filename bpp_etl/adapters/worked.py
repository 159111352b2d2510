"""The worked delivery on the page of a format: the adapter's example, file by file, and what its rows become.

Not here: the rest of the page (`adapters/page.py`), and trying the example out (`adapters/tryout.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable

from bpp_etl.adapters.description import SOURCE_ROWS, Adapter
from bpp_etl.adapters.tryout import EXAMPLE, example_of, example_settings, made_of
from bpp_etl.landing.deliveries import CONFIGURATION
from bpp_etl.pages.markdown import markdown_table

MOST_LINES = 40
"""A file with more lines is named, and not shown."""


def worked_delivery(folder: Traversable, adapter: Adapter) -> Iterator[str]:
    """Render the lines of the section."""
    yield "## A worked delivery"
    yield ""
    yield "The example in the adapter's folder. It is made up: there are no such patients. A test reads it,"
    yield "and finds the gate open and no row refused."
    yield ""
    files = sorted(
        folder.joinpath(EXAMPLE).iterdir(), key=lambda file: (file.name != CONFIGURATION, file.name)
    )
    for file in files:
        text = file.read_text(encoding="utf-8")
        name = f"`adapters/{adapter.name}/{EXAMPLE}/{file.name}`"
        beside = ", beside the deliveries" if file.name == CONFIGURATION else ""
        if text.count("\n") > MOST_LINES:
            yield f"{name}{beside}, with {text.count(chr(10))} lines."
        else:
            yield from (
                f"{name}{beside}:",
                "",
                f"```{file.name.rsplit('.')[-1]}",
                text.rstrip(),
                "```",
            )
        yield ""
    yield "What its rows are, and the table they come into:"
    yield ""
    made = made_of(adapter, example_of(folder, adapter), example_settings(folder, adapter))
    yield markdown_table(
        ("from", "rows", "each is", "comes into"),
        (
            (f"`{source}`", f"{rows}", f"{meaning}", f"`{table}`" if table else "no table")
            for source, meaning, table, rows in made.rows[SOURCE_ROWS]
            if rows
        ),
    )
    yield ""

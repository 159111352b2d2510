"""The page of a format: what its adapter reads and yields, rendered from the adapter's own folder.

Not here: any word on a format. `python -m bpp_etl.adapters.page` writes the page of each shipped adapter to
where its description says; a test holds them current.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources.abc import Traversable

from bpp_etl.adapters.beside import side_tables_of
from bpp_etl.adapters.code_lists import code_lists_of, translations_of
from bpp_etl.adapters.description import Adapter, adapter_in
from bpp_etl.adapters.documents import Documents
from bpp_etl.adapters.found import CANONICAL, adapter_names, find_adapter
from bpp_etl.adapters.sources import Source
from bpp_etl.adapters.worked import worked_delivery
from bpp_etl.pages.markdown import markdown_table
from bpp_etl.settings import PROJECT
from schemas.tables import TABLES

ANY_COLUMNS = "those that are mapped"
"""Of a source that may have columns of any name."""
LINES_DERIVED = ", where `[therapy_lines]` is stated"
SPLIT = ", or its parts, with one or two more letters"


def render_page(folder: Traversable) -> str:
    """Render the whole page of the adapter in a folder."""
    adapter = adapter_in(folder)
    lines = (*_lines(adapter), *worked_delivery(folder, adapter))
    return "\n".join(lines).rstrip() + "\n"


def write_pages() -> None:
    """Write the page of each shipped adapter."""
    for name in adapter_names():
        if name != CANONICAL:
            folder = find_adapter(name)
            (PROJECT / adapter_in(folder).page).write_text(render_page(folder), encoding="utf-8")


def grain_of(select: str) -> str:
    """Return the sentence that a SELECT begins with: what one of its rows is."""
    opening = re.match(r"(?:--.*\n)+", select)
    words = " ".join(line.removeprefix("--").strip() for line in (opening[0] if opening else "").splitlines())
    return re.split(r"(?<=\.)\s", words, maxsplit=1)[0]


def _lines(adapter: Adapter) -> Iterator[str]:
    yield f"# {adapter.title}"
    yield ""
    yield f"Written from the adapter `{adapter.name}` by `python -m bpp_etl.adapters.page`."
    yield ""
    yield "A registry that sends this states it in its `registry.toml`:"
    yield ""
    yield from ("```toml", f'format = "{adapter.name}"', "```", "")
    yield adapter.description
    yield ""
    yield f"Version: {adapter.version}."
    yield ""
    yield f"Source: {' '.join(adapter.citation.split())}"
    yield ""
    yield "## What is read"
    yield ""
    yield from _sources(adapter) if adapter.documents is None else _documents(adapter, adapter.documents)
    yield "## What comes out"
    yield ""
    yield markdown_table(
        ("table", "from", "rows", "which"),
        (
            (
                f"`{table}`",
                ", ".join(adapter.derived_from[table]),
                grain_of(adapter.tables[table]),
                " ".join(adapter.scope[table].split()),
            )
            for table in adapter.tables
        ),
    )
    yield ""
    lacking = [f"`{table}`" for table in TABLES if table not in adapter.tables]
    if lacking:
        yield f"Not in this format: {', '.join(lacking)}."
    yield "Every delivered row is counted by its meaning, also where no table takes it: `quality.source_row`."
    yield ""
    yield from _side_tables(adapter)
    yield from _built_in(adapter)
    if adapter.settings:
        yield "## What a registry may state"
        yield ""
        yield "Settings of this format alone, in a section of `registry.toml` that is named after it."
        yield ""
        yield markdown_table(
            ("setting", "states"),
            (
                (f"`[{adapter.name}] {path.replace('*', '<name>')}`", " ".join(states.split()))
                for path, states in adapter.settings.items()
            ),
        )
        yield ""
    if adapter.contacts:
        yield "## Last contact"
        yield ""
        yield "What `[last_contact]` of `registry.toml` may name beside our tables; nothing is taken unasked."
        yield ""
        yield markdown_table(
            ("`from`", "is"),
            ((f"`{name}`", " ".join(words.split())) for name, words in adapter.contacts.items()),
        )
        yield ""
    if adapter.steps:
        yield "## Shared steps"
        yield ""
        yield "What several tables need is worked out once, in this order."
        yield ""
        yield markdown_table(
            ("step", "rows"), ((f"`{step}`", grain_of(text)) for step, text in adapter.steps.items())
        )
        yield ""


def _side_tables(adapter: Adapter) -> Iterator[str]:
    yield "## Side tables"
    yield ""
    yield (
        "Each of our tables may lie beside these files, named after itself, such as `bone_lesions.csv`:"
        " [how it is read](../registry.md#side-tables). Beside this format it does this:"
    )
    yield ""
    yield markdown_table(
        ("side table", "rows are named by", "does", "columns that this format never fills"),
        (
            (
                f"`{one.table}`{LINES_DERIVED if one.is_for_lines else ''}",
                ", ".join(one.key) or "no column",
                one.does,
                ", ".join(one.never_filled),
            )
            for one in side_tables_of(adapter)
        ),
    )
    yield ""


def _built_in(adapter: Adapter) -> Iterator[str]:
    lists, translations = code_lists_of(adapter), translations_of(adapter)
    if not lists and not translations:
        return
    yield "## Codes that are known"
    yield ""
    yield (
        "Found in the adapter's own SELECTs. What is not among them says nothing, or passes as it is, for"
        " `[recode]` of `registry.toml` and the gate."
    )
    yield ""
    for one in lists:
        yield f"`{one.step}`: {grain_of(adapter.steps[one.step])}"
        yield ""
        heads = [*(name.replace("_", " ") for name in one.columns), one.codes.replace("_", " ")]
        yield markdown_table(heads, ((*cells, _coded(codes)) for cells, codes in one.rows.items()))
        yield ""
    if translations:
        yield "What is translated word by word; between slashes stands a regular expression:"
        yield ""
        yield markdown_table(
            ("our column", "theirs", "ours"),
            ((f"`{one.column}`", _coded(one.theirs), f"`{one.ours}`") for one in translations),
        )
        yield ""


def _coded(codes: Sequence[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _sources(adapter: Adapter) -> Iterator[str]:
    tabbed = ", and `.txt` or `.tsv` with tabs between the columns" if _has_tabs(adapter) else ""
    yield (
        f"Files in any format that deliveries may have{tabbed}, named as below. Capital letters in names and"
        " headers are read as small ones."
    )
    if adapter.not_read:
        named = ", ".join(f"`{pattern}`" for pattern in adapter.not_read)
        yield f"Of these nothing is read, and nobody is warned of them: {named}."
    yield ""
    yield markdown_table(
        ("file", "without it", "columns that must be there", "columns read where they are"),
        (
            (
                _named(source),
                "gate shut" if source.is_required else "reads as empty",
                ", ".join(source.required_columns),
                ANY_COLUMNS if source.fields else ", ".join(source.optional_columns),
            )
            for source in adapter.sources
        ),
    )
    yield ""


def _has_tabs(adapter: Adapter) -> bool:
    return any(source.is_tabbed for source in adapter.sources)


def _named(source: Source) -> str:
    """Name the files of a source."""
    others = "".join(f", `{pattern}`" for pattern in source.files)
    return f"`{source.name}`{others}{SPLIT if source.is_split else ''}"


def _documents(adapter: Adapter, documents: Documents) -> Iterator[str]:
    endings = ", ".join(f"`.{ending}`" for ending in documents.endings)
    yield (
        f"Every file that ends in {endings}, whatever it is called. What is read of each document lies at"
        " these paths; nothing else in it is looked at. Documents of any other kind are counted and left out."
    )
    yield ""
    yield markdown_table(
        ("kind", "called here", "without it", "paths"),
        (
            (
                f"`{source.kind}`",
                f"`{source.name}`",
                "gate shut" if source.is_required else "reads as empty",
                ", ".join(" or ".join(f"`{path}`" for path in paths) for paths in source.paths.values()),
            )
            for source in adapter.sources
        ),
    )
    yield ""


if __name__ == "__main__":
    write_pages()

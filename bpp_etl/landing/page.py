"""The page of `registry.toml`, rendered from the declarations of its keys: `python -m bpp_etl.landing.page`.

Not here: any word on a key or a limit. A test holds the page current.
"""

from __future__ import annotations

from bpp_etl.landing.keys import Key
from bpp_etl.landing.read_settings import AT_THE_TOP, READ_KEYS
from bpp_etl.landing.registry_keys import KEYS
from bpp_etl.pages.markdown import markdown_table
from bpp_etl.settings import PROJECT
from schemas.contract import delivered_columns
from schemas.laws import DeliveryLaw
from schemas.rules import RULES
from schemas.tables import DELIVERABLE, DRUGS

PAGE = PROJECT / "docs" / "registry.md"

INTRODUCTION = """\
# registry.toml: what a registry states about its exports

An optional file beside a registry's deliveries, `<landing>/<registry>/registry.toml`. It says once what the
rows do not say: how they are written, what their columns and codes are called here, and which share of
refused rows is too much. Without it a delivery is read as canonical csv.

A key that is not known, or a value that cannot be followed, shuts the gate (`configuration_invalid`), and
the message names it. `bpp check` reads the file too: try a change with it before you refresh.

This page is written from what reads the file, by `python -m bpp_etl.landing.page`; a test fails when it is
out of date."""

NAMES = """\
Tables and columns are those of the [dictionary](dictionary.md). Under an adapter `[rename]` takes the
adapter's own files and columns, or a side table, `[read]` its files or our tables, `[compose]` its files,
with any of their columns, or our tables, with the columns that it yields, and the other sections our
tables. A column that speaks of a direct identifier, such as `mrn`, is loaded under no name.

`bpp check`, the report and `quality.declaration` tell how many rows each name, code, constant and limit was
used in. One that comes to nothing, as a mistyped one does, is told (`declaration_fills_nothing`), and so is
a code of ours that is read as another (`code_of_ours_recoded`): [gates.md](gates.md). Where the file is
changed, its delivery is judged again, and the keys that state something else are named.

One more section may have the name of the format: it holds settings that only its adapter knows, and the page
of the format lists them. The section of another format is an unknown key."""

WRITTEN = """\
## How files are written

A table is one file, `<table>` with the ending `.csv`, `.csv.gz`, `.parquet`, `.xlsx` or `.xpt`; or a folder
`<table>` of such files that are one table; or a sheet named `<table>`, hidden or not, in the one workbook
`delivery.xlsx`. A row without any filled cell is no row. A folder `<table>` may also be a table of Delta or
Iceberg, and the landing may lie in a store of objects: [object_storage.md](object_storage.md).

Keys of `[read]`, and of `[read.<table>]`, which wins:"""

TYPED = """\
What is stated of dates and numbers is stated of text. A cell that has a type of its own, in a workbook,
parquet or xpt, is read by it; a moment is of its day. Of a workbook with several sheets that are filled and
not hidden, and none stated, the one named as the table counts."""

SIDE_TABLES = """\
## Side tables

Beside the files of another standard each of our tables may lie as well, as a file of its own name, with our
column names, written as above: a side table. What it does there, the page of each format says table by table.

- Where the format yields no such table, the side table brings it, with every column that is required.
- Where it yields rows that have a key, a row of the same key fills the columns that the format leaves empty
  or `unknown`. Besides the key it needs only the columns that it fills. Where both say something and it
  differs, the row is refused (`side_table_disagrees`). A row of a key that the format has no row of is added
  and judged as any other, and everyone is told, for the key may be mistyped (`side_table_key_unknown`).
- Rows without a key are all added.

How a format calls a patient, a scan or a lesion, its page says too; in a release they stand in `core`.
`bpp check` says of each side table how many rows did what, and names those whose key the format lacks.
What `[read.<table>]`, `[rename.<table>]` and `[recode.<table>]` state holds for side tables too."""

EVERYTHING = """\
## All of it at once"""

LIMITS = """\
## Limits

Over its limit a rule that warns is told, and one that shuts refuses the delivery whole. A table's own name
is the key of its refused rows. [gates.md](gates.md) says how to mend each."""


WAIVERS = """\
## Waivers

A limit says what is usual for a registry; a waiver says that one breach is known and right for now. It may
name any rule of whole tables or deliveries, those apart without which nothing can be admitted, such as
`column_missing`. While it lasts, a breach that would warn, or shut the gate, is told and does neither: its
status in `quality.rule_result` is `waived`, `quality.waiver` and the report show the reason and who gave it,
and the check in Dagster stays a warning.

A waiver covers deliveries whose day is at most `until`, which lies at most a year after the delivery's day.
After it has ended the rule holds again, and `waiver_expired` tells that the waiver is still written there.
Write no patient's data into a reason: it is published."""


def render_page() -> str:
    """Return the page as Markdown."""
    parts = [
        INTRODUCTION,
        _keys(KEYS),
        NAMES,
        WRITTEN,
        _keys(READ_KEYS),
        TYPED,
        SIDE_TABLES,
        markdown_table(
            ("side table", "key", "columns that it must bring where the format has none"), _beside()
        ),
        EVERYTHING,
        f"```toml\n{example()}\n```",
        LIMITS,
        markdown_table(("what holds", "default", "key"), _limits()),
        WAIVERS,
    ]
    return "\n\n".join(parts) + "\n"


def example() -> str:
    """Return a file that states what each key may, the format left out: another would name other tables."""
    examples = [key.example for key in KEYS if key.name not in {"format", *AT_THE_TOP}]
    # What belongs to no section stands above them all.
    return "\n\n".join(sorted(examples, key=lambda text: text.startswith("[")))


def write_page() -> None:
    """Write the page."""
    PAGE.write_text(render_page(), encoding="utf-8")


def _keys(keys: tuple[Key, ...]) -> str:
    rows = ((f"`{_written(key)}`", key.default, key.states) for key in keys)
    return markdown_table(("key", "default", "states"), rows)


def _written(key: Key) -> str:
    return f"[{key.name}]" if key.example.startswith("[") else key.name


def _beside() -> list[tuple[str, str, str]]:
    return [
        (
            f"`{table.name}`" + (", where `[therapy_lines]` is stated" if table is DRUGS else ""),
            ", ".join(table.delivered_key) or "none",
            ", ".join(one.name for one in delivered_columns(table.contract) if one.required),
        )
        for table in DELIVERABLE.values()
    ]


def _limits() -> list[tuple[str, str, str]]:
    laws = {rule.law.id: rule.law for rule in RULES if isinstance(rule.law, DeliveryLaw) and rule.limit_name}
    return [
        (
            f"{law.sentence} {law.exactly}".rstrip().replace("{table}", "<table>"),
            f"{law.limit:g}",
            f"`{law.limit_name}`".replace("{table}", "<table>"),
        )
        for law in laws.values()
    ]


if __name__ == "__main__":
    write_page()

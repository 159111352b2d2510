"""What holds of every adapter, shipped or from outside: a check takes its folder and returns what is amiss.

Not here: what the rows of one standard mean; an adapter's own tests say that. A test of an adapter from
outside runs `CHECKS` over its folder, one by one, and finds that each returns nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from importlib.resources.abc import Traversable
from itertools import cycle

from bpp_etl.adapters.accounts import astray, counted, listed, miscounted
from bpp_etl.adapters.description import ANY, SOURCE_ROWS, Adapter, adapter_in
from bpp_etl.adapters.run import APPROXIMATED, COUNTED, LEADS, columns_made
from bpp_etl.adapters.sources import Source
from bpp_etl.adapters.told import AdapterError
from bpp_etl.adapters.tryout import EXAMPLE, Made, Rows, example_of, example_settings, made_of
from bpp_etl.landing.keys import ConfigurationError
from schemas.tables import DELIVERABLE

ODD_CELLS = (
    *(None, "", " ", "x", "0", "-1", "1e999", "NaN", "true", "'", "\\", "[", "(?", "%", "\t"),
    *("2024", "2024-02", "2024-02-30", "2024-13-45T25:61", "99999999999999999999", "ä€漢", "NULL"),
)
"""Texts that some column of some delivery holds one day; none may make a SELECT fail, or lose a row."""

ODD_JSON = (
    *(None, "[]", "{}", "[[]]", "[null]", '["x"]', "[1]", "[{}]", '{"coding":"x"}', '{"coding":[1]}'),
    *('[{"code":null}]', '[{"code":[1]}]', '[{"code":{"code":"x"},"url":1,"value":"x","high":[]}]', "[true]"),
)
"""The same of a nested column, which holds JSON or nothing."""

EVERY_COLUMN = re.compile(r"(?:\bselect|,)\s+(?:\w+\.)?\*", re.IGNORECASE)
GRAIN = "-- One row per "

Check = Callable[[Traversable], list[str]]


def _check(found: Callable[[Traversable], Iterator[str]]) -> Check:
    """Make a check of what yields faults; an adapter that cannot be read or run is a fault as well."""

    @wraps(found)
    def told(folder: Traversable) -> list[str]:
        try:
            return list(found(folder))
        except (AdapterError, ConfigurationError) as error:
            return [f"{error.message}; {error.hint}"]

    return told


@_check
def the_description_is_whole(folder: Traversable) -> Iterator[str]:
    """`adapter.toml` has every key, and names the SELECTs that lie beside it."""
    adapter_in(folder)
    yield from ()


@_check
def the_example_has_every_source(folder: Traversable) -> Iterator[str]:
    """The example delivers every source, with a row and the required columns."""
    adapter = adapter_in(folder)
    for name, rows in example_of(folder, adapter).items():
        source = next(source for source in adapter.sources if source.name == name)
        if not rows:
            yield f"{EXAMPLE}/{name}.csv has no row"
        elif lacking := set(source.required_columns) - set(rows[0]):
            yield f"{EXAMPLE}/{name}.csv lacks {listed(lacking)}"


@_check
def each_select_states_its_grain_and_names_its_columns(folder: Traversable) -> Iterator[str]:
    """Each SELECT begins with the words of its grain, and lists its columns."""
    for place, text in adapter_in(folder).selects.items():
        if not text.startswith(GRAIN):
            yield f"{place} does not begin with {GRAIN!r}"
        if EVERY_COLUMN.search(re.sub(r"--.*", "", text)):
            yield f"{place} selects *: name the columns"


@_check
def each_select_yields_what_its_table_has(folder: Traversable) -> Iterator[str]:
    """Over empty sources each SELECT is understood; a table's yields its columns as text, and no other."""
    adapter = adapter_in(folder)
    for name, types in _made(folder, adapter, _empty(adapter)).types.items():
        texts = dict.fromkeys(columns_made(adapter, name), "VARCHAR")
        number = COUNTED[-1] if name == SOURCE_ROWS else LEADS[0]
        for column, kind in {**texts, number: "BIGINT"}.items():
            if types.get(column) != kind:
                yield f"{name}.sql: {column} is {types.get(column, 'not there')}, not {kind}"
        if extra := types.keys() - texts.keys() - {APPROXIMATED}:
            yield f"{name}.sql yields columns of no use: {listed(extra)}"


@_check
def nothing_comes_of_nothing(folder: Traversable) -> Iterator[str]:
    """Over empty sources no row comes out, and no row is counted."""
    adapter = adapter_in(folder)
    made = _made(folder, adapter, _empty(adapter))
    for table in adapter.tables:
        if made.rows[table]:
            yield f"{table}.sql yields {len(made.rows[table])} rows of empty sources"
    if told := sum(counted(made).values()):
        yield f"{SOURCE_ROWS}.sql counts {told} rows of empty sources"


@_check
def the_example_makes_rows_of_every_table(folder: Traversable) -> Iterator[str]:
    """The example shows each table that the adapter yields; else nothing would be tried on it."""
    adapter = adapter_in(folder)
    made = _made(folder, adapter, example_of(folder, adapter))
    yield from (f"the example makes no row of {table}" for table in adapter.tables if not made.rows[table])


@_check
def every_row_leads_to_a_source(folder: Traversable) -> Iterator[str]:
    """Each row names the file and the row of a source from which its table comes."""
    adapter = adapter_in(folder)
    rows = _odd(folder, adapter)
    yield from astray(adapter, rows, _made(folder, adapter, rows))


@_check
def a_row_of_a_source_makes_one_row_of_a_table(folder: Traversable) -> Iterator[str]:
    """No two rows of a table lead to one row of a source; results have no id, so not even to one number."""
    adapter = adapter_in(folder)
    made = _made(folder, adapter, _odd(folder, adapter))
    for table in adapter.tables:
        has_id = bool(DELIVERABLE[table].delivered_key)
        names = [lead if has_id else lead[0] for lead in (row[-len(LEADS) :] for row in made.rows[table])]
        if twice := len(names) - len(set(names)):
            yield f"{table}.sql: {twice} rows have the place that another has in the delivery"


@_check
def every_source_row_is_counted(folder: Traversable) -> Iterator[str]:
    """What is delivered is what comes into a table and what is out of scope, whatever the cells say."""
    adapter = adapter_in(folder)
    rows = _odd(folder, adapter)
    made = _made(folder, adapter, rows)
    yield from miscounted(adapter, rows, made)
    told = [(source, meaning) for source, meaning, *_ in made.rows[SOURCE_ROWS]]
    if len(told) > len(set(told)) or any(None in one for one in told):
        yield f"{SOURCE_ROWS}.sql does not tell each meaning of a source in one row"


@_check
def an_optional_source_may_be_absent_or_empty(folder: Traversable) -> Iterator[str]:
    """Without a source that need not be there, and with none of its rows, the rest is the same."""
    adapter = adapter_in(folder)
    example = example_of(folder, adapter)
    for source in adapter.sources:
        if source.is_required:
            continue
        absent = _made(folder, adapter, {name: rows for name, rows in example.items() if name != source.name})
        empty = _made(folder, adapter, {**example, source.name: []})
        for table, rows in empty.rows.items():
            if table != SOURCE_ROWS and rows != absent.rows.get(table, []):
                yield f"{table}.sql tells an absent {source.name} from an empty one"


@_check
def an_optional_column_may_be_absent(folder: Traversable) -> Iterator[str]:
    """Where a source has its required columns alone, every row is counted and leads back."""
    adapter = adapter_in(folder)
    example = example_of(folder, adapter)
    for source in adapter.sources:
        lacking = dict.fromkeys(
            _columns_of(source, example[source.name]) if source.fields else source.optional_columns
        )
        rows = {**example, source.name: [{**row, **lacking} for row in example[source.name]]}
        made = _made(folder, adapter, rows)
        for fault in (*astray(adapter, rows, made), *miscounted(adapter, rows, made)):
            yield f"without the optional columns of {source.name}: {fault}"


@_check
def the_same_rows_come_out_again(folder: Traversable) -> Iterator[str]:
    """The same delivery makes the same rows each time, in whatever order the rows are read."""
    adapter = adapter_in(folder)
    rows = _odd(folder, adapter)
    again = _made(folder, adapter, rows, backwards=True)
    yield from _differing(_made(folder, adapter, rows), again, "yields other rows when run again")


@_check
def the_order_of_columns_does_not_matter(folder: Traversable) -> Iterator[str]:
    """A source whose columns stand in another order makes the same rows."""
    adapter = adapter_in(folder)
    turned = replace(
        adapter,
        sources=tuple(
            source
            if source.fields
            else replace(
                source,
                required_columns=source.optional_columns[::-1],
                optional_columns=source.required_columns[::-1],
            )
            for source in adapter.sources
        ),
    )
    rows = example_of(folder, adapter)
    backwards = {
        source.name: [dict(reversed(row.items())) for row in rows[source.name]] for source in adapter.sources
    }
    yield from _differing(
        _made(folder, adapter, rows), _made(folder, turned, backwards), "depends on the order of columns"
    )


@_check
def a_table_comes_from_the_sources_it_names(folder: Traversable) -> Iterator[str]:
    """A table's rows are the same without the sources that its description does not name."""
    adapter = adapter_in(folder)
    example = example_of(folder, adapter)
    whole = _made(folder, adapter, example)
    for table, named in adapter.derived_from.items():
        alone = _made(
            folder, adapter, {name: rows if name in named else [] for name, rows in example.items()}
        )
        if alone.rows[table] != whole.rows[table]:
            yield f"{table}.sql reads more than the sources that [tables.{table}] names"


@_check
def its_settings_may_say_anything(folder: Traversable) -> Iterator[str]:
    """Whatever is stated, and where nothing is, every row is counted and leads back."""
    adapter = adapter_in(folder)
    rows = _odd(folder, adapter)
    odd = [
        (path.replace(ANY, cell or ""), name or "", cell or "")
        for path in adapter.settings
        for cell in ODD_CELLS
        for name in ("", cell)
    ]
    for words, settings in (("nothing is stated", []), ("the settings are odd", odd)):
        made = made_of(adapter, rows, settings)
        for fault in (*astray(adapter, rows, made), *miscounted(adapter, rows, made)):
            yield f"where {words}: {fault}"


CHECKS: tuple[Check, ...] = (
    the_description_is_whole,
    the_example_has_every_source,
    each_select_states_its_grain_and_names_its_columns,
    each_select_yields_what_its_table_has,
    nothing_comes_of_nothing,
    the_example_makes_rows_of_every_table,
    every_row_leads_to_a_source,
    a_row_of_a_source_makes_one_row_of_a_table,
    every_source_row_is_counted,
    an_optional_source_may_be_absent_or_empty,
    an_optional_column_may_be_absent,
    the_same_rows_come_out_again,
    the_order_of_columns_does_not_matter,
    a_table_comes_from_the_sources_it_names,
    its_settings_may_say_anything,
)


def _made(folder: Traversable, adapter: Adapter, rows: Rows, *, backwards: bool = False) -> Made:
    """Run an adapter over rows, with the settings of its example."""
    return made_of(adapter, rows, example_settings(folder, adapter), backwards=backwards)


def _empty(adapter: Adapter) -> Rows:
    return {source.name: [] for source in adapter.sources}


def _odd(folder: Traversable, adapter: Adapter) -> Rows:
    """Put odd rows below the example: each has one text in all of its columns, in every source."""
    example = example_of(folder, adapter)
    return {
        source.name: [
            *example[source.name],
            *(
                {column: nested if column in source.nested else cell for column in columns}
                for cell, nested in zip(ODD_CELLS, cycle(ODD_JSON))
            ),
        ]
        for source in adapter.sources
        for columns in [_columns_of(source, example[source.name])]
    }


def _columns_of(source: Source, rows: Sequence[Mapping[str, str | None]]) -> tuple[str, ...]:
    """Name the columns of a source; of one that may have any, those of its example."""
    return tuple(rows[0]) if source.fields and rows else source.columns


def _differing(first: Made, again: Made, how: str) -> Iterator[str]:
    yield from (f"{name}.sql {how}" for name in first.rows if first.rows[name] != again.rows[name])

"""Which fields an adapter reads of a source that may have columns of any name: what a step of it says.

Not here: loading them (`bpp_etl/reading/any_columns.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpp_etl.adapters.description import Adapter
from bpp_etl.adapters.run import relations
from bpp_etl.adapters.settings import SettingRow
from bpp_etl.warehouse.connection import Connection, quoted


@dataclass(frozen=True)
class Fields:
    """The fields that an adapter knows of a source, in small letters, as a header is read.

    `read` are those that its SQL sees, `identifying` those that tell who somebody is, and are never read.
    `beside` names the column that a field is beside every cell.
    """

    known: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    identifying: frozenset[str] = frozenset()
    beside: Mapping[str, str] = field(default_factory=dict)


def fields_of(
    con: Connection, adapter: Adapter, delivered: Mapping[str, str], settings: Sequence[SettingRow]
) -> dict[str, Fields]:
    """Let an adapter name the fields of each such source; `delivered` are the relations of the others.

    The connection reaches no file afterwards. Errors: AdapterError.
    """
    found: dict[str, Fields] = {}
    with relations(con, adapter, delivered, settings):
        for source in (one for one in adapter.sources if one.fields):
            named = con.execute(
                "select lower(trim(field)), bool_or(is_read), bool_or(is_identifier), min(beside)"
                f" from {quoted(str(source.fields))} where field is not null group by all"
            ).fetchall()
            found[source.name] = Fields(
                known=frozenset(name for name, *_ in named),
                read=frozenset(name for name, is_read, *_ in named if is_read),
                identifying=frozenset(name for name, _, is_identifier, _ in named if is_identifier),
                beside={name: beside for name, *_, beside in named if beside in source.beside},
            )
    return found

"""Writes into a release which definitions were applied, with every number that they set.

Not here: applying them (`bpp_etl/events`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bpp_etl.events import Protocol
from bpp_etl.events.derive import sort_protocols
from bpp_etl.events.protocol import told_value
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.ddl import insert_rows


def write_protocols(con: Connection, protocols: Sequence[Protocol]) -> None:
    """Tell in `meta` every definition that was applied, with all that it sets and where that comes from."""
    judged, comparisons = sort_protocols(protocols)
    applied = (*judged, *comparisons.values())
    insert_rows(
        con,
        "meta",
        "protocol",
        [
            (
                position,
                protocol.name,
                protocol.kind,
                protocol.digest,
                protocol.title,
                " ".join(protocol.summary.split()),
                list(protocol.limits),
                protocol.citation,
                protocol.doi,
            )
            for position, protocol in enumerate(applied, start=1)
        ],
    )
    insert_rows(
        con,
        "meta",
        "protocol_parameter",
        [
            (protocol.name, position, name, told_value(setting.value), setting.unit or None, setting.source)
            for protocol in applied
            for position, (name, setting) in enumerate(protocol.settings.items(), start=1)
        ],
    )

"""What was read of a delivery: kept beside its rows for the gate, and told by one process to another.

Not here: reading it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.landing.registry_config import recalled as recalled_config
from bpp_etl.reading.problems import DeliveryProblem
from bpp_etl.warehouse.connection import Connection, is_there, one_value


@dataclass(frozen=True)
class SideTable:
    """What became of the rows of one side table.

    `source_rows` are those that the adapter yields of the table. Of the side table's own `rows` some
    `completed` a row of the source, some were `added`, and the others say nothing that the source lacks.
    `strangers` are those among the added whose key the source lacks; where rows have no key there are none.
    `row_numbers` are the first of them in `file`, the first of the `files` that have any.
    """

    table: str
    rows: int
    source_rows: int = 0
    completed: int = 0
    added: int = 0
    strangers: int = 0
    file: str = ""
    row_numbers: tuple[int, ...] = ()
    files: int = 0

    def in_words(self) -> str:
        """Say what became of its rows."""
        if not self.source_rows:
            return f"{self.table}: {self.rows} added, the source has none"
        told = [f"{self.completed} completed a row of the source", f"{self.added} added"]
        others = self.rows - self.completed - self.added
        told += [f"{others} said nothing that the source lacks"] if others else []
        return f"{self.table}: of {self.rows}, {', '.join(told)}"


@dataclass(frozen=True)
class ReadDelivery:
    """What was read: configuration, rows of each table, problems, and columns that were left out.

    `empty_rows` are those of each table, or of an adapter's source, without a filled cell: they are no rows.
    Digests are of what was read: what changes while it is read, or afterwards, shows as a change; that of
    the files alone leaves out what the registry states.
    `adapter_digest` is that of an adapter from outside, else empty. `headers` has the columns of the files as
    they are named there, for whoever stands at the terminal: without a header a file begins with a patient.
    `files` counts what was read, a folder or a sheet as one; `passed_over` are files of an adapter's standard
    of which it reads nothing. `left_out` are the rows of patients who were
    erased: they are not among `rows`. `pseudonym_key` is the fingerprint of the key of pseudonyms, and
    `treated` names all that was done to ids. `side_tables` lay beside an adapter's files. `renamed` has, of
    each table with a header, the columns that [rename] speaks of and that a file has, with the rows of those.
    """

    config: RegistryConfig
    rows: dict[str, int]
    problems: tuple[DeliveryProblem, ...]
    extra_columns: tuple[tuple[str, str], ...]
    identifier_columns: tuple[tuple[str, str], ...]
    unknown_files: tuple[str, ...]
    input_digest: str
    adapter_digest: str = ""
    empty_rows: Mapping[str, int] = field(default_factory=dict)
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    files: int = 0
    passed_over: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    pseudonym_key: str = ""
    treated: str = ""
    side_tables: tuple[SideTable, ...] = ()
    files_digest: str = ""
    renamed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def remember(con: Connection, delivery: Delivery, found: ReadDelivery) -> None:
    """Write down what was read, without the headers: one may be a patient's row."""
    told = {"delivery": [delivery.registry, delivery.name], "read": as_told(replace(found, headers={}))}
    con.execute(
        "create table raw.read_delivery as select $told::varchar as told",
        {"told": json.dumps(told, default=str)},
    )


def recall(con: Connection, delivery: Delivery) -> ReadDelivery | None:
    """Return what was read of a delivery; None where the working file holds another."""
    told: dict[str, Any] = json.loads(str(one_value(con, "select told from raw.read_delivery")))
    if told.get("delivery") != [delivery.registry, delivery.name]:
        return None
    return recalled(told["read"])


def pseudonym_key_in(con: Connection) -> str:
    """Return the fingerprint of the key by which ids of an open working file are pseudonyms, or nothing."""
    return _told_in(con, "pseudonym_key")


def files_digest_in(con: Connection) -> str:
    """Return the digest of the files that an open working file was made of; nothing of an earlier version."""
    return _told_in(con, "files_digest")


def _told_in(con: Connection, what: str) -> str:
    if not is_there(con, "raw", "read_delivery"):  # of an earlier version
        return ""
    told: dict[str, Any] = json.loads(str(one_value(con, "select told from raw.read_delivery")))
    return str(told["read"].get(what, ""))


def format_in(con: Connection) -> str:
    """Return the format that the delivery of an open working file was read as."""
    told: dict[str, Any] = json.loads(str(one_value(con, "select told from raw.read_delivery")))
    return str(told["read"]["config"]["format"])


def as_told(found: ReadDelivery) -> dict[str, Any]:
    """Return what was read as JSON has it, with days as text."""
    return asdict(found)


def recalled(found: Mapping[str, Any]) -> ReadDelivery:
    """Make what was read again of its fields, as `as_told` and JSON have them."""
    return ReadDelivery(
        config=recalled_config(found["config"]),
        rows=found["rows"],
        empty_rows=found["empty_rows"],
        problems=tuple(
            # A working file of an earlier version names no columns.
            DeliveryProblem(**{**problem, "columns": tuple(problem.get("columns", ()))})
            for problem in found["problems"]
        ),
        extra_columns=tuple((table, column) for table, column in found["extra_columns"]),
        identifier_columns=tuple((table, column) for table, column in found["identifier_columns"]),
        unknown_files=tuple(found["unknown_files"]),
        input_digest=found["input_digest"],
        adapter_digest=found["adapter_digest"],
        headers={table: tuple(names) for table, names in found["headers"].items()},
        # A working file of an earlier version has none of these.
        files=found.get("files", 0),
        passed_over=tuple(found.get("passed_over", ())),
        left_out=found.get("left_out", {}),
        pseudonym_key=found.get("pseudonym_key", ""),
        treated=found.get("treated", ""),
        side_tables=tuple(
            SideTable(**one | {"row_numbers": tuple(one["row_numbers"])})
            for one in found.get("side_tables", ())
        ),
        files_digest=found.get("files_digest", ""),
        renamed=found.get("renamed", {}),
    )

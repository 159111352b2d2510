"""What differs between two releases, as data: deliveries, software, patients, rows, rules, headline numbers.

Not here: laying it out on a terminal (`release/told.py`) or on a page (`bpp_etl/report`). Counts only; nobody
is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckdb import BinderException, CatalogException

from bpp_etl.difference.changes import CATALOGS, EARLIER, RowChange, is_in_both, row_changes, selected
from bpp_etl.difference.headlines import UNCHANGED, Headlines, Row, headlines_of
from bpp_etl.difference.movers import MovedBy, Movers
from bpp_etl.difference.moves import Move, patient_moves
from bpp_etl.errors import BppError
from bpp_etl.landing.stated_keys import restated
from bpp_etl.warehouse.connection import Connection, attach_read_only, one_row, opened_read_only

UNKNOWN = "came again with other files or configuration"
"""What is said of a delivery where a release does not tell what its registry stated."""


@dataclass(frozen=True)
class RuleChange:
    """A rule that a registry's newest delivery breaks, or that the one before broke: how often either did."""

    registry: str
    table: str
    rule: str
    before: int
    after: int

    @property
    def course(self) -> str:
        """Say in words whether the breach is new, is gone, or is still there."""
        if self.before == 0:
            return "NEW"
        return "STILL THERE" if self.after else "RESOLVED"


@dataclass(frozen=True)
class Difference:
    """What differs; `protocols` are those that both releases applied.

    `redated` counts candidates by protocol, `withdrawn` patients with a call in the one before who have
    another or none.
    `deliveries` are registries with what became of a delivery of theirs, in words; `numbers` all
    estimates that moved, each with what moved it.
    """

    before: str
    after: str
    protocols: tuple[str, ...]
    deliveries: tuple[tuple[str, str], ...]
    software: tuple[str, ...]
    moves: tuple[Move, ...]
    redated: Mapping[str, int]
    withdrawn: Mapping[str, int]
    rows: tuple[RowChange, ...]
    rules: tuple[RuleChange, ...]
    headlines: Mapping[str, Headlines]
    numbers: tuple[tuple[Row, MovedBy], ...]


def difference_of(before: Path, after: Path) -> Difference:
    """Compare two release files.

    Errors: BppError where they hold other tables.
    """
    with opened_read_only(after) as con:
        return difference_since(con, before)


def difference_since(con: Connection, before: Path) -> Difference:
    """Compare the release that is open with the file of one before it.

    Errors: BppError where they hold other tables.
    """
    attach_read_only(con, before, EARLIER)
    try:
        return _difference(con)
    except (BinderException, CatalogException):
        raise BppError(
            "the two releases hold other tables: versions of the software too far apart made them",
            "compare releases that lie closer together",
        ) from None
    finally:
        con.execute(f"detach {EARLIER}")


def _difference(con: Connection) -> Difference:
    before, after = (_release(con, catalog) for catalog in CATALOGS)
    protocols = tuple(name for name in before["protocols"] if name in after["protocols"])
    changes = row_changes(con)
    estimates = [row for row in selected(con, "estimate_change") if row["protocol"] in protocols]
    deliveries = selected(con, "delivery_change")
    movers = Movers(
        con,
        changes,
        sent={row["registry"] for row in deliveries if _is_of_another_delivery(row)},
        judged={row["registry"] for row in deliveries if row["is_judged_anew"]},
        protocols={one for one in protocols if before["protocols"][one] != after["protocols"][one]},
    )
    of_protocols: dict[str, object] = {"protocols": list(protocols)}
    return Difference(
        before=before["release_id"],
        after=after["release_id"],
        protocols=protocols,
        deliveries=tuple(_deliveries(deliveries, _read_anew(con))),
        software=tuple(_software(before, after)),
        moves=tuple(patient_moves(con, protocols)),
        redated={row["protocol"]: int(row["candidates"]) for row in selected(con, "redated", of_protocols)},
        withdrawn={row["protocol"]: int(row["patients"]) for row in selected(con, "withdrawn", of_protocols)},
        rows=tuple(changes),
        rules=tuple(_rules(con)),
        headlines={
            protocol: headlines_of([row for row in estimates if row["protocol"] == protocol], movers)
            for protocol in protocols
        },
        numbers=tuple((row, movers.of(row)) for row in estimates if row["course"] != UNCHANGED),
    )


def _release(con: Connection, catalog: str) -> dict[str, Any]:
    release_id, protocols, version, digest = one_row(
        con, f"select release_id, protocols, code_version, content_digest from {catalog}.meta.release"
    )
    return {
        "release_id": release_id,
        "protocols": dict(one.rsplit(":", 1) for one in protocols),
        "code version": version,
        "content digest": digest,
    }


def _rules(con: Connection) -> list[RuleChange]:
    return [
        RuleChange(
            row["registry"], row["table"], row["rule"], int(row["broken_before"]), int(row["broken_after"])
        )
        for row in selected(con, "rule_change")
    ]


def _is_of_another_delivery(row: Mapping[str, Any]) -> bool:
    return bool(row["admitted_before"] != row["admitted_after"] or row["has_other_files"])


def _read_anew(con: Connection) -> dict[str, str]:
    """Say of each registry with an admitted delivery in both releases what of it is another now."""
    if not is_in_both(con, "quality.statement", ("stated", "digest")):
        return {}
    found = [
        {
            registry: dict(zip(stated, digests, strict=True))
            for registry, stated, digests in con.execute(
                "select registry, list(stated order by stated), list(digest order by stated)"
                f" from {catalog}.quality.statement where delivery_status = 'admitted' group by registry"
            ).fetchall()
        }
        for catalog in CATALOGS
    ]
    before, after = found
    return {one: restated(before[one], after[one]).in_words() for one in before if one in after}


def _deliveries(rows: Iterable[Mapping[str, Any]], anew: Mapping[str, str]) -> list[tuple[str, str]]:
    lines = []
    for row in rows:
        before, after, shut = row["admitted_before"], row["admitted_after"], row["shut_after"]
        told = []
        if before is None and after is not None:
            told.append(f"entered with delivery {after}")
        elif after is None and before is not None:
            told.append(f"left; its delivery was {before}")
        elif before != after:
            told.append(f"delivery {before} -> {after}")
        elif row["has_other_files"]:
            told.append(f"delivery {after} {anew.get(row['registry'], UNKNOWN)}")
        elif row["is_judged_anew"] and after is not None:
            told.append(f"delivery {after} was judged again by other rules")
        if shut != row["shut_before"]:
            stays = f"; {after} stays in service" if after is not None else ""
            told.append(
                f"gate shut for {shut}{stays}" if shut else f"{row['shut_before']} is no longer shut out"
            )
        lines += [(row["registry"], one) for one in told]
    return lines


def _software(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    name = "code version"
    lines = [f"{name}: {before[name]} -> {after[name]}"] if before[name] != after[name] else []
    ours, theirs = before["protocols"], after["protocols"]
    lines += [f"protocol {name}: no longer applied" for name in ours if name not in theirs]
    lines += [f"protocol {name}: newly applied" for name in theirs if name not in ours]
    lines += [
        f"protocol {name}: other parameters" for name in ours if name in theirs and ours[name] != theirs[name]
    ]
    if not lines and before["content digest"] == after["content digest"]:
        lines.append("no change; the content is the same")
    return lines

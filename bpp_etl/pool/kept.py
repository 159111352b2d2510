"""What sites keep under disclosure control, and between what the sum of all sites lies therefore.

Not here: which counts are kept; a share decides that (`bpp_etl/disclosure`). A bound is made of what shares
tell, and of what holds of any patients: a part is no larger than its whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpp_etl.pool.site import Site
from bpp_etl.pool.together import Together, row_key
from bpp_etl.share.pooling import RowKey as Key
from schemas.contract import key_of
from schemas.metric import METRIC_TABLES
from schemas.sums import INCIDENCE, MOMENTS, PARTS

WHOLE_OF = {"events": "patients", "counted": "total", "time_points": "total", "patients": "total"}
"""Quantity -> the one of the same row that it is a part of."""

PARTS_OF_ALL = ("registry=", "her2=", "her2_at_start=", "evidence=", "flags=", "flag!=", "status=")
"""How the strata begin that are parts of all; of another the stratum of all is of others."""

OF_A_FIRST_LINE = (
    *("progression_free_survival", "overall_survival", "landmark_", "time_dependent_", "cadence_"),
    *("pseudoprogression_incidence", "first_lines_", "agreement_protocol", "pseudoprogression_cadence_"),
)
"""How the metrics begin whose patients need no candidate."""
OF_NO_PEOPLE = ("cadence_on_time_share", "_of_lesions")
"""How the metrics end whose events are CTs or lesions: a patient may have several."""


def kept_rows(together: Together) -> Iterator[dict[str, Any]]:
    """Yield every count that a site keeps, with the sites and the bounds of the sum."""
    parents = {
        row_key(row)[:1] + row_key(row)[2]: str(row.values["parent_step"])
        for row in together.rows
        if row.table == "flow" and row.values["parent_step"] is not None
    }
    rows = dict.fromkeys(key for site in together.sites for key in site.sums.rows)
    for key in rows:
        protocol, table, row = key
        sites = together.sites_of(row)
        counts = dict.fromkeys(
            quantity
            for _, site in sites
            for quantity, day in site.sums.rows.get(key, {})
            if day == 0 and quantity not in (*PARTS, *MOMENTS)
        )
        for quantity in counts:
            kept = [(number, site) for number, site in sites if _is_kept(site, key, quantity)]
            if not kept:
                continue
            told = sum(site.sums.value(*key, quantity) or 0.0 for _, site in sites)
            least = sum(least_of(site, key, quantity) for _, site in kept)
            most = [
                most_of_step(site, (protocol, *row), parents)
                if table == "flow"
                else most_of(site, key, quantity)
                for _, site in kept
            ]
            yield {
                "protocol": protocol,
                "table": table,
                "row": list(row),
                "quantity": quantity,
                "sites": [number for number, _ in kept],
                "lowest": told + least,
                "highest": None if None in most else told + sum(one for one in most if one is not None),
            }


def _is_kept(site: Site, key: Key, quantity: str) -> bool:
    of = site.sums.rows.get(key, {})
    return (quantity, 0) in of and of[quantity, 0] is None


def least_of(site: Site, key: Key, quantity: str) -> float:
    """Return the least that a count can be which a site keeps: what its share tells of a part of it, or 0."""
    parts = [part for part, whole in _whole_of(key).items() if whole == quantity]
    told = [site.sums.value(*key, part) for part in parts]
    return max((one for one in told if one is not None), default=0.0)


def most_of_step(site: Site, step: tuple[str, ...], parents: Mapping[tuple[str, ...], str]) -> float | None:
    """Return the most who can have come to a step of the flow: what its parent leaves beside the others."""
    protocol, *row = step
    told = site.sums.value(protocol, "flow", row, "patients")
    if told is not None or step not in parents:
        return told
    whole = most_of_step(site, (*step[:2], parents[step]), parents)
    if whole is None:
        return None
    siblings = [
        site.sums.value(protocol, "flow", other[1:], "patients")
        for other, parent in parents.items()
        if other[:2] == step[:2] and parent == parents[step]
    ]
    return whole - sum(one for one in siblings if one is not None)


def most_of(site: Site, key: Key, quantity: str) -> float | None:
    """Return the most that a count can be which a site keeps; None where its share does not bound it."""
    protocol, table, row = key
    whole_of = _whole_of(key)
    names = [quantity, *([whole_of[quantity]] if quantity in whole_of else [])]
    bounds = [site.sums.value(*key, name) for name in names]
    all_of = _of_all(table, row)
    if all_of is not None:
        bounds += [site.sums.value(protocol, table, all_of, name) for name in names]
    is_of_people = quantity == "patients" or (quantity == "events" and quantity in whole_of)
    if is_of_people and "lesion" not in row[0]:
        bounds.append(_everybody(site, protocol, table, row))
    return min((one for one in bounds if one is not None), default=None)


def _whole_of(key: Key) -> Mapping[str, str]:
    """Return which quantity of a row is a part of which; events that are no patients are part of none."""
    is_of_people = not key[2][0].endswith(OF_NO_PEOPLE)
    return {part: whole for part, whole in WHOLE_OF.items() if part != "events" or is_of_people}


def _of_all(table: str, row: tuple[str, ...]) -> tuple[str, ...] | None:
    """Name the same row of everybody, where its stratum is a part of them."""
    key = ("metric", "stratum") if table == INCIDENCE else key_of(METRIC_TABLES[table])[1:]
    if "stratum" not in key:
        return None
    place = key.index("stratum")
    if not row[place].startswith(PARTS_OF_ALL):
        return None
    return (*row[:place], "all", *row[place + 1 :])


def _everybody(site: Site, protocol: str, table: str, row: tuple[str, ...]) -> float | None:
    """Return how many patients the site has of whom the row could be.

    Most metrics are of candidates, some of everyone with a first line; the refused are of the delivered.
    """
    if row[0].endswith("_with_refused"):
        steps = ["delivered"]
    elif table == "estimate" and not row[0].startswith(OF_A_FIRST_LINE):
        steps = ["candidate", "admitted"]
    else:
        steps = ["admitted"]
    told = [site.sums.value(protocol, "flow", ("all", step), "patients") for step in steps]
    return min((one for one in told if one is not None), default=None)

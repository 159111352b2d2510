"""A reader of a share of several protocols: who is one patient under each, and who is called so by both.

Not here: what one protocol alone gives away (`attacker.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.unit.share.attacker import Known, Name, Row, Tables
from tests.unit.share.attacker_of_tables import read

OF_ALL = ("admitted", "no_first_line", "first_line")
"""Whom no protocol counts otherwise than another of the same days."""
NESTED = {
    "pseudoprogression": (
        *("pseudoprogression", "progressed", "died", "alp pseudoprogression"),
        *("alp decreased", "alp stable", "alp increased", "alp not increased"),
    ),
    "true_progression": ("true_progression", "alp true_progression"),
    "indeterminate": ("indeterminate",),
}
"""State -> the counts of whoever is in it."""


def read_together(tables: Tables, protocols: Sequence[str], stricter: Iterable[tuple[str, str]]) -> Known:
    """Read the tables of a share of several protocols.

    `stricter` are pairs of protocols that differ in how much confirms: whoever the first calls a
    pseudoprogression the second does too, and whoever the second leaves open the first does.
    """
    both = Known()
    for protocol in protocols:
        own: dict[str, Sequence[Row]] = defaultdict(list)
        for table, rows in tables.items():
            own[table] = [row for row in rows if row["protocol"] == protocol]
        one = read(own)
        for name in one.names:
            both.tell((protocol, *name), one.values.get(name))
            both.narrow((protocol, *name), one.least.get(name, 0.0), one.most.get(name, 1e9))
        both.sums |= {
            ((protocol, *total), tuple((protocol, *part) for part in parts)) for total, parts in one.sums
        }
        both.within |= {((protocol, *part), (protocol, *whole)) for part, whole in one.within}
        # In the tables of agreement the other protocol's calls stand under its name.
        for name in one.names:
            other, _, call = name[0].partition(" ")
            if other in protocols and name[1:] == ("all",):
                both.tell((other, call, "all"), None)
                _tie(both, (protocol, *name), (other, call, "all"))
    _tie_patients(both, protocols)
    _nest(both, stricter)
    return both


def _tie_patients(both: Known, protocols: Sequence[str]) -> None:
    """Note which counts are of the same patients under every protocol."""
    first, *others = protocols
    for name in [one[1:] for one in both.names if one[0] == first]:
        is_of_all = name[0] == "baseline" and name[-1] == "all" and "lesion" not in name[1]
        if name[0] in OF_ALL or is_of_all:
            for protocol in others:
                if (protocol, *name) in both.names:
                    _tie(both, (first, *name), (protocol, *name))


def _nest(both: Known, stricter: Iterable[tuple[str, str]]) -> None:
    """Note which counts of a protocol are part of another's."""
    for strict, lax in stricter:
        for state, groups in NESTED.items():
            inner, outer = (strict, lax) if state == "pseudoprogression" else (lax, strict)
            for _, *name in [one for one in both.names if one[0] == inner]:
                if name[0] in groups or (name[0] == "baseline" and name[-1] == f"state={state}"):
                    both.limit((inner, *name), (outer, *name))


def _tie(known: Known, one: Name, other: Name) -> None:
    """Note that two counts are of the same patients: what is told of one is told of the other."""
    for told, of in ((one, other), (other, one)):
        if told in known.values:
            known.tell(of, known.values[told])
    known.add(one, [other])

"""The rules that need other rows, each a SELECT file in `gate/sql` of the rule's name.

Not here: what stands in the files, and the rules' declarations, which stand in their table's contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from bpp_etl.gate.row_numbers import Numbers, select_numbers
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.warehouse.connection import Connection, is_there, quoted
from bpp_etl.warehouse.select import Select, drop_relations, read_select, run_step, used_parameters
from schemas.laws import Law, SelectLaw
from schemas.rules import RULES
from schemas.stated import Stated

PACKAGE = "bpp_etl.gate"


@contextmanager
def stood_on(con: Connection, laws: Iterable[Law], delivery: Delivery, stated: Stated) -> Iterator[None]:
    """Hold the relations that the laws stand on, each worked out once, for as long as the laws are judged."""
    names = dict.fromkeys(name for law in laws if isinstance(law, SelectLaw) for name in law.stands_on)
    for name in names:
        if is_there(con, "raw", name):  # of ids that are pseudonyms by now (`admission/ids.py`)
            con.execute(f"create or replace temp view {quoted(name)} as from raw.{quoted(name)}")
        else:
            run_step(con, Select(PACKAGE, name), {**_told_to(name), **_given(delivery, stated)})
    try:
        yield
    finally:
        drop_relations(con, list(names))


def _told_to(name: str) -> Mapping[str, object]:
    """Put together what all laws that stand on a relation tell it, be they judged just now or not."""
    laws = [rule.law for rule in RULES if isinstance(rule.law, SelectLaw) and name in rule.law.stands_on]
    return {key: value for law in laws if isinstance(law, SelectLaw) for key, value in law.parameters.items()}


def breaking(con: Connection, law: SelectLaw, delivery: Delivery, stated: Stated) -> Numbers:
    """Find the rows that break a rule, among what lies in `core` now and what the rule stands on."""
    text = read_select(Select(PACKAGE, law.id))
    return select_numbers(con, text, used_parameters(text, {**law.parameters, **_given(delivery, stated)}))


def _given(delivery: Delivery, stated: Stated) -> Mapping[str, object]:
    return {
        "registry": delivery.registry,
        "delivery_date": delivery.date,
        "has_stable_lesion_ids": stated.has_stable_lesion_ids,
    }

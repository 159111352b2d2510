"""The rules that need other rows, each a SELECT file in `gate/sql` of the rule's name.

Not here: what stands in the files, and the rules' declarations, which stand in their table's contract.
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.gate.row_numbers import Numbers, select_numbers
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.select import Select, read_select, used_parameters
from schemas.laws import SelectLaw

PACKAGE = "bpp_etl.gate"


def breaking(con: Connection, law: SelectLaw, delivery: Delivery) -> Numbers:
    """Find the rows that break a rule, among what lies in `core` now."""
    text = read_select(Select(PACKAGE, law.id))
    given: Mapping[str, object] = {"registry": delivery.registry, "delivery_date": delivery.date}
    return select_numbers(con, text, used_parameters(text, {**law.parameters, **given}))

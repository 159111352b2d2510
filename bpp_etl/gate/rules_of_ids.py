"""The function that tells rows without a patient whose id is only written otherwise than the patient's.

Not here: refusing them (`gate/set_rules.py`), and the rule's declaration (`schemas/record_laws.py`).
"""

from __future__ import annotations

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges
from bpp_etl.pages.plain_text import counted, joined
from bpp_etl.warehouse.connection import quoted
from bpp_etl.warehouse.select import Select, read_select
from schemas.rules import Rule

WRITTEN_OTHERWISE = Select("bpp_etl.gate", "ids_written_otherwise")


@judges("ids_written_otherwise")
def ids_written_otherwise(whole: WholeDelivery, rule: Rule) -> Found:
    """Count the refused rows whose patient is delivered under the same id in other spelling."""
    refused = whole.judged.of(rule.table).counts.get("unknown_patient")
    if refused is None or not refused.broken:
        return Found(0, 0)
    text = read_select(WRITTEN_OTHERWISE).replace("quarantine.child", f"quarantine.{quoted(rule.table)}")
    found = whole.con.execute(text).fetchall()
    rows = sum(int(of_rows) for _, of_rows, _ in found)
    ids = sum(int(of_ids) for *_, of_ids in found)
    told = joined([f"{difference} in {counted(int(of_rows), 'row')}" for difference, of_rows, _ in found])
    words = (
        f"{rows} of {counted(refused.broken, 'row')} of {rule.table} without a patient"
        f" ({counted(ids, 'id')}): a patient has the id but for {told}"
    )
    return Found(refused.broken, rows, words=words)

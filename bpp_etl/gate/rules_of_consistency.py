"""The functions that judge whether columns vary as patients do, and fit what they were treated with.

Not here: scales, days and ids of the whole record (`gate/rules_of_record.py`), and the rules' declarations
(`schemas/consistency_laws.py`).
"""

from __future__ import annotations

from typing import NamedTuple

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges
from bpp_etl.gate.rules_of_first_line import first_line_reading
from bpp_etl.warehouse.connection import one_row, quoted
from bpp_etl.warehouse.select import Select, read_select
from schemas.consistency_laws import NEVER_OF_ALL
from schemas.drug_words import ALSO_IF_LOW, ANTI_HER2, ENDOCRINE
from schemas.rules import Rule


class Codes(NamedTuple):
    """How many rows have a code, how many codes there are, and one of them; none where nothing is judged."""

    rows: int
    different: int
    one: str | None


@judges("code_never_varies")
def code_never_varies(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a table's columns that say one and the same of all to its limit."""
    limit = whole.limit_of(rule)
    if rule.table not in whole.judged.tables:
        return Found(0, 0, limit)
    judged, constant = 0, {}
    for column, never in NEVER_OF_ALL[rule.table].items():
        codes = _codes_of(whole, rule, column)
        if codes.rows < rule.parameters["least_codes"]:
            continue
        judged += 1
        if codes.different == 1 and codes.one in never:
            constant[column] = f"{column} is {codes.one} in all {codes.rows} that say it"
    return Found(judged, len(constant), limit, "; ".join(constant.values()), tuple(constant))


def _codes_of(whole: WholeDelivery, rule: Rule, column: str) -> Codes:
    if column == "extraosseous_response":
        reading = whole.once(first_line_reading)
        is_judged = reading.patients >= rule.parameters["least_patients"]
        rows = reading.cts - reading.unread_cts if is_judged else 0
        return Codes(rows, reading.responses, reading.a_response)
    name = quoted(column)
    counted = f"select count({name}), count(distinct {name}), min({name})::varchar from core.{rule.table}"
    return Codes(*one_row(whole.con, counted))


@judges("drugs_against_receptors")
def drugs_against_receptors(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of kinds of drugs whose patients mostly lack the receptor to its limit."""
    limit = whole.limit_of(rule)
    text = read_select(Select("bpp_etl.gate", "receptors_of_drugs"))
    on_her2, without_her2, on_endocrine, without_receptor = one_row(
        whole.con,
        text,
        {
            "registry": whole.delivery.registry,
            "anti_her2": ANTI_HER2,
            "also_if_low": ALSO_IF_LOW,
            "endocrine": ENDOCRINE,
        },
    )
    kinds = (
        (on_her2, without_her2, "patients on drugs against HER2 have only negative tests"),
        (on_endocrine, without_receptor, "patients on endocrine drugs have neither ER nor PR"),
    )
    least, most = rule.parameters["least_patients"], rule.parameters["most_without"]
    judged = [kind for kind in kinds if kind[0] >= least]
    over = [f"{without} of {treated} {what}" for treated, without, what in judged if without > most * treated]
    return Found(len(judged), len(over), limit, "; ".join(over))

"""The functions that judge whether columns vary as patients do, and fit what they were treated with.

Not here: scales, days and ids of the whole record (`gate/rules_of_record.py`), and the rules' declarations
(`schemas/consistency_laws.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges
from bpp_etl.gate.rules_of_first_line import first_line_reading, progressions
from bpp_etl.warehouse.connection import one_row, quoted
from bpp_etl.warehouse.parsed import parsed
from bpp_etl.warehouse.select import Select, read_select
from schemas.consistency_laws import MUST_OCCUR, NEVER_OF_ALL
from schemas.drug_words import ALSO_IF_LOW, ANTI_HER2, ENDOCRINE
from schemas.rules import Rule

RESPONSE = "extraosseous_response"

Codes = Mapping[str, int]
"""Code -> the rows that say it."""


@judges("code_never_varies")
def code_never_varies(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a table's columns that say one and the same of all to its limit."""
    constant = {}
    judged = _judged(whole, rule, NEVER_OF_ALL)
    for column, codes in judged.items():
        code = next(iter(codes))
        if len(codes) == 1 and code in NEVER_OF_ALL[rule.table][column] and not _is_of_bone(whole, code):
            constant[column] = f"{column} is {code} in all {codes[code]} that say it"
    words = "; ".join(constant.values())
    return Found(len(judged), len(constant), whole.limit_of(rule), words, tuple(constant))


@judges("code_never_occurs")
def code_never_occurs(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a table's columns in which a code that must occur does not to its limit."""
    lacking = {}
    judged = _judged(whole, rule, MUST_OCCUR)
    for column, codes in judged.items():
        missing = [
            " or ".join(kind) for kind in MUST_OCCUR[rule.table][column] if not codes.keys() & set(kind)
        ]
        if missing and len(codes) > 1 and (column != RESPONSE or _is_expected(whole, rule)):
            lacking[column] = (
                f"{column} is {' nor '.join(missing)} in none of {sum(codes.values())} that say it"
            )
    words = "; ".join(lacking.values())
    return Found(len(judged), len(lacking), whole.limit_of(rule), words, tuple(lacking))


def _is_of_bone(whole: WholeDelivery, response: str) -> bool:
    """Say whether a response may be that of all: nothing is outside bone, and bone shows progression."""
    return response == "NON_CR_NON_PD" and whole.once(progressions).in_bone > 0


def _is_expected(whole: WholeDelivery, rule: Rule) -> bool:
    """Say whether enough lines ended by progression, or may have, none of which bone lesions show."""
    found = whole.once(progressions)
    is_ended = found.ended >= rule.parameters["least_ended"]
    is_ended = is_ended or found.ended_without_reason >= rule.parameters["least_without_reason"]
    return is_ended and not found.in_bone


def _judged(whole: WholeDelivery, rule: Rule, asked: Mapping[str, Mapping[str, object]]) -> dict[str, Codes]:
    """Count the codes of the columns asked for, of those that enough rows of enough patients fill."""
    is_enough = whole.once(first_line_reading).patients >= rule.parameters["least_patients"]
    if rule.table not in whole.judged.tables or not is_enough:
        return {}
    found = {column: _codes_of(whole, rule.table, column) for column in asked[rule.table]}
    least = rule.parameters["least_codes"]
    return {column: codes for column, codes in found.items() if sum(codes.values()) >= least}


def _codes_of(whole: WholeDelivery, table: str, column: str) -> Codes:
    if column == RESPONSE:
        counted = read_select(Select("bpp_etl.gate", "first_line_response"))
    else:
        name, source = quoted(column), f"core.{quoted(table)}"
        # Whoever has just begun has baselines, and little else.
        asked = f"{name} <> 'baseline'" if column == "status" else f"{name} is not null"
        counted = f"select {name}::varchar, count(*) from {source} where {asked} group by all"
    return dict(whole.con.execute(parsed(whole.con, counted)).fetchall())


@judges("drugs_against_receptors")
def drugs_against_receptors(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of kinds of drugs whose patients mostly lack the receptor to its limit."""
    limit = whole.limit_of(rule)
    if whole.judged.of(rule.table).admitted < rule.parameters["least_patients"]:
        return Found(0, 0, limit)
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

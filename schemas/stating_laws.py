"""The laws of what registry.toml declares: of its own words, and of what becomes of them in a delivery.

Not here: rows that a declaration fills (`schemas/declared_laws.py`), whether the file can be read at all
(`schemas/delivery_laws.py`), and the functions that judge (`bpp_etl/gate/rules_of_stating.py`).
"""

from __future__ import annotations

from schemas.delivery_laws import whole_delivery
from schemas.laws import DeliveryLaw

STATING_LAWS = (
    DeliveryLaw(
        "code_of_ours_recoded",
        sentence="A code of ours means what it says.",
        exactly="Broken by each entry of [recode] that reads one of our codes as another of the same column; "
        "words of truth, and an analyte by its LOINC, are codes of ours.",
        severity="warn",
        category="plausibility",
        mend="Take the entry out. Where the export means something else by the word, accept it by "
        "[accept.code_of_ours_recoded].",
        on=whole_delivery,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "declaration_fills_nothing",
        sentence="What registry.toml declares is of use.",
        exactly="Broken by a column of [rename] that no file of its table has; by a code of [recode] that no "
        "cell has, where one that is not read is spelt nearly alike, or where none of its column's codes is "
        "there and cells are left unread; by a constant of a column that the export fills; and by an upper "
        "limit of a laboratory that no result of the analyte names.",
        severity="warn",
        category="conformance",
        mend="Correct the name, code or laboratory: bpp check says what the delivery has that is spelt "
        "nearly so. Or take the declaration out.",
        on=whole_delivery,
    ),
)
"""Laid on the delivery."""

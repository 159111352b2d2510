"""The law of how a regimen is spelt, among all regimens of the delivery.

It flags: whether line 2 is maintenance, and where a line begins that is derived from drugs, follows from
names of agents as they are spelt. Not here: the contract of the rows (`schemas/therapy_lines.py`).
"""

from __future__ import annotations

from schemas.examples import Example
from schemas.laws import Law, SelectLaw

TIMES_COMMONER = 10
"""A spelling that is much commoner than one near to it is rather the right one."""

LEAST_LETTERS, LEAST_LETTERS_OF_TWO = 6, 8
"""Of shorter words another letter makes another drug, and of words that are not long two letters do."""

REGIMEN_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "regimen_misspelt",
        sentence="No agent of a regimen is spelt nearly as a much commoner one.",
        exactly=f"Of words of at least {LEAST_LETTERS} letters, in any case, that begin with the same: one "
        "letter is missing, added, another, or exchanged with the next, or two are where both words have at "
        f"least {LEAST_LETTERS_OF_TWO}; and at least {TIMES_COMMONER} times as many lines have the other "
        "word.",
        severity="flag",
        across_patients=True,
        category="conformance",
        mend="Correct the spelling, or recode it in [recode.therapy_lines.regimen] of registry.toml. Nothing "
        "to mend where it is another drug.",
        parameters={
            "times_commoner": TIMES_COMMONER,
            "least_letters": LEAST_LETTERS,
            "least_letters_of_two": LEAST_LETTERS_OF_TWO,
        },
        examples=(
            Example(
                bad=({"patient_id": "{own}", "line_number": "1", "regimen": "Capecitabin"},),
                good=({"patient_id": "{own}", "line_number": "1", "regimen": "Capecitabine"},),
                is_planted=True,
            ),
            Example(
                bad=({"patient_id": "{own}", "line_number": "1", "regimen": "cpaecitabnie"},),
                good=({"patient_id": "{own}", "line_number": "1", "regimen": "cpaectiabnie"},),
            ),
        ),
        columns=("regimen",),
    ),
)

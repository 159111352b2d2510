"""The laws of regimens: how their agents are spelt among all of the delivery, and what is no line by itself.

They flag: whether line 2 is maintenance, and where a line begins that is derived from drugs, follows from
names of agents as they are spelt. Not here: the contract of the rows (`schemas/therapy_lines.py`), and the
words that name agents (`schemas/drug_words.py`).
"""

from __future__ import annotations

from schemas.drug_words import BESIDE_BONE_AGENT, BONE_AGENT
from schemas.examples import Example
from schemas.laws import Law, SelectLaw

TIMES_COMMONER = 10
"""A spelling that is much commoner than one near to it is rather the right one."""

LEAST_LETTERS, LEAST_LETTERS_OF_TWO = 6, 8
"""Of shorter words another letter makes another drug, and of words that are not long two letters do."""

REGIMEN_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "bone_agent_as_line",
        sentence="A line of systemic treatment is more than agents that protect bones.",
        exactly="Broken by a regimen whose words are such agents alone: denosumab, and zoledronic, "
        "pamidronic, ibandronic, clodronic, alendronic and risedronic acid with their salts and names; "
        "doses, routes and intervals are passed over. As a line it ends the line before.",
        severity="flag",
        category="plausibility",
        mend="Leave it out of the lines, and number those that are left without a gap; or name what was "
        "given beside it.",
        among="regimen is not null",
        parameters={"bone_agent": BONE_AGENT, "beside_bone_agent": BESIDE_BONE_AGENT},
        examples=(
            Example(
                bad=({"patient_id": "{own}", "line_number": "1", "regimen": "Denosumab 120 mg q4w"},),
                good=(
                    {"patient_id": "{own}", "line_number": "1", "regimen": "Denosumab 120 mg + letrozole"},
                ),
                is_planted=True,
            ),
            Example(
                bad=({"patient_id": "{own}", "line_number": "1", "regimen": "zoledronic acid, XGEVA"},),
                good=({"patient_id": "{own}", "line_number": "1", "regimen": "acid"},),
            ),
        ),
        columns=("regimen",),
    ),
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

"""The laws of what one report says of a bone lesion: its build, its status and its lysis fit each other.

All flag: none decides which of them is right. Not here: a lesion among what was reported of it before
(`schemas/lesion_laws.py`), and the contract of the rows (`schemas/bone_lesions.py`).
"""

from __future__ import annotations

import polars as pl

from schemas.examples import example
from schemas.laws import Law, RowLaw

HAS_MORE_LYSIS = pl.col("lysis_change") == "increased"

LESION_ROW_LAWS: tuple[Law, ...] = (
    RowLaw(
        "resolved_but_lysis",
        sentence="A lesion that is resolved has no more lysis than before.",
        severity="flag",
        category="plausibility",
        mend="Correct status or lysis_change: both speak of the same examination.",
        holds=~((pl.col("status") == "resolved") & HAS_MORE_LYSIS),
        examples=(
            example(
                {"status": "resolved", "morphology": "unknown", "lysis_change": "increased"},
                {"status": "resolved", "morphology": "unknown", "lysis_change": "decreased"},
                planted=True,
            ),
            example(
                {"status": "resolved", "lysis_change": "increased"},
                {"status": "stable", "lysis_change": "increased"},
            ),
        ),
    ),
    RowLaw(
        "dense_but_lysis",
        sentence="A lesion that is osteoblastic has no lytic part that increases.",
        exactly="A lesion with a lytic part is mixed. The lysis counts as progression all the same.",
        severity="flag",
        category="plausibility",
        mend="Correct the build where a part of the lesion is lytic: it is then mixed or osteolytic; else "
        "correct lysis_change, which does not speak of sclerosis.",
        holds=~((pl.col("morphology") == "osteoblastic") & HAS_MORE_LYSIS),
        examples=(
            example(
                {"morphology": "osteoblastic", "status": "stable", "lysis_change": "increased"},
                {"morphology": "osteoblastic", "status": "stable", "lysis_change": "none"},
                planted=True,
            ),
            example(
                {"morphology": "osteoblastic", "status": "larger", "lysis_change": "increased"},
                {"morphology": "mixed", "status": "larger", "lysis_change": "increased"},
            ),
            example(
                {"morphology": "osteoblastic", "status": "stable", "lysis_change": "increased"},
                {"morphology": "osteoblastic", "status": "stable", "lysis_change": "decreased"},
            ),
        ),
    ),
)

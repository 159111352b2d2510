"""That somebody was erased stays in the house: a share neither lists its rule nor names what was done to ids.

Not here: the erasure (`tests/unit/erasure`), and the small counts of a share (`test_publish.py`).
"""

from __future__ import annotations

from bpp_etl.disclosure.quality import OF_THE_ERASED, quality_told
from schemas.rules import RULES

OURS = "0.2.0+0123456789ab"
DELIVERY = {
    "registry": "tiny",
    "code_version": f"{OURS}.fedcba987654.p0a1b2c3d4e5f.e00112233aabb",
    "contact": "Someone",
    "why": [],
    "messages": [],
    "warned": [f"delivery.{OF_THE_ERASED}", "patients.sex_implausible"],
    "warnings": ["1 patient who was erased is delivered again", "12 of 20 are men"],
}
RULE = {"registry": "tiny", "table": "delivery", "judged": 30, "broken": 20}


def test_a_share_does_not_tell_that_somebody_was_erased() -> None:
    assert OF_THE_ERASED in {rule.id for rule in RULES}
    told = quality_told(
        {
            "table_count": [],
            "delivery": [DELIVERY],
            "rule_result": [{**RULE, "rule": OF_THE_ERASED}, {**RULE, "rule": "sex_implausible"}],
        },
        threshold=1,
    )
    assert [row["rule"] for row in told["rule_result"]] == ["sex_implausible"]
    (delivery,) = told["delivery"]
    assert delivery["code_version"] == OURS
    assert delivery["warned"] == ["patients.sex_implausible"]
    assert (delivery["contact"], delivery["warnings"]) == (None, [])

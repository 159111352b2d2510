"""Lytic lesions of which nobody wrote down whether they grew: told by the gate.

Not here: CTs without a response (`test_response_not_recorded.py`), and what a single CT then confirms
(`tests/spec/test_rule_progression_not_read.py`).
"""

from pathlib import Path

import pytest

from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import gated


def lesions(*changes: str) -> str:
    """Write lytic lesions on A's first CT, one for each change, beside others that have none to record."""
    header = TINY["bone_lesions"].split("\n", 1)[0]
    rows = [
        f"A1,L{place},rib,{'mixed' if place % 2 else 'osteolytic'},stable,{cell},false"
        for place, cell in enumerate(changes)
    ]
    others = [
        "A1,L8,spine,osteoblastic,new,,false",
        "A1,L9,spine,unknown,stable,,false",
        "A0,L7,spine,osteolytic,baseline,,false",
    ]
    return "\n".join([header, *rows, *others]) + "\n"


@pytest.mark.parametrize(
    ("changes", "toml", "status"),
    [
        (("none", ""), "", "passed"),
        (("none", "", ""), "", "failed"),
        (("none", "", ""), "[limits]\nlysis_not_recorded = 1\n", "passed"),
        (("none", "", ""), '[recode.bone_lesions.lysis_change]\n"" = "none"\n', "passed"),
    ],
)
def test_more_than_half_of_the_lytic_lesions_without_change_are_told(
    tmp_path: Path, changes: tuple[str, ...], toml: str, status: str
) -> None:
    folder = write_delivery_of(tmp_path, bone_lesions=lesions(*changes))
    (folder.parent / "registry.toml").write_text(toml, "utf-8")
    one = gated(folder)
    result = one.result("bone_lesions", "lysis_not_recorded")
    assert (result.severity, result.judged, result.status) == ("warn", len(changes), status)

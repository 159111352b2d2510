"""An agent spelt nearly as a much commoner one is flagged: by its letters, their order, and how common it is.

Not here: its example and the mends (`schemas/regimen_laws.py`, `tests/mends`). The drugs are made up.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import gated

CASES = (
    ("_uvorole", 10, "_uvorol", True),
    ("_uvorole", 9, "_uvorol", False),
    ("_uvorole", 10, "_uvorol, _uvorol", True),  # a line counts once
    ("_uvorole", 10, "denosumab + _UVOROL", True),
    ("_uvoro", 10, "_uvora", True),
    ("_uvor", 10, "_uvora", False),  # of five letters it may be another drug
    ("_uvoro", 10, "_uvor", False),
    ("_uvorole", 10, "_uvarola", True),
    ("_uvorol", 10, "_uvarola", False),  # two letters, and one word has seven
    ("_uvorol", 10, "_uovrol", True),  # exchanged with the next
    ("_uvorole", 10, "_avarola", False),
    ("_uvorole", 10, "yuvorole", False),
    ("_uvorole1", 10, "_uvorole2", False),
    ("_uvorole", 10, "_uvorole", False),
)
"""The commoner agent, how many lines have it, another line, and whether that is flagged.

Each is of an initial of its own, which stands for the underline, so that no other is near.
"""


def test_a_regimen_with_an_agent_spelt_nearly_as_a_much_commoner_one_is_flagged(tmp_path: Path) -> None:
    header, *rows = TINY["therapy_lines"].splitlines()
    expected = []
    for initial, (common, times, rare, is_flagged) in zip("abcefghijklmno", CASES, strict=True):
        for regimen in [common] * times + [rare]:
            named = regimen.replace("_", initial)
            rows.append(f'A,{len(rows)},"{named}",2024-06-{1 + len(rows) // 6:02d},,')
        expected += [len(rows)] * is_flagged
    one = gated(write_delivery_of(tmp_path, therapy_lines="\n".join([header, *rows]) + "\n"))
    found = [number for (_, number), rules in one.flagged.items() if "regimen_misspelt" in rules]
    assert sorted(found) == expected

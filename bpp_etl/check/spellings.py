"""What registries write for our codes and columns, read from `spellings.toml`: to propose recode and rename.

Not here: the codes (`schemas/codes.py`), and finding what a text stands for (`check/guess.py`). A proposal is
made by a person's leave: nothing is recoded by this list.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

_TOLD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

SPELLINGS: Mapping[str, Sequence[str]] = _TOLD["codes"]
"""By code of ours; one word may stand for codes of several columns."""
COLUMNS: Mapping[str, Sequence[str]] = _TOLD["columns"]
"""By column of ours; one word may stand for columns of several tables."""

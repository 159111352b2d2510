"""Writes the end of `docs/gates.md` anew: `python -m tests.mutations`.

Not here: what it says (`page.py`).
"""

from bpp_etl.gate.rules_page import write_gates
from tests.mutations.page import render_planted

write_gates(planted=render_planted())

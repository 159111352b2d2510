"""Writes `assets/column_lineage.json` anew: `python -m tests.lineage`, after a change of a SELECT file."""

from assets.lineage import FILE
from tests.lineage.from_sql import written

FILE.write_text(written(), encoding="utf-8")

"""Writes the cohort as exports of the project of our kit: flat with codes, and EAV with labels.

Not here: what an export looks like (`tests/support/redcap.py`), nor reading it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.formats.cohort import Tables
from tests.support.redcap import Style, numbered, write_export

REGISTRY_TOML = """\
format = "redcap"
[about]
title = "Synthetic cohort as REDCap"
synthetic = true
"""


def _write(style: Style, labels: bool, tables: Tables, folder: Path) -> str:
    write_export(folder, numbered(tables), style, labels=labels)
    return REGISTRY_TOML


write_redcap = partial(_write, "flat", False)
write_redcap_long = partial(_write, "eav", True)

"""What was worked out of the source as it stands, kept for the next process: beside Python's own bytecode.

Not here: what is kept (`code_version.py`). It is named by a digest of all that it was worked out of, so it
can be missing and is never out of date.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

MEMO = Path(cache_from_source(__file__)).with_suffix(".json")


def remembered(of: str, memo: Path = MEMO) -> Mapping[str, str] | None:
    """Read what was worked out of just this; None where nothing was, or it cannot be read."""
    try:
        told = json.loads(memo.read_text(encoding="utf-8"))[of]
        return {str(name): str(value) for name, value in told.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def remember(of: str, told: Mapping[str, str], memo: Path = MEMO) -> None:
    """Keep what was worked out in the place of what was kept before; where nobody may write, do without."""
    fresh = memo.with_name(f"{memo.name}.{os.getpid()}")
    with suppress(OSError):
        memo.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps({of: dict(told)}), encoding="utf-8")
        fresh.replace(memo)

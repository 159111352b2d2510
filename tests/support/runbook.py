"""The entries of docs/runbook.md, by number.

Not here: bringing about what they tell of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.support.pages import fenced, page, sections

ENTRIES: Mapping[str, str] = {
    heading: text for heading, text in sections(page("runbook.md")).items() if heading
}
RELEASE_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


def entry(number: int) -> str:
    (text,) = (text for heading, text in ENTRIES.items() if heading.startswith(f"{number}. "))
    return text


def quoted(number: int) -> list[str]:
    """Return the messages that an entry quotes."""
    return [text.strip() for text in fenced(entry(number), "text")]


def anonymous(line: str) -> str:
    """Put the page's release in the place of a real one."""
    return RELEASE_ID.sub("20250101T000000Z-0a1b2c3d", line)

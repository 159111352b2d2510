"""The calendar window of a cohort: between which days line 1 has to start for a patient to be in it.

Not here: the two parameters of a protocol that set it (`parameters.py`), and who is in it (`sql/course.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

FIRST_DAY, LAST_DAY = "first_line_from", "first_line_to"
"""The parameters of a protocol that set the window; a side that is not set is open."""


@dataclass(frozen=True)
class Window:
    """Days on which line 1 may start, the first and the last included; None where that side is open."""

    first_day: date | None = None
    last_day: date | None = None

    @property
    def is_open(self) -> bool:
        """Say whether the window leaves nobody out."""
        return self.first_day is None and self.last_day is None

    @property
    def is_empty(self) -> bool:
        """Say whether no day lies in the window."""
        return self.first_day is not None and self.last_day is not None and self.first_day > self.last_day

    @property
    def told(self) -> str:
        """Write the window in words."""
        sides = [("from", self.first_day), ("to", self.last_day)]
        return " ".join(f"{word} {day}" for word, day in sides if day is not None)


ALWAYS = Window()

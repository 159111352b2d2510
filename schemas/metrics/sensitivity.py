"""The headline numbers again, without the candidates that carry a flag.

Not here: the flags (`schemas/event_flags.py`), and the strata (`strata.py`).
"""

from __future__ import annotations

SHOWN_WITHOUT_FLAGS = (
    "pseudoprogression_share",
    "time_to_pseudoprogression",
    "pseudoprogression_to_progression",
    "candidate_to_progression",
    "alp_change_at_event_median",
)
"""Metrics that are also given without each flag (`flag!=`), and without any (`flags=none`)."""

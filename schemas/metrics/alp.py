"""ALP: its change within patients, its categories, and how well it tells progression apart.

Not here: which value counts for which day (`bpp_etl/events`).
"""

from __future__ import annotations

from schemas.metrics.bases import ALP as READ
from schemas.metrics.bases import CALL
from schemas.metrics.record import Metric

_BASIS = CALL | READ
KNOWN = ("alp_not_specific", "complete_cases", "indeterminate_left_out")
"""What is said of every number of ALP."""

_IN = ", in pseudoprogressions where the stratum names no other candidates"
_SHIFT = f"{_IN} (Hodges-Lehmann, of the changes that are not zero)."
_BAND = "the protocol's band (`alp_stable_percent`)"


def _change(name: str, sentence: str, *more: str, headlines: tuple[str, ...] = ()) -> Metric:
    return Metric(name, sentence, unit="U/L", basis=_BASIS, warnings=(*KNOWN, *more), headlines=headlines)


def _share(name: str, sentence: str) -> Metric:
    return Metric(name, sentence, unit="share", basis=_BASIS, warnings=KNOWN)


ALP = (
    _change(
        "alp_change_at_event",
        f"Shift of ALP from baseline to the event{_SHIFT}",
        headlines=("all",),
    ),
    _change(
        "alp_change_at_event_median", f"Median change of ALP from baseline to the event{_IN}.", "no_interval"
    ),
    _change(
        "alp_change_at_progression",
        f"Shift of ALP from baseline to progression{_SHIFT}",
        headlines=("all",),
    ),
    _change(
        "alp_change_at_progression_median",
        f"Median change of ALP from baseline to progression{_IN}.",
        "no_interval",
    ),
    _change(
        "alp_change_event_to_progression",
        f"Shift of ALP from the event to progression{_SHIFT}",
        "baseline_cancels",
    ),
    _change(
        "alp_change_event_to_progression_median",
        f"Median change of ALP from the event to progression{_IN}.",
        "no_interval",
    ),
    _share("alp_decreased_share", f"ALP at the event below baseline by more than {_BAND}."),
    _share("alp_stable_share", f"ALP at the event within {_BAND} of baseline."),
    _share("alp_increased_share", f"ALP at the event above baseline by more than {_BAND}."),
    _share("alp_decreased_or_stable_share", f"ALP at the event not above baseline by more than {_BAND}."),
    _share("alp_progression_decreased_share", f"ALP at progression below baseline by more than {_BAND}."),
    _share("alp_progression_stable_share", f"ALP at progression within {_BAND} of baseline."),
    _share("alp_progression_increased_share", f"ALP at progression above baseline by more than {_BAND}."),
    _share(
        "alp_progression_decreased_or_stable_share",
        f"ALP at progression not above baseline by more than {_BAND}.",
    ),
    Metric(
        "alp_discrimination",
        "Chance that ALP rose more in a true progression than in a pseudoprogression (area under the ROC "
        "curve).",
        unit="area",
        basis=_BASIS,
        warnings=KNOWN,
    ),
)

"""Incidence with competing risks at fixed days: each is one family, declared once with its days.

Not here: times without competing risks (`times.py`).
"""

from __future__ import annotations

from schemas.metric_codes import HORIZON_DAYS
from schemas.metrics.bases import CALL, COMPETING_DEATH, COURSE, READING
from schemas.metrics.record import Basis, Metric


def _at_horizons(
    name: str, event: str, *, basis: Basis, warnings: tuple[str, ...], headline_days: int | None = None
) -> tuple[Metric, ...]:
    """Declare an incidence at each horizon; `event` goes before the days in the sentence."""
    return tuple(
        Metric(
            f"{name}_{days}_days",
            f"{event} within {days} days.",
            unit="share",
            basis=basis,
            warnings=warnings,
            headlines=("all",) if days == headline_days else (),
        )
        for days in HORIZON_DAYS
    )


_FIRST_LINE = CALL | COURSE | READING
_PSEUDO = "Pseudoprogression of patients with a first line"
_ENDS = "progression, death and the end of the line competing,"

INCIDENCE = (
    *_at_horizons(
        "progression_incidence",
        "Progression after a pseudoprogression, death competing,",
        basis=CALL | COMPETING_DEATH,
        warnings=("guarantee_time", "interval_censored", "selected_on_outcome"),
        headline_days=365,
    ),
    *_at_horizons(
        "death_incidence",
        "Death after a pseudoprogression, progression competing,",
        basis=CALL | COMPETING_DEATH,
        warnings=("selected_on_outcome",),
    ),
    *_at_horizons(
        "pseudoprogression_incidence",
        f"{_PSEUDO}, undecided candidates imputed from decided ones of the same registry and reading state "
        f"(missing at random given these), {_ENDS}",
        basis=_FIRST_LINE,
        warnings=("indeterminate_imputed", "interval_censored"),
        headline_days=365,
    ),
    *_at_horizons(
        "pseudoprogression_incidence_lowest",
        "The same at its lowest, every undecided candidate counted as progression on the event day,",
        basis=_FIRST_LINE,
        warnings=("interval_censored",),
    ),
    *_at_horizons(
        "pseudoprogression_incidence_highest",
        "The same at its highest, every undecided candidate counted as pseudoprogression on the event day,",
        basis=_FIRST_LINE,
        warnings=("interval_censored",),
    ),
    *_at_horizons(
        "pseudoprogression_incidence_decided_only",
        "The same of the decided only, undecided candidates censored on the event day,",
        basis=_FIRST_LINE,
        warnings=("indeterminate_censored", "interval_censored"),
    ),
)

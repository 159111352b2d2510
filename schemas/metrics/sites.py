"""The bones in which pseudoprogressions show, by patient and by lesion, at the candidate and over time.

Not here: which lesions belong to an episode (`bpp_etl/events`).
"""

from __future__ import annotations

from schemas.metrics.bases import CALL
from schemas.metrics.bases import SITES as READ
from schemas.metrics.record import Metric


def _shares(name: str, when: str, headlines: tuple[str, ...] = ()) -> tuple[Metric, ...]:
    """Declare the shares of one population of lesions; `when` goes after the lesion in the sentence."""
    lesion = "new osteoblastic lesion"
    return (
        Metric(
            f"{name}_share_of_patients",
            f"Patients with a {lesion} in this bone {when}.",
            unit="share",
            basis=CALL | READ,
            headlines=headlines,
        ),
        Metric(
            f"{name}_share_of_lesions",
            f"{lesion.capitalize()}s {when} that are in this bone.",
            unit="share",
            basis=CALL | READ,
            warnings=("lesions_clustered",),
        ),
    )


SITES = (
    *_shares("lesion_site", "at the candidate", headlines=("site=spine",)),
    *_shares("lesion_site_episode", "at the candidate or later on treatment"),
)

"""The bones in which pseudoprogressions show: by patient and by lesion.

Not here: which lesions belong to an episode (`bpp_etl/events`).
"""

from __future__ import annotations

from schemas.metrics.bases import CALL
from schemas.metrics.bases import SITES as READ
from schemas.metrics.record import Metric

SITES = (
    Metric(
        "lesion_site_share_of_patients",
        "Patients with a new osteoblastic lesion in this bone.",
        unit="share",
        basis=CALL | READ,
        headlines=("site=spine",),
    ),
    Metric(
        "lesion_site_share_of_lesions",
        "New osteoblastic lesions at the candidate that are in this bone.",
        unit="share",
        basis=CALL | READ,
        warnings=("lesions_clustered",),
    ),
)

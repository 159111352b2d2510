"""Every stratum: who is in it, and what it reads beside the metric.

Not here: which metric is given in which stratum (`bpp_etl/measure`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from schemas.metrics.bases import HER2, HER2_AT_START, REFUSED, VERDICTS
from schemas.metrics.record import Basis


@dataclass(frozen=True)
class Stratum:
    """One stratum, or all that share a property; a value follows an equals sign at the end of an id.

    Without `reads` it depends on nothing that the metric is not measured of anyway.
    """

    id: str
    sentence: str
    reads: Basis | None = None


_STRATA = (
    Stratum("all", "Everyone whom the metric is about."),
    Stratum("registry=", "Patients of one registry."),
    Stratum("registry=*", "All registries, compared with one another."),
    Stratum(
        "her2=",
        "HER2 status known on the event day: positive, negative, indeterminate or unknown.",
        reads=HER2,
    ),
    Stratum(
        "her2=positive/negative",
        "HER2 positive compared with negative, negative being the reference.",
        reads=HER2,
    ),
    Stratum(
        "her2_at_start=",
        "HER2 status known on the day line 1 began: positive, negative, indeterminate or unknown.",
        reads=HER2_AT_START,
    ),
    Stratum(
        "evidence=complete",
        "Without patients of whom evidence was refused at the gate (refused_evidence).",
        reads=REFUSED,
    ),
    Stratum(
        "status=",
        "By whether a pseudoprogression was confirmed by the landmark: pseudoprogression, or none.",
    ),
    Stratum(
        "status=pseudoprogression/none",
        "Pseudoprogression confirmed by the landmark compared with none, none being the reference.",
    ),
    Stratum("state=pseudoprogression", "Candidates that proved pseudoprogression, beside everyone."),
    Stratum(
        "state=true_progression",
        "Candidates that proved true progression, beside the pseudoprogressions.",
    ),
    Stratum(
        "progression=bone", "Only where bone progressed: lysis or a new lytic lesion, whatever else did."
    ),
    Stratum("progression=later", "Only true progressions that showed after the candidate's own scan."),
    Stratum(
        "definition=",
        "Candidates that this rule set does not read as progression, or what this other protocol calls "
        "pseudoprogression.",
        reads=VERDICTS,
    ),
    Stratum(
        "state=pseudoprogression/true_progression", "Pseudoprogressions compared with true progressions."
    ),
    Stratum("flags=none", "Candidates without any flag.", reads=REFUSED),
    Stratum("flag!=", "Without the candidates that carry this flag.", reads=REFUSED),
    Stratum("ratio=", "Planned to see this hazard ratio."),
    Stratum("half_width=", "Planned for this half width of the interval, in percentage points."),
    Stratum("fall=", "Positive from this fall of ALP on, in percent of baseline."),
    Stratum("site=", "Patients or lesions with a new osteoblastic lesion in this bone."),
)

STRATA: Mapping[str, Stratum] = MappingProxyType({one.id: one for one in _STRATA})
"""Id -> stratum."""


def stratum_of(name: str) -> Stratum:
    """Return the declaration of a stratum, such as `her2=` for `her2=positive`.

    Raises KeyError for one that nobody declared.
    """
    return STRATA[name] if name in STRATA else STRATA[f"{name.partition('=')[0]}="]

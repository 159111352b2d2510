"""What changed since the release before, written by hand: every table of that part of the report is filled.

Not here: how it is found (`tests/unit/compare`).
"""

from __future__ import annotations

from bpp_etl.difference.changes import RowChange
from bpp_etl.difference.headlines import Headlines, Moved
from bpp_etl.difference.moves import Move
from bpp_etl.difference.releases import Difference, RuleChange
from tests.support.relations import PROTOCOL

MOVERS = "north: bone_lesions 128 added, 11 corrected; imaging_assessments 64 added; 12 more rows refused"


def changed_since() -> Difference:
    """Return a difference between two releases that has something to tell everywhere."""
    return Difference(
        before="20240105T140700Z-9f9f9f9f",
        after="20240305T140700Z-0a1b2c3d",
        protocols=(PROTOCOL,),
        deliveries=(("north", "delivery 2024-01-02 -> 2024-03-01"), ("south", "gate shut for 2024-03-01")),
        software=("code version 0.1.0 -> 0.2.0",),
        moves=(
            Move(PROTOCOL, None, "awaiting_ct", 12),
            Move(PROTOCOL, "awaiting_ct", "pseudoprogression", 7),
            Move(PROTOCOL, "no_new_osteoblastic_lesion", None, 3),
        ),
        redated={PROTOCOL: 6},
        rows=(RowChange("north", "bone_lesions", 128, 11, 0, 4000, 4128, 5, 17),),
        rules=(RuleChange("north", "bone_lesions", "code_unknown", 5, 17),),
        headlines={
            PROTOCOL: Headlines(
                moved=(
                    Moved(
                        "time_to_pseudoprogression", "52 days, 20 patients", "55 days, 27 patients", (MOVERS,)
                    ),
                    Moved("alp_change_at_event", "-20 U/L, 20 patients", "-18.5 U/L, 27 patients", (MOVERS,)),
                ),
                unchanged=("pseudoprogression_share 72 %",),
                suppressed=("candidate_to_progression",),
                others=40,
                others_moved=12,
            )
        },
    )

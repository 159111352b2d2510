"""What a registry states of its data that its rows do not say, and by which they are judged.

Not here: reading it in `registry.toml` (`bpp_etl/landing/registry_config.py`), and how files are to be read.
"""

from dataclasses import dataclass

from schemas.cadence import NOT_STATED, StatedCadence


@dataclass(frozen=True)
class Stated:
    """What holds of a registry's rows because the registry says so.

    `cadence` is its own CT schedule. With `has_stable_lesion_ids` a lesion keeps its id from scan to scan:
    what is called new under an id that the patient had at an earlier time point is not new.
    """

    cadence: StatedCadence = NOT_STATED
    has_stable_lesion_ids: bool = False


NOTHING_STATED = Stated()

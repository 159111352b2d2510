"""The contract of `bone_lesions`.

Not here: the laws of its rows (`schemas/lesion_laws.py`), how its text is read (`bpp_etl/harmonise`) and
what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.codes import LESION_SITE, LESION_STATUS, LYSIS_CHANGE, MORPHOLOGY
from schemas.contract import Contract, delivered
from schemas.judging import flags_column, registry_column, row_number_column
from schemas.lesion_laws import LESION_LAWS


class BoneLesions(Contract, key=("registry", "assessment_id", "lesion_id")):
    """One row per bone lesion seen at one imaging examination."""

    registry: pl.String = registry_column()
    assessment_id: pl.String = delivered("The examination on which the lesion was seen.", required=True)
    lesion_id: pl.String = delivered(
        "The registry's id of the lesion within the patient.",
        required=True,
        asked="The lesion's own number or name within the patient, kept from examination to examination.",
    )
    site: pl.String = delivered(
        "Bone in which the lesion lies.", kind="code", codes=LESION_SITE, required=True
    )
    morphology: pl.String = delivered(
        "Build of the lesion on CT; unknown is never a candidate and never lysis.",
        kind="code",
        codes=MORPHOLOGY,
        required=True,
    )
    status: pl.String = delivered(
        "The lesion against the examination before.", kind="code", codes=LESION_STATUS, required=True
    )
    lysis_change: pl.String = delivered("Change of the lytic part.", kind="code", codes=LYSIS_CHANGE)
    is_equivocal: pl.Boolean = delivered(
        "Whether the reader was in doubt; empty is read as false.", kind="boolean", default="false"
    )
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = LESION_LAWS

"""The tables of the OMOP export, with their columns as CDM 5.4 orders them, and the concepts that they use.

Not here: their rows (`sql/`), and writing them (`omop.py`).
"""

from __future__ import annotations

from bpp_etl.export.dataset import Column, Dataset

PROGRESSION = 32949
"""Disease progression, of the episode concepts."""
ALGORITHM = 32880
"""Standard algorithm: how the episode came to be."""
PROCEDURE_OCCURRENCE_ID = 1147082
"""The field procedure_occurrence.procedure_occurrence_id, which an image's id is of."""
NOT_TOLD = "not told: empty"

EPISODE = Dataset(
    "EPISODE",
    "Episodes",
    "One row per confirmed pseudoprogression, and per progression on line 1 or after a candidate.",
    ("EPISODE_ID",),
    (
        Column("EPISODE_ID", "Episode", "whole", "counted from 1 in each registry"),
        Column("PERSON_ID", "Person", "whole", "core.patients.patient_id of an OMOP delivery, else counted"),
        Column(
            "EPISODE_CONCEPT_ID", "What it is", "whole", f"{PROGRESSION} progression, 0 pseudoprogression"
        ),
        Column(
            "EPISODE_START_DATE", "First day", "date", "event.pseudoprogression.event_date, or progression"
        ),
        Column("EPISODE_START_DATETIME", "First moment", "text", NOT_TOLD),
        Column("EPISODE_END_DATE", "Last day", "date", NOT_TOLD),
        Column("EPISODE_END_DATETIME", "Last moment", "text", NOT_TOLD),
        Column("EPISODE_PARENT_ID", "Part of", "whole", NOT_TOLD),
        Column("EPISODE_NUMBER", "Number among its like", "whole", NOT_TOLD),
        Column("EPISODE_OBJECT_CONCEPT_ID", "Of what", "whole", "0: none is known"),
        Column("EPISODE_TYPE_CONCEPT_ID", "How it came to be", "whole", f"{ALGORITHM} standard algorithm"),
        Column("EPISODE_SOURCE_VALUE", "Source value", "text", "bpp:pseudoprogression:xu2025, and so on"),
        Column("EPISODE_SOURCE_CONCEPT_ID", "Source concept", "whole", "0: none is known"),
    ),
)
EPISODE_EVENT = Dataset(
    "EPISODE_EVENT",
    "Images behind the episodes, of OMOP deliveries",
    "One row per episode and image.",
    ("EPISODE_ID", "EVENT_ID"),
    (
        Column("EPISODE_ID", "Episode", "whole", "EPISODE"),
        Column("EVENT_ID", "Image", "whole", "core.imaging_assessments.assessment_id"),
        Column(
            "EPISODE_EVENT_FIELD_CONCEPT_ID",
            "Field of the image's id",
            "whole",
            f"{PROCEDURE_OCCURRENCE_ID} procedure_occurrence.procedure_occurrence_id",
        ),
    ),
)
PERSON_ID = Dataset(
    "PERSON_ID",
    "Who the counted persons are, of other deliveries; no table of the CDM",
    "One row per patient.",
    ("PERSON_ID",),
    (
        Column("PERSON_ID", "Person", "whole", "counted from 1 in each registry"),
        Column("PATIENT_ID", "Patient", "exact", "core.patients.patient_id"),
    ),
)
DATASETS = (EPISODE, EPISODE_EVENT, PERSON_ID)

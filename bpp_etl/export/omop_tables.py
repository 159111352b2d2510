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
    ("episode_id",),
    (
        Column("episode_id", "Episode", "whole", "counted from 1 in each registry"),
        Column("person_id", "Person", "whole", "core.patients.patient_id of an OMOP delivery, else counted"),
        Column(
            "episode_concept_id", "What it is", "whole", f"{PROGRESSION} progression, 0 pseudoprogression"
        ),
        Column(
            "episode_start_date", "First day", "date", "event.pseudoprogression.event_date, or progression"
        ),
        Column("episode_start_datetime", "First moment", "text", NOT_TOLD),
        Column("episode_end_date", "Last day", "date", NOT_TOLD),
        Column("episode_end_datetime", "Last moment", "text", NOT_TOLD),
        Column("episode_parent_id", "Part of", "whole", NOT_TOLD),
        Column("episode_number", "Number among its like", "whole", NOT_TOLD),
        Column("episode_object_concept_id", "Of what", "whole", "0: none is known"),
        Column("episode_type_concept_id", "How it came to be", "whole", f"{ALGORITHM} standard algorithm"),
        Column("episode_source_value", "Source value", "text", "bpp:pseudoprogression:xu2025, and so on"),
        Column("episode_source_concept_id", "Source concept", "whole", "0: none is known"),
    ),
)
EPISODE_EVENT = Dataset(
    "EPISODE_EVENT",
    "Images behind the episodes, of OMOP deliveries",
    "One row per episode and image.",
    ("episode_id", "event_id"),
    (
        Column("episode_id", "Episode", "whole", "EPISODE"),
        Column("event_id", "Image", "whole", "core.imaging_assessments.assessment_id"),
        Column(
            "episode_event_field_concept_id",
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
    ("person_id",),
    (
        Column("person_id", "Person", "whole", "counted from 1 in each registry"),
        Column("patient_id", "Patient", "exact", "core.patients.patient_id"),
    ),
)
DATASETS = (EPISODE, EPISODE_EVENT, PERSON_ID)

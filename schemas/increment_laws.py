"""The laws that hold what is new in a delivery, and how far it goes, to the delivery before.

Not here: rows of both deliveries and whole tables (`schemas/before_laws.py`), and the functions that judge
(`bpp_etl/gate/rules_of_new_rows.py`, `bpp_etl/gate/rules_against_before.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.before_laws import BEFORE_LAWS, ONE_IN, REPEAT_LAWS
from schemas.delivery_laws import patients
from schemas.general_laws import every_table
from schemas.laws import DeliveryLaw
from schemas.record_laws import TIMES_OFF

MOST_OTHERWISE = 0.5
"""Practice and patients drift by less; what goes wrong in an export goes wrong in most new rows."""

LEAST_SHARE = 0.1
"""A code that is rarer may be missed in a month by practice as well as by chance."""

LEAST_NEW_PATIENTS = 10
"""Of fewer patients one clinic's day is all that is new."""

LATER: frozenset[str] = frozenset({"death_date", "end_date", "end_reason", "last_contact_date"})
"""Columns that are filled in as the course goes on: that a new row lacks them says nothing."""

ONLY_OF: Mapping[str, tuple[str, tuple[str, ...]]] = {"lysis_change": ("morphology", ("osteolytic", "mixed"))}
"""Column -> the rows that it speaks of, by another column and its codes."""

SCALES: Mapping[str, tuple[str, ...]] = {"lab_results": ("value", "upper_limit_normal")}
"""Table -> numbers whose scale new rows must share; other numbers say what a test or a line is."""

LEAST_BACK = 10
"""If corrections move a last contact forth as often as back, ten back and none forth is one in a thousand."""

INCREMENT_LAWS = (
    DeliveryLaw(
        "new_rows_differ",
        sentence="Rows that are new say what rows at the same place of the course said before.",
        exactly="Of columns, the share stays within its limit in which new rows differ from those of the "
        f"delivery before: over {100 * MOST_OTHERWISE:g} % of the cells that should say something are empty "
        f"or unknown; or over {100 * MOST_OTHERWISE:g} % would need another code to be spread as before; or "
        "a code is gone; or the median of a value or its upper limit is over "
        f"{TIMES_OFF} times, or under 1/{TIMES_OFF} of, that before. Each beyond what chance gives once in "
        f"{ONE_IN:,} if a patient's rows were all alike, of what should make up at least "
        f"{100 * LEAST_SHARE:g} %, of at least {LEAST_NEW_PATIENTS} patients with new rows and as many with "
        "rows before, and not where the youngest rows before say the same. New rows are held to rows before "
        "of as many lines begun, and of the patient's first day in the table or later ones; results to those "
        "of their analyte. Where most rows are new, nothing is judged.",
        severity="warn",
        category="plausibility",
        mend="Look for a code, a unit or a column that has changed since the delivery before, "
        "and for new rows that are of another sort; [limits] new_rows_differ = 1 switches the rule off.",
        on=every_table,
        limit_name="new_rows_differ",
        parameters={
            "most_otherwise": MOST_OTHERWISE,
            "one_in": ONE_IN,
            "least_share": LEAST_SHARE,
            "least_patients": LEAST_NEW_PATIENTS,
            "times": TIMES_OFF,
        },
        is_told_by_table=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "contacts_go_back",
        sentence="Patients are followed at least as long as in the delivery before.",
        exactly="Of patients of both deliveries, the share whose last contact is earlier than before stays "
        f"within its limit; only of at least {LEAST_BACK} such patients, and of more than those whose last "
        "contact is later.",
        severity="warn",
        category="plausibility",
        mend="Look for an older export under a newer name, and for a database that was restored to an "
        "earlier day. Where the registry has corrected its record, [limits] contacts_go_back = 1 switches "
        "the rule off.",
        on=patients,
        limit=0.05,
        limit_name="contacts_go_back",
        parameters={"least_patients": LEAST_BACK},
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("last_contact_date",),
    ),
)
"""Laid on tables one by one; where there is no delivery before they judge nothing."""

COMPARING = frozenset(
    law.id
    for law in (*BEFORE_LAWS, *INCREMENT_LAWS, *REPEAT_LAWS)
    if law.id != "patients_of_another_registry"
)
"""The rules that go by the delivery before, and not by other registries."""

OF_THE_YEAR = "patients_fewer"

ANSWERABLE = (
    frozenset(law.id for law in (*BEFORE_LAWS, *INCREMENT_LAWS) if law.severity == "warn") & COMPARING
) - {OF_THE_YEAR}
"""The rules whose warning the next delivery would hide, so that it waits for an answer."""

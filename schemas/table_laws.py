"""The laws of the gate in words that belong to one table each.

Not here: the laws of many tables (`schemas/laws.py`).
"""

from __future__ import annotations

from schemas.laws import DELIVERY, Law

TABLE_LAWS: dict[str, tuple[Law, ...]] = {
    "patients": (
        Law(
            "birth_after_diagnosis",
            "A patient is born before metastatic disease is diagnosed.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "birth_before_1900",
            "A birth is not before 1900.",
            "refuse",
            "plausibility",
            "Correct the date of birth.",
        ),
        Law(
            "death_before_diagnosis",
            "Death does not come before the diagnosis of metastatic disease.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "contact_after_death",
            "The last contact is not after death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
    ),
    "therapy_lines": (
        Law(
            "end_before_start",
            "A line does not end before it starts.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "line_number_invalid",
            "A line number is 1 or more.",
            "refuse",
            "conformance",
            "Number the lines from 1.",
        ),
        Law(
            "cycle_length_out_of_range",
            "A cycle lasts 7 to 84 days.",
            "refuse",
            "plausibility",
            "Correct the length, or leave it empty.",
        ),
    ),
    "imaging_assessments": (
        Law(
            "assessment_after_death",
            "No assessment is after the patient's death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "assessment_before_birth",
            "No assessment is before the patient's birth.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
    ),
    "lab_results": (
        Law(
            "value_not_positive",
            "A result is above zero.",
            "refuse",
            "plausibility",
            "Correct the value.",
        ),
        Law(
            "value_implausible",
            "A total ALP is at most 20000 U/L.",
            "refuse",
            "plausibility",
            "Correct the value or its unit.",
        ),
        Law(
            "limit_not_positive",
            "An upper limit of normal is above zero.",
            "refuse",
            "plausibility",
            "Correct the limit, or leave it empty.",
        ),
        Law(
            "unit_missing",
            "Every result states its unit.",
            "refuse",
            "completeness",
            "Deliver the unit; it is never guessed. If the export has no unit column, state the unit in "
            "[constants.lab_results]; an empty one must be left out of the export for that.",
        ),
        Law(
            "unit_not_convertible",
            "Every unit can be converted to U/L, or is ug/L for bone ALP.",
            "refuse",
            "conformance",
            "Map the laboratory's spelling in [recode.lab_results.unit], or deliver another unit.",
        ),
        Law(
            "value_is_censored",
            "A result is a number, not a bound such as '<5'.",
            "refuse",
            "conformance",
            "Nothing to mend where the laboratory reports a bound; such a result is not used.",
        ),
        Law(
            "specimen_after_death",
            "No specimen is taken after the patient's death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "unit_suspect",
            "A total ALP is at least 10 U/L and not about 60 times off the patient's others.",
            "flag",
            "plausibility",
            "Check the unit at the laboratory.",
        ),
    ),
    "her2_tests": (
        Law(
            "ratio_out_of_range",
            "A HER2 to CEP17 ratio lies in 0 to 50.",
            "refuse",
            "plausibility",
            "Correct the ratio.",
        ),
        Law(
            "copy_number_out_of_range",
            "A HER2 copy number lies in 0 to 200.",
            "refuse",
            "plausibility",
            "Correct the copy number.",
        ),
    ),
    DELIVERY: (
        Law(
            "configuration_invalid",
            "registry.toml can be read and holds only known keys.",
            "shut",
            "conformance",
            "Correct the key or value that the message names.",
        ),
        Law(
            "cadence_not_kept",
            "The share of first-line CT intervals off schedule stays within its limit.",
            "shut",
            "plausibility",
            "Check cycle_length_days and the CT dates; [limits] cadence = 1 switches the rule off.",
        ),
    ),
}

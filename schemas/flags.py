"""Every warning code that a kept row may carry, with the sentence that explains it.

Not here: the laws that flag a row, whose sentences stand in their one declaration, and the SQL that raises a
flag which only annotates.
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.rules import RULES

RULE_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        rule.id: f"Does not hold: {rule.sentence} {rule.law.exactly}".rstrip()
        for rule in RULES
        if rule.severity == "flag"
    }
)
"""A rule that flags a row gives it the rule's id."""

LAB_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "value_from_upper_limit": (
            "The result came in multiples of the upper limit of normal and was multiplied by the row's limit."
        ),
    }
)

HER2_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "her2_equivocal_reported_negative": (
            "IHC 2+ without ISH was reported as negative; it is equivocal, so the status is indeterminate."
        ),
        "her2_ihc2_without_ish": "IHC 2+ needs ISH and has none: the status is indeterminate, not negative.",
        "her2_ihc3_ish_group5": (
            "IHC 3+ makes the test positive although ratio (< 2.0) and copies (< 4.0) are negative (group 5)."
        ),
        "her2_ihc3_ish_negative": (
            "IHC 3+ makes the test positive although a single probe (< 4.0 copies) or the reported ISH "
            "result is negative."
        ),
        "her2_ish_equivocal": (
            "ISH was reported equivocal, without numbers, and IHC does not settle it: the status is "
            "indeterminate."
        ),
        "her2_ish_group_needs_ihc": (
            "ISH group 2, 3 or 4 is read together with IHC, and there is none: the status is indeterminate."
        ),
        "her2_ish_result_differs_from_numbers": (
            "The reported ISH result is not the one that ratio and copy number give; the numbers were used."
        ),
        "her2_negative_with_comment": (
            "Negative in ISH group 2, 3 or 4: the guideline asks for a comment beside such a result."
        ),
        "her2_no_evidence": (
            "Neither IHC, nor ISH, nor a reported status says anything: the status is indeterminate."
        ),
        "her2_ratio_without_copy_number": (
            "A HER2/CEP17 ratio without a copy number, and without an ISH result that agrees, names no ISH "
            "group."
        ),
        "her2_reported_differs": "The reported status is not the one that IHC and ISH give.",
        "her2_single_probe_needs_dual_probe": (
            "A single probe counts 4.0 to 5.9 copies and IHC does not settle it: the guideline asks for a "
            "dual probe, so the status is indeterminate."
        ),
        "her2_status_as_reported": "Neither IHC nor ISH is given; the status is the reported one.",
    }
)

HER2_CONFLICTS = (
    "her2_ihc3_ish_group5",
    "her2_ihc3_ish_negative",
    "her2_ish_result_differs_from_numbers",
    "her2_reported_differs",
)
"""Flags of tests of which one part contradicts another."""

HER2_ALONE = ("her2_no_evidence", "her2_status_as_reported")
"""Flags of tests without IHC and ISH, of which nothing can be contradicted."""

FLAGS: Mapping[str, str] = MappingProxyType({**RULE_FLAGS, **LAB_FLAGS, **HER2_FLAGS})
"""Flag -> sentence, over all tables."""

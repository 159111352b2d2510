"""Why a registry shows no pseudoprogression, and what an optional table that it did not send leaves empty.

Not here: any number; these are facts of a whole registry, said in words.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.tables import ReleaseTables, Row

NOT_DELIVERED = {
    "lab_results": (
        "Laboratory results were not delivered: ALP at baseline, event and progression, its change and its"
        " category are empty for these patients, who are in no number about ALP."
    ),
    "her2_tests": (
        "HER2 tests were not delivered: HER2 status is empty for these patients, who are counted as HER2 not"
        " known and are in no comparison by HER2."
    ),
}
NONE_LEFT = {
    "lab_results": "No laboratory result was admitted: everything about ALP is empty for these patients.",
    "her2_tests": "No HER2 test was admitted: HER2 status is empty for these patients.",
}
"""Optional table -> what depends on it."""

WITNESS = "file_unreadable"
"""A rule that judges one file for every table that is delivered, and none for a table that is not."""

# In the order in which an event needs them: the first that does not hold is the reason.
_LADDER = (
    ("has_patient", "No patient of it was admitted."),
    ("has_new_lesion", "No bone lesion of its patients is recorded as new."),
    ("has_stated_new_lesion", "No patient has a new lesion whose site and type are stated."),
    (
        "has_new_lesion_of_known_type",
        "No patient has a new lesion whose type (morphology) is stated; an unknown one is never a candidate.",
    ),
    ("has_new_osteoblastic_lesion", "Its patients have new lesions of known type, but no osteoblastic one."),
    ("has_first_line", "No patient has a first line of therapy."),
    ("has_first_line_in_window", "No patient's first line started in the calendar window."),
    ("has_on_treatment_ct", "No patient has an eligible CT during the first line."),
    (
        "has_on_treatment_lesion",
        "Its patients have new osteoblastic lesions, but none on an eligible CT during the first line.",
    ),
    ("has_candidate", "Explicit progression came before every new osteoblastic lesion."),
    (
        "has_pseudoprogression",
        "There are candidates, but none was confirmed: each proved true progression or could not be decided.",
    ),
)
_SHUT = "Its gate is shut and no earlier delivery was admitted, so nothing of it is in this release."


@dataclass(frozen=True)
class Reason:
    """Why one registry shows no pseudoprogression."""

    registry: str
    sentence: str


def why_none(facts: Row | None, *, is_admitted: bool) -> str | None:
    """Say why a registry has no pseudoprogression; None where it has some."""
    if not is_admitted:
        return _SHUT
    if facts is None:
        return _LADDER[0][1]
    stated = facts["has_new_lesion_of_known_type"] or facts["has_new_lesion_at_known_site"]
    held = {**facts, "has_stated_new_lesion": stated}
    return next((sentence for fact, sentence in _LADDER if not held[fact]), None)


def reasons_for_none(tables: ReleaseTables) -> tuple[Reason, ...]:
    """List the registries without a pseudoprogression, each with its reason."""
    found = []
    admitted = {row["registry"] for row in tables["quality.delivery"].where(status="admitted")}
    for registry in sorted({row["registry"] for row in tables["quality.delivery"].rows}):
        sentence = why_none(tables.registry_facts.get(registry), is_admitted=registry in admitted)
        if sentence is not None:
            found.append(Reason(registry, sentence))
    return tuple(found)


def left_empty(rules: list[Row], counts: list[Row]) -> tuple[str, ...]:
    """Say what an admitted delivery leaves empty for want of an optional table."""
    sentences = []
    for table, sentence in NOT_DELIVERED.items():
        witness = next((row for row in rules if (row["table"], row["rule"]) == (table, WITNESS)), None)
        count = next((row for row in counts if row["table"] == table), None)
        if witness is not None and witness["judged"] == 0:
            sentences.append(sentence)
        elif count is not None and count["admitted"] == 0:
            sentences.append(NONE_LEFT[table])
    return tuple(sentences)

"""A naive reading of what a lesion's rows say against those of before: the flags of `bone_lesions`.

Not here: the laws (`schemas/lesion_laws.py`). It shares no code with their SELECTs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from schemas.contract import columns_of
from schemas.tables import TABLES
from tests.support.gating import NOT_COMPARED

Row = Mapping[str, Any]
LYTIC = ("osteolytic", "mixed")
NO_SITE = ("other", "unknown")


def named(core: Mapping[str, Sequence[tuple[Any, ...]]], table: str) -> list[dict[str, Any]]:
    """Give the rows of a core table, as the gate keeps them, by column."""
    names = [one.name for one in columns_of(TABLES[table].contract) if one.name not in NOT_COMPARED]
    return [dict(zip(names, row, strict=True)) for row in core[table]]


def lesion_flags(core: Mapping[str, Sequence[tuple[Any, ...]]]) -> dict[str, set[int]]:
    """Number the rows that each flag of a lesion's past is due to, in core tables of one registry."""
    scans = {scan["assessment_id"]: scan for scan in named(core, "imaging_assessments")}
    lesions = named(core, "bone_lesions")
    with_lesions = {lesion["assessment_id"] for lesion in lesions}
    lines: dict[str, dict[int, Row]] = defaultdict(dict)
    for line in named(core, "therapy_lines"):
        lines[line["patient_id"]][line["line_number"]] = line
    by_patient: dict[str, list[tuple[Row, Row]]] = defaultdict(list)
    owners: dict[str, set[str]] = defaultdict(set)
    for lesion in lesions:
        scan = scans[lesion["assessment_id"]]
        by_patient[scan["patient_id"]].append((scan, lesion))
        owners[lesion["lesion_id"]].add(scan["patient_id"])

    def is_at_baseline(scan: Row) -> bool:
        line = lines[scan["patient_id"]].get(1)
        is_eligible = (
            scan["modality"] in ("CT", "PET_CT")
            and scan["is_evaluable"] is not False
            and scan["is_bone_window"] is not False
            and not (scan["extraosseous_response"] == "NE" and scan["assessment_id"] not in with_lesions)
        )
        if line is None or not is_eligible:
            return False
        return line["start_date"] - timedelta(days=42) <= scan["assessment_date"] <= line["start_date"]

    def is_on_treatment(scan: Row) -> bool:
        line, following = (lines[scan["patient_id"]].get(number) for number in (1, 2))
        day = scan["assessment_date"]
        if line is None or day <= line["start_date"]:
            return False
        if line["end_date"] is not None and day > line["end_date"]:
            return False
        return following is None or day < following["start_date"]

    # A scan at most a week after the patient's one before it is of the same visit.
    visit_of: dict[str, int] = {}
    last_day: dict[str, Any] = {}
    for scan in sorted(scans.values(), key=lambda one: one["assessment_date"]):
        day, patient = scan["assessment_date"], scan["patient_id"]
        if patient not in last_day or day - last_day[patient][0] > timedelta(days=7):
            last_day[patient] = (day, last_day.get(patient, (day, 0))[1] + 1)
        last_day[patient] = (day, last_day[patient][1])
        visit_of[scan["assessment_id"]] = last_day[patient][1]

    shared = Counter(len(patients) > 1 for patients in owners.values())
    are_unique = shared[True] * 20 <= sum(shared.values())
    found: dict[str, set[int]] = defaultdict(set)
    for seen in by_patient.values():
        has_baseline = any(is_at_baseline(scan) for scan, _ in seen)
        for scan, lesion in seen:
            before = [
                one
                for other, one in seen
                if visit_of[other["assessment_id"]] < visit_of[scan["assessment_id"]]
            ]
            own = [one for one in before if one["lesion_id"] == lesion["lesion_id"]]
            is_seen_on_earlier_day = any(
                one["lesion_id"] == lesion["lesion_id"] and other["assessment_date"] < scan["assessment_date"]
                for other, one in seen
            )
            is_new, site, morphology = lesion["status"] == "new", lesion["site"], lesion["morphology"]
            told = {
                "new_again": is_new and bool(own),
                "known_lesion_called_new": is_new
                and morphology == "osteoblastic"
                and any(
                    one["morphology"] in LYTIC
                    and (one in own or (one["site"] == site and site not in NO_SITE))
                    for one in before
                ),
                "not_seen_before": lesion["status"] in ("stable", "larger", "smaller")
                and is_on_treatment(scan)
                and has_baseline
                and not is_seen_on_earlier_day,
                "new_at_baseline": is_new and is_at_baseline(scan),
                "baseline_on_treatment": lesion["status"] == "baseline" and is_on_treatment(scan),
                "back_after_resolved": lesion["status"] != "resolved"
                and any(one["status"] == "resolved" for one in own),
                "site_changes": site not in NO_SITE
                and any(one["site"] not in (*NO_SITE, site) for one in own),
                "morphology_changes": morphology == "osteolytic"
                and any(one["morphology"] == "osteoblastic" for one in own),
                "lesion_of_another_patient": are_unique and len(owners[lesion["lesion_id"]]) > 1,
            }
            for flag, is_due in told.items():
                if is_due:
                    found[flag].add(lesion["row_number"])
    return found

"""A slow, plain reading of the HER2 guideline, one test at a time, to hold the SQL against.

Not here: the SQL's own table. This one reasons from the ISH groups that remain possible.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Her2Test:
    """The evidence of one test."""

    ihc_score: str | None = None
    ish_result: str | None = None
    her2_cep17_ratio: float | None = None
    her2_copy_number: float | None = None
    reported_status: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the guideline makes of it."""

    her2_status: str
    her2_low: bool | None
    flags: list[str] = field(default_factory=list)


def status_in_group(group: int, ihc: str | None) -> str:
    """Read IHC together with one dual-probe group (1 to 5)."""
    if ihc == "3+" or group == 1:
        return "positive"
    if group == 5:
        return "negative"
    if ihc is None:
        return "indeterminate"
    return "positive" if group == 3 and ihc == "2+" else "negative"


def possible_groups(test: Her2Test) -> set[int]:
    """List the dual-probe groups that ISH leaves open; a single probe reads like group 1 or 5 at its ends."""
    ratio, copies = test.her2_cep17_ratio, test.her2_copy_number
    by_result = {"positive": {1}, "negative": {5}, "equivocal": {2, 3, 4}, None: set[int]()}[test.ish_result]
    if ratio is None and copies is None:
        return by_result
    if ratio is None or copies is None:
        return possible_by_one_number(ratio, copies, by_result)
    if ratio >= 2:
        return {1} if copies >= 4 else {2}
    return {3} if copies >= 6 else {4} if copies >= 4 else {5}


def possible_by_one_number(ratio: float | None, copies: float | None, by_result: set[int]) -> set[int]:
    """List the groups that copies alone, or a ratio with the laboratory's reading, leave open."""
    if copies is not None:
        return {1} if copies >= 6 else {5} if copies < 4 else {1, 4}
    open_by_ratio = {1, 2} if ratio is not None and ratio >= 2 else {3, 4, 5}
    # Positive beside a high ratio, and negative beside a low one, are the plain groups 1 and 5.
    return by_result if len(by_result) == 1 and by_result <= open_by_ratio else open_by_ratio


def is_single_probe_open(test: Her2Test) -> bool:
    """Tell a single probe of 4.0 to 5.9 copies."""
    copies = test.her2_copy_number
    return test.her2_cep17_ratio is None and copies is not None and 4 <= copies < 6


def read(test: Her2Test) -> Answer:
    """Answer one test."""
    ihc, groups = test.ihc_score, possible_groups(test)
    reported = {"positive": "positive", "negative": "negative", "equivocal": "indeterminate"}.get(
        test.reported_status or ""
    )
    by_ihc_alone = {"0": "negative", "1+": "negative", "2+": "indeterminate", "3+": "positive"}
    if not groups:
        status = by_ihc_alone[ihc] if ihc else (reported or "indeterminate")
    elif is_single_probe_open(test):
        status = by_ihc_alone[ihc] if ihc else "indeterminate"
    else:
        answers = {status_in_group(group, ihc) for group in groups}
        status = answers.pop() if len(answers) == 1 else "indeterminate"
    return Answer(status, is_low(ihc, status), sorted(flags_of(test, groups, status, reported)))


def is_low(ihc: str | None, status: str) -> bool | None:
    """Annotate HER2-low: IHC 1+ or 2+ in a negative test; unknown where either is."""
    if status == "positive" or ihc in ("0", "3+"):
        return False
    if ihc is None or status == "indeterminate":
        return None
    return True


def flags_of(test: Her2Test, groups: set[int], status: str, reported: str | None) -> set[str]:
    """List the flags, from the sentences in `schemas/flags.py`."""
    ihc, result = test.ihc_score, test.ish_result
    ratio, copies = test.her2_cep17_ratio, test.her2_copy_number
    is_dual = ratio is not None and copies is not None
    is_single = ratio is None and copies is not None
    is_ratio_alone = ratio is not None and copies is None and len(groups) > 1
    is_read_with_ihc = is_dual and groups <= {2, 3, 4}
    is_as_reported = not groups and ihc is None
    holds = {
        "her2_status_as_reported": is_as_reported and reported is not None,
        "her2_no_evidence": is_as_reported and reported is None,
        "her2_ihc2_without_ish": ihc == "2+" and not groups,
        "her2_equivocal_reported_negative": ihc == "2+" and not groups and test.reported_status == "negative",
        "her2_ish_group_needs_ihc": is_read_with_ihc and ihc is None,
        "her2_negative_with_comment": is_read_with_ihc and status == "negative",
        "her2_single_probe_needs_dual_probe": is_single_probe_open(test) and status == "indeterminate",
        "her2_ratio_without_copy_number": is_ratio_alone,
        "her2_ish_equivocal": groups == {2, 3, 4} and status == "indeterminate",
        "her2_ihc3_ish_group5": ihc == "3+" and is_dual and groups == {5},
        "her2_ihc3_ish_negative": ihc == "3+" and not is_dual and groups == {5},
        "her2_reported_differs": not is_as_reported and reported not in (None, status),
        "her2_ish_result_differs_from_numbers": result is not None
        and (
            ((is_dual or is_single) and groups == {1} and result != "positive")
            or ((is_dual or is_single) and groups == {5} and result != "negative")
            or (
                (is_read_with_ihc or is_single_probe_open(test))
                and {result, status} == {"positive", "negative"}
            )
            or (is_ratio_alone and (result, groups) != ("equivocal", {3, 4, 5}))
        ),
    }
    return {code for code, is_raised in holds.items() if is_raised}

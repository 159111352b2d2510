"""How many undecided candidates lack what: the size of the abstractors' work list, by registry.

Not here: the list itself (`event.open_question`), which names patients.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bpp_etl.measure.cohort import REGISTRY, Cohort
from bpp_etl.measure.flow import REASONS
from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell
from schemas.event import OPEN_QUESTIONS

NO_BASELINE, WITH_BASELINE = "no_baseline_ct", "undecided with baseline"
NOT_READ, LACKING_CT = "progression_not_read", "undecided for lack of CTs"
CTS = ("confirming_ct", "progression_evidence")
"""With a baseline CT and too few CTs, read or not, an undecided candidate lacks one of these and only one."""


def question_rows(
    cohort: Cohort, asked: Iterable[tuple[str, str, bool, int]], registries: Sequence[str]
) -> list[Row]:
    """Count who lacks what, as part of the undecided candidates, and build the rows."""
    patients: Counter[tuple[str, str, str]] = Counter()
    for registry, missing, has_baseline, number in asked:
        patients[registry, missing, WITH_BASELINE if has_baseline else NO_BASELINE] = number
    _count_with_baseline(cohort)
    strata = cohort.partitions[REGISTRY].strata
    for missing in OPEN_QUESTIONS:
        for group in (NO_BASELINE, WITH_BASELINE):
            for name, stratum in zip(registries, strata, strict=True):
                cohort.tally.put(_part(cohort, missing, group, stratum), patients[name, missing, group])
            parts = [_part(cohort, missing, group, stratum) for stratum in strata]
            cohort.tally.put_total(_part(cohort, missing, group, "all"), parts)
        for stratum in ("all", *strata):
            groups = [_part(cohort, missing, group, stratum) for group in (NO_BASELINE, WITH_BASELINE)]
            cohort.tally.put_total(_cell(cohort, missing, stratum), groups)
            for group, part in zip((NO_BASELINE, WITH_BASELINE), groups, strict=True):
                cohort.tally.put_rest(cohort.cell(group, stratum), part)
        cohort.tally.add_up(
            _cell(cohort, missing, "all"), [_cell(cohort, missing, stratum) for stratum in strata]
        )
    for cell in cohort.cells(LACKING_CT, (REGISTRY,)):
        cohort.tally.add_up(cell, [_part(cohort, missing, WITH_BASELINE, cell.stratum) for missing in CTS])
    return [
        Row(
            table="open_question",
            values={"protocol": cohort.protocol, "stratum": stratum, "missing": missing},
            counts={"patients": _cell(cohort, missing, stratum)},
        )
        for stratum in ("all", *strata)
        for missing in OPEN_QUESTIONS
    ]


def _count_with_baseline(cohort: Cohort) -> None:
    lacking = [reason for reason in REASONS["indeterminate"] if reason not in (NO_BASELINE, NOT_READ)]
    for cell in cohort.cells(LACKING_CT, (REGISTRY,)):
        cohort.tally.put_total(cell, [cell._replace(group=reason) for reason in lacking])
        whole = cell._replace(group=WITH_BASELINE)
        cohort.tally.put_total(whole, [cell, cell._replace(group=NOT_READ)])


def _cell(cohort: Cohort, missing: str, stratum: str) -> Cell:
    return cohort.cell(f"lacks {missing}", stratum)


def _part(cohort: Cohort, missing: str, group: str, stratum: str) -> Cell:
    return cohort.cell(f"lacks {missing}, {group}", stratum)

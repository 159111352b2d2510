"""The bones in which pseudoprogressions show, by patient and by lesion, at the candidate and over time.

Not here: which lesions belong to an episode (`bpp_etl/events`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bpp_etl.measure.cohort import Cohort
from bpp_etl.measure.rows import Row
from bpp_etl.measure.shares import WILSON, share_row
from bpp_etl.measure.tally import Cell
from schemas.codes import LESION_SITE
from schemas.metric_codes import LESION_LEVEL, LESION_POPULATION

PER_LESION = "Share of lesions, Wilson interval as if they were independent"

Placed = Iterable[tuple[str | None, int, int]]
"""Bone, lesions in it, patients who have any there; with no bone all of them."""


def site_rows(cohort: Cohort, placed: Mapping[str, Placed]) -> list[Row]:
    """Build the shares by bone of each population of lesions; patients and lesions are of the same."""
    rows = [row for population in LESION_POPULATION for row in _of(cohort, population, placed[population])]
    return sorted(rows, key=lambda row: str(row.values.get("level", "")) != LESION_LEVEL[0])


def _of(cohort: Cohort, population: str, placed: Placed) -> list[Row]:
    tally = cohort.tally
    patients = cohort.cell("pseudoprogression")
    lesions = {site: (number, people) for site, number, people in placed}
    total, total_people = lesions.get(None, (0, 0))
    with_lesions = tally.put(cohort.cell(f"{population} site_patients"), total_people)
    tally.put_rest(patients, with_lesions)
    all_lesions = tally.put(cohort.cell(f"{population} lesions"), total, people=total_people)
    rows = []
    parts = []
    for site in LESION_SITE:
        number, people = lesions.get(site, (0, 0))
        affected = tally.put(cohort.cell(f"{population} patients_{site}"), people)
        tally.put_rest(patients, affected)
        parts.append(tally.put(cohort.cell(f"{population} lesions_{site}"), number, people=people))
        place = population, site
        rows += bone_rows(cohort, place, "patient", patients, affected, patients)
        rows += bone_rows(cohort, place, "lesion", with_lesions, parts[-1], all_lesions)
    tally.add_up(all_lesions, parts)
    return rows


def bone_rows(
    cohort: Cohort, place: tuple[str, str], level: str, patients: Cell, counted: Cell, total: Cell
) -> list[Row]:
    """Build both rows of a bone in a population of lesions; patients and lesions are counted already."""
    (population, site), is_lesion = place, level == "lesion"
    of = "lesion_site" if population == LESION_POPULATION[0] else f"lesion_site_{population}"
    estimate = share_row(
        cohort.tally,
        f"{of}_share_of_{level}s",
        patients,
        counted,
        of=total,
        stratum=f"site={site}",
        method=PER_LESION if is_lesion else WILSON,
    )
    table = Row(
        table="lesion_site",
        values={
            "protocol": cohort.protocol,
            "population": population,
            "level": level,
            "site": site,
            "share": estimate.values["estimate"],
            "ci_low": estimate.values["ci_low"],
            "ci_high": estimate.values["ci_high"],
        },
        counts={"counted": counted, "total": total},
        subjects=(patients,),
        statistics=("share", "ci_low", "ci_high"),
        tells_counts=True,
    )
    return [estimate, table]

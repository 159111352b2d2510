"""The bones in which pseudoprogressions show: by patient and by lesion.

Not here: which lesions belong to an episode (`bpp_etl/events`).
"""

from __future__ import annotations

from collections.abc import Iterable

from bpp_etl.measure.cohort import Cohort
from bpp_etl.measure.rows import Row
from bpp_etl.measure.shares import WILSON, share_row
from bpp_etl.measure.tally import Cell
from schemas.codes import LESION_SITE

PER_LESION = "Share of lesions, Wilson interval as if they were independent"


def site_rows(
    cohort: Cohort,
    of_patients: Iterable[tuple[str, int]],
    of_lesions: Iterable[tuple[str | None, int, int]],
) -> list[Row]:
    """Build the shares by bone; `of_lesions` holds bone, lesions, patients, and the total with no bone."""
    tally = cohort.tally
    patients = cohort.cell("pseudoprogression")
    with_site = dict(of_patients)
    lesions = {site: (number, people) for site, number, people in of_lesions}
    total, total_people = lesions.get(None, (0, 0))
    with_lesions = tally.put(cohort.cell("site_patients"), total_people)
    tally.put_rest(patients, with_lesions)
    all_lesions = tally.put(cohort.cell("lesions"), total, people=total_people)
    rows = []
    parts = []
    for site in LESION_SITE:
        affected = tally.put(cohort.cell(f"patients_{site}"), with_site.get(site, 0))
        tally.put_rest(patients, affected)
        number, people = lesions.get(site, (0, 0))
        parts.append(tally.put(cohort.cell(f"lesions_{site}"), number, people=people))
        rows += _rows(cohort, site, "patient", patients, affected, patients)
        rows += _rows(cohort, site, "lesion", with_lesions, parts[-1], all_lesions)
    tally.add_up(all_lesions, parts)
    return sorted(rows, key=lambda row: str(row.values.get("level", "")) != "patient")


def _rows(cohort: Cohort, site: str, level: str, patients: Cell, counted: Cell, total: Cell) -> list[Row]:
    is_lesion = level == "lesion"
    estimate = share_row(
        cohort.tally,
        f"lesion_site_share_of_{level}s",
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

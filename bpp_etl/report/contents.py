"""The parts of the report, in the order in which they are read.

Not here: what a part shows (`sections/`).
"""

from __future__ import annotations

from bpp_etl.report.section import Section
from bpp_etl.report.sections import (
    adjusted,
    alp,
    alp_levels,
    alp_test,
    baseline,
    cadence,
    changes,
    checklist,
    course,
    dictionary,
    first_line,
    her2,
    heterogeneity,
    limits,
    methods,
    paper,
    planning,
    quality,
    sensitivity,
    sites,
    status,
    strata,
    summary,
    times,
    verdicts,
)

SECTIONS: tuple[Section, ...] = (
    summary.SECTION,
    changes.SECTION,
    course.SECTION,
    first_line.SECTION,
    times.SECTION,
    status.SECTION,
    her2.SECTION,
    alp.SECTION,
    alp_test.SECTION,
    limits.SECTION,
    sites.SECTION,
    adjusted.SECTION,
    alp_levels.SECTION,
    heterogeneity.SECTION,
    strata.SECTION,
    baseline.SECTION,
    verdicts.SECTION,
    cadence.SECTION,
    sensitivity.SECTION,
    planning.SECTION,
    paper.SECTION,
    quality.SECTION,
    methods.SECTION,
    checklist.SECTION,
    dictionary.SECTION,
)

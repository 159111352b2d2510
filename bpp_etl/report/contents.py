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
    course,
    first_line,
    her2,
    heterogeneity,
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
    course.SECTION,
    baseline.SECTION,
    strata.SECTION,
    heterogeneity.SECTION,
    first_line.SECTION,
    times.SECTION,
    status.SECTION,
    her2.SECTION,
    adjusted.SECTION,
    sites.SECTION,
    alp.SECTION,
    alp_test.SECTION,
    alp_levels.SECTION,
    verdicts.SECTION,
    cadence.SECTION,
    sensitivity.SECTION,
    planning.SECTION,
    changes.SECTION,
    paper.SECTION,
    quality.SECTION,
    methods.SECTION,
)

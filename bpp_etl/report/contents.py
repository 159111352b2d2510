"""The parts of the report, in the order in which they are read.

Not here: what a part shows (`sections/`).
"""

from __future__ import annotations

from bpp_etl.report.section import Section
from bpp_etl.report.sections import (
    alp,
    baseline,
    cadence,
    changes,
    checklist,
    course,
    dictionary,
    her2,
    limits,
    methods,
    paper,
    quality,
    sites,
    strata,
    summary,
    times,
    verdicts,
)

SECTIONS: tuple[Section, ...] = (
    summary.SECTION,
    changes.SECTION,
    course.SECTION,
    times.SECTION,
    her2.SECTION,
    alp.SECTION,
    limits.SECTION,
    sites.SECTION,
    strata.SECTION,
    baseline.SECTION,
    verdicts.SECTION,
    cadence.SECTION,
    paper.SECTION,
    quality.SECTION,
    methods.SECTION,
    checklist.SECTION,
    dictionary.SECTION,
)

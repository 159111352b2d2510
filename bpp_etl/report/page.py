"""The whole page as data: every part of the report, and the release that it is of.

Not here: html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpp_etl.report.figures import Figure
from bpp_etl.report.grid import Grid
from bpp_etl.report.sections.alp import Alp, alp
from bpp_etl.report.sections.baseline import Baseline, baseline
from bpp_etl.report.sections.cadence import Cadence, cadence
from bpp_etl.report.sections.changes import Changes, changes
from bpp_etl.report.sections.course import Course, course
from bpp_etl.report.sections.her2 import Her2, her2
from bpp_etl.report.sections.history import history
from bpp_etl.report.sections.methods import Methods, methods
from bpp_etl.report.sections.paper import Paper, paper
from bpp_etl.report.sections.quality import Quality, quality
from bpp_etl.report.sections.sites import Sites, sites
from bpp_etl.report.sections.strata import Strata, strata
from bpp_etl.report.sections.summary import Summary, summary
from bpp_etl.report.sections.times import Times, times
from bpp_etl.report.sections.verdicts import Verdicts, verdicts
from bpp_etl.report.tables import ReleaseTables, Row

if TYPE_CHECKING:
    from bpp_etl.difference.releases import Difference


@dataclass(frozen=True)
class Page:
    """Everything that the templates lay out."""

    release: Row
    threshold: Figure
    summary: Summary
    course: Course
    baseline: Baseline
    strata: Strata
    times: Times
    her2: Her2
    sites: Sites
    alp: Alp
    verdicts: Verdicts
    cadence: Cadence
    changes: Changes
    paper: Paper
    quality: Quality
    history: Grid
    methods: Methods


def page_of(tables: ReleaseTables, since: Difference | str | None = None) -> Page:
    """Gather every part of the report of a release; `since` is what changed, as `write_report` takes it."""
    return Page(
        release=tables.release,
        threshold=tables["meta.release"].count(tables.release, "disclosure_threshold"),
        summary=summary(tables),
        course=course(tables),
        baseline=baseline(tables),
        strata=strata(tables),
        times=times(tables),
        her2=her2(tables),
        sites=sites(tables),
        alp=alp(tables),
        verdicts=verdicts(tables),
        cadence=cadence(tables),
        changes=changes(tables, since),
        paper=paper(tables),
        quality=quality(tables, since),
        history=history(tables),
        methods=methods(tables),
    )

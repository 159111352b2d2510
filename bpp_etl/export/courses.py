"""Reads the courses of a release as one protocol does: what a time point shows, how a line 1 ended.

Not here: the rules (`bpp_etl/events`), and what an output makes of it.
"""

from __future__ import annotations

from bpp_etl.events.derive import COURSE_STEPS, bind_parameters, sort_protocols
from bpp_etl.export.dataset import PACKAGE
from bpp_etl.export.format import Source
from bpp_etl.measure.gather import ENDS
from bpp_etl.timeline.stated import stated_by
from bpp_etl.warehouse.connection import quoted
from bpp_etl.warehouse.select import (
    Select,
    drop_relations,
    read_select,
    run_step,
    used_parameters,
)

KEPT = (Select(PACKAGE, "response"), Select(PACKAGE, "point_of_assessment"))
"""What is kept of every registry's time points, in temporary tables of these names."""


def read_time_points(source: Source) -> None:
    """Keep what each time point of every registry shows: the published tables tell it of candidates alone."""
    con, protocol = source.con, source.told_by
    _, comparisons = sort_protocols([protocol])
    found = con.execute("select distinct registry from core.patients order by registry").fetchall()
    # Without a registry the tables are made all the same, and have no row.
    for place, registry in enumerate([str(name) for (name,) in found] or [""]):
        stated = stated_by(con, registry)
        parameters = bind_parameters(protocol, comparisons, stated) | {"registry": registry}
        for step in COURSE_STEPS:
            run_step(con, step, parameters)
        for step in KEPT:
            text = read_select(step)
            begin = "insert into" if place else "create or replace temp table"
            made = f"{begin} {quoted(step.name)} {'' if place else 'as '}{text}"
            con.execute(made, used_parameters(text, parameters))
    drop_relations(con, [step.name for step in COURSE_STEPS])


def read_ends(source: Source) -> None:
    """Keep the days that end each first line, by which its times are measured."""
    values = {**source.told_by.values, "protocol": source.told_by.name}
    run_step(source.con, ENDS, values)

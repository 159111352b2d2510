"""What the added sums come to, by the same estimators that a release of all patients goes through.

Not here: any formula (`bpp_etl/metrics`), and rows of counts alone (`rows.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from bpp_etl.events import Protocol
from bpp_etl.measure.alp_test import FALL, fall_rows
from bpp_etl.measure.cohort import Cohort
from bpp_etl.measure.comparisons import REGISTRY_STRATUM, Compared, compared_rows, registries_row
from bpp_etl.measure.concordance import agreement_row
from bpp_etl.measure.definitions import pairs
from bpp_etl.measure.heterogeneity import heterogeneity_rows
from bpp_etl.measure.overlap import agreement_row as protocols_agreement_row
from bpp_etl.measure.planning import planning_rows
from bpp_etl.measure.rows import Row
from bpp_etl.measure.shares import share_row
from bpp_etl.measure.sites import bone_rows
from bpp_etl.measure.steps import Place, place_of, step_rows, steps_of
from bpp_etl.measure.times import Curve, median_estimate
from bpp_etl.metrics import kaplan_meier
from bpp_etl.metrics.inputs import Flags, Floats
from bpp_etl.pool.together import KeptError, Together
from schemas.metrics import METRICS

TWO_GROUPS = "/"
"""What stands between two groups that are compared, in the name of the stratum."""

Make = Callable[[], list[Row]]


def estimated_rows(together: Together) -> Iterator[Row]:
    """Yield every row whose statistics come out of sums that all sites tell; rows lack their counts."""
    for make in _all(together):
        try:
            yield from make()
        except KeptError:
            continue


def curve_rows(together: Together) -> Iterator[Row]:
    """Yield the steps of the survival curves of which every site tells its own."""
    for curve in together.nobody.curves:
        try:
            found = kaplan_meier(*_complete(together, curve))
        except KeptError:
            continue
        yield from step_rows(curve, steps_of(found))


def share_rows_of(together: Together) -> Iterator[Row]:
    """Yield the rows of `metric.estimate` that are events over patients, without their numbers."""
    for row in together.rows:
        if row.table == "estimate" and _is_share_of_patients(str(row.values["metric"])):
            yield row


def _is_share_of_patients(metric: str) -> bool:
    """Say whether a metric is events over patients, and not an incidence or of scans or lesions."""
    ends = metric.endswith(("_share", "_share_of_patients", "_with_refused", "_unread_as_none"))
    named = metric in (
        "alp_fall_sensitivity",
        "alp_fall_specificity",
        "pseudoprogression_share_lowest",
        "pseudoprogression_share_highest",
        "pseudoprogression_share_unread_as_one",
    )
    return METRICS[metric].unit == "share" and (named or (ends and "cadence" not in metric))


def _all(together: Together) -> Iterator[Make]:
    yield from (_share(together, row) for row in share_rows_of(together))
    yield from _times(together)
    yield from _incidences(together)
    yield from _comparisons(together)
    for row in together.rows:
        if row.table == "lesion_site":
            yield _bone(together, row)
        elif row.table == "cadence" and row.values["cadence_class"] == "on_time":
            yield _on_time(together, row)
    for protocol in together.protocols:
        if protocol.is_event:
            yield from _of_protocol(together, protocol)
    yield from _between_protocols(together)


def _share(together: Together, row: Row) -> Make:
    return lambda: [
        share_row(
            together.tally,
            str(row.values["metric"]),
            row.counts["patients"],
            row.counts["events"],
            protocol=str(row.values["protocol"]),
            stratum=str(row.values["stratum"]),
            method=str(row.values["method"]),
        )
    ]


def _bone(together: Together, row: Row) -> Make:
    place = str(row.values["population"]), str(row.values["site"])
    cohort = _cohort_of(together, row)
    counted, total = row.counts["counted"], row.counts["total"]
    return lambda: bone_rows(cohort, place, str(row.values["level"]), row.subjects[0], counted, total)


def _on_time(together: Together, row: Row) -> Make:
    """Share of CTs, of which the table has the numbers, with the patients who had any."""
    prefix = "" if row.values["population"] == "first_line" else "pseudoprogression_"
    metric = f"{prefix}cadence_on_time_share"
    wanted = row.values["protocol"], metric, row.values["stratum"]
    (own,) = [
        one
        for one in together.rows
        if one.table == "estimate"
        and tuple(one.values[name] for name in ("protocol", "metric", "stratum")) == wanted
    ]
    return lambda: [
        share_row(
            together.tally,
            metric,
            own.counts["patients"],
            own.counts["events"],
            of=row.counts["total"],
            protocol=str(row.values["protocol"]),
            stratum=str(row.values["stratum"]),
            method=str(own.values["method"]),
            has_interval=False,
        )
    ]


def _times(together: Together) -> Iterator[Make]:
    curves = _curves(together)
    for row in together.rows:
        if row.table != "estimate":
            continue
        metric, has_spss = str(row.values["metric"]), str(row.values["metric"]).endswith("_spss")
        place = Place(
            "survival_curve",
            str(row.values["protocol"]),
            metric.removesuffix("_spss"),
            str(row.values["stratum"]),
        )
        if (has_spss or METRICS[metric].has_curve) and place in curves:
            yield _median(together, curves[place], is_symmetric=has_spss)


def _median(together: Together, curve: Curve, *, is_symmetric: bool) -> Make:
    return lambda: [
        median_estimate(
            together.tally,
            curve.metric,
            curve.patients,
            curve.events,
            *_complete(together, curve),
            "spss" if is_symmetric else "log-log",
        )
    ]


def _complete(together: Together, curve: Curve) -> tuple[Floats, Flags]:
    """Return the days of a time whose events every site tells; without, the steps of a site may lack some."""
    together.ensure_told(curve.patients, curve.events)
    return together.times(place_of(curve))


def _incidences(together: Together) -> Iterator[Make]:
    cohorts = {protocol.name: together.cohort(protocol) for protocol in together.protocols}
    for one in together.nobody.outcomes:

        def make(one=one) -> list[Row]:  # type: ignore[no-untyped-def]
            days, causes = together.outcomes(place_of(one))
            filled = replace(one, cohort=cohorts[one.cohort.protocol], days=days, causes=causes)
            return list(filled.rows())

        yield make


def _comparisons(together: Together) -> Iterator[Make]:
    curves = _curves(together)
    for row in together.rows:
        metric, stratum = str(row.values.get("metric")), str(row.values.get("stratum"))
        base, ending, _ = metric.partition("_log_rank")
        if row.table != "estimate" or not ending:
            continue
        key, _, named = stratum.partition("=")
        place = Place("survival_curve", str(row.values["protocol"]), base, "all")
        if stratum == REGISTRY_STRATUM:
            groups = [one for one in curves if one[:3] == place[:3] and one.stratum.startswith(f"{key}=")]
        else:
            groups = [place._replace(stratum=f"{key}={label}") for label in named.split(TWO_GROUPS)]
        yield _comparison(together, row, base, [curves[one] for one in groups])


def _comparison(together: Together, row: Row, metric: str, groups: list[Curve]) -> Make:
    compared = Compared(
        metric,
        row.counts["patients"],
        row.counts["events"],
        tuple(one.patients for one in groups),
        tuple(one.events for one in groups),
        str(row.values["stratum"]),
    )
    suffixes = [
        name for name in ("log_rank", "hazard_ratio", "detectable_ratio") if f"{metric}_{name}" in METRICS
    ]

    def make() -> list[Row]:
        found = [_complete(together, one) for one in groups]
        days, observed = (np.concatenate(column) for column in zip(*found, strict=True))
        place = np.repeat(np.arange(len(groups)), [one.size for one, _ in found])
        if compared.stratum == REGISTRY_STRATUM:
            return [registries_row(together.tally, compared, days, observed, place)]
        return compared_rows(together.tally, compared, days, observed, place == 0, suffixes=suffixes)

    return make


def _of_protocol(together: Together, protocol: Protocol) -> Iterator[Make]:
    cohort = together.cohort(protocol)
    yield lambda: heterogeneity_rows(cohort)
    yield lambda: planning_rows(cohort)
    for pair in pairs():
        yield lambda pair=pair: [agreement_row(cohort, *pair)]  # type: ignore[misc]
    falls = {
        (row.values["metric"], row.values["stratum"]): row
        for row in together.rows
        if str(row.values.get("stratum")).startswith(f"{FALL}=") and row.values["protocol"] == protocol.name
    }
    for stratum in dict.fromkeys(stratum for _, stratum in falls):
        fell, kept = (falls[f"alp_fall_{name}", stratum] for name in ("sensitivity", "specificity"))
        yield lambda stratum=stratum, fell=fell, kept=kept: _fall(cohort, str(stratum), fell, kept)  # type: ignore[misc]


def _fall(cohort: Cohort, stratum: str, fell: Row, kept: Row) -> list[Row]:
    counts = cohort.tally.counts
    pseudo, true = counts[fell.counts["events"]], counts[kept.counts["events"]]
    counted = {
        (True, True): pseudo,
        (True, False): counts[kept.counts["patients"]] - true,
        (False, True): counts[fell.counts["patients"]] - pseudo,
        (False, False): true,
    }
    return fall_rows(cohort, stratum, counted)


def _between_protocols(together: Together) -> Iterator[Make]:
    windows = {one.name: one.window for one in together.protocols if one.is_event}
    for row in together.rows:
        if row.table == "estimate" and row.values["metric"] == "agreement_protocol":
            one = str(row.values["protocol"])
            other = str(row.values["stratum"]).partition("=")[2]
            yield lambda one=one, other=other: [  # type: ignore[misc]
                protocols_agreement_row(together.tally, one, other, windows)
            ]


def _curves(together: Together) -> dict[Place, Curve]:
    return {place_of(curve): curve for curve in together.nobody.curves}


def _cohort_of(together: Together, row: Row) -> Cohort:
    (protocol,) = [one for one in together.protocols if one.name == row.values["protocol"]]
    return together.cohort(protocol)

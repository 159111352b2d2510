"""The metric tables of a made-up release for tests of the report, written by hand.

Not here: the other tables (`report_file.py`). No number here is anybody's; few of them even agree.
"""

from __future__ import annotations

from schemas.codes import CADENCE_CLASS, LESION_SITE
from schemas.event import OPEN_QUESTIONS
from tests.support.report_rows import PROTOCOL, curve, estimate, flow, interval, suppressed


def estimates() -> list[dict[str, object]]:
    times = ("time_to_pseudoprogression", "pseudoprogression_to_progression", "confirmation_to_progression")
    return [
        estimate(
            "pseudoprogression_share",
            0.7073,
            "share",
            warnings=["indeterminate_left_out"],
            **interval(0.555, 0.824, "wilson"),
        ),
        estimate("pseudoprogression_share_lowest", 0.5, "share"),
        estimate("pseudoprogression_share_highest", 0.8, "share"),
        suppressed("pseudoprogression_share", "share", "registry=north"),
        *(
            estimate(
                time, 401.5, "days", warnings=["guarantee_time", "limit_not_reached"], **interval(305, None)
            )
            for time in times
        ),
        estimate(
            "time_to_pseudoprogression_spss",
            52,
            "days",
            warnings=["comparison_only"],
            **interval(42.6, 61.4, "spss"),
        ),
        estimate("candidate_to_progression", None, "days", warnings=["median_not_reached"]),
        *(
            estimate("pseudoprogression_to_progression", 376, "days", f"her2={status}")
            for status in ("positive", "negative")
        ),
        estimate(
            "pseudoprogression_to_progression_hazard_ratio",
            1.2156,
            "ratio",
            "her2=positive/negative",
            p_value=0.6201,
            warnings=["small_groups"],
            **interval(0.553, 2.671, "wald"),
        ),
        estimate(
            "progression_by_pseudoprogression", None, "ratio", events=None, warnings=["naive_comparison"]
        ),
        estimate(
            "alp_change_at_event", -18.04, "U/L", p_value=0.00004, events=None, warnings=["complete_cases"]
        ),
        estimate("alp_decreased_share", 0.6, "share"),
        estimate("alp_stable_share", 0.3, "share"),
        estimate("alp_increased_share", 0.1, "share"),
        estimate("lesion_site_share_of_patients", 0.9, "share", "site=spine"),
        estimate("lesion_site_share_of_lesions", 0.8, "share", "site=spine", warnings=["lesions_clustered"]),
        estimate("cadence_interval", 1, "days", warnings=["no_interval"]),
        estimate("cadence_on_time_share", 0.893, "share", events=2130),
    ]


def curves() -> list[dict[str, object]]:
    whole = (
        (0, 41, 0, 0, 1.0),
        (90, 41, 6, 0, 0.854),
        (200, 35, 10, 5, 0.61),
        (401, 20, 8, 0, 0.366),
        (700, 12, 5, 7, 0.2),
    )
    cut = ((60, 30, 5, 0, 0.833), (250, 25, 6, 5, 0.63))
    return [
        *curve("time_to_pseudoprogression", "all", whole),
        *curve("pseudoprogression_to_progression", "all", whole),
        *curve("confirmation_to_progression", "all", cut),
        *curve("candidate_to_progression", "all", whole),
        *curve("pseudoprogression_to_progression", "her2=positive", cut),
        *curve("pseudoprogression_to_progression", "her2=negative", whole),
    ]


def flows() -> list[dict[str, object]]:
    counts = {
        "admitted": 98,
        "no_first_line": 6,
        "no_on_treatment_ct": 12,
        "no_new_osteoblastic_lesion": 29,
        "candidate": 51,
        "pseudoprogression": 29,
        "true_progression": 12,
        "indeterminate": 10,
        "progressed": None,
        "not_progressed": None,
    }
    return [*flow(counts), *flow(counts, "registry=north")]


def sites() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for level, total in (("patient", 29), ("lesion", 47)):
        for site in LESION_SITE:
            row: dict[str, object] = {
                "level": level,
                "site": site,
                "counted": 0,
                "total": total,
                "share": 0.0,
            }
            if site == "spine":
                row |= {"counted": 20, "share": 20 / total, "ci_low": 0.4, "ci_high": 0.8}
            if site == "rib":
                row |= {"counted": None, "share": None, "is_suppressed": True}
            rows.append(row)
    return rows


def alp_changes() -> list[dict[str, object]]:
    shown = {"patients": 22, "median": -20.0, "quartile_low": -31.5, "quartile_high": -4.0, "shift": -18.04}
    limits = {"ci_low": -22.7, "ci_high": -13.11, "p_value": 0.00004, "method": "By hand"}
    cells = (("event_minus_baseline", "all"), ("event_minus_baseline", "state=true_progression"))
    rows: list[dict[str, object]] = [
        {"comparison": comparison, "stratum": stratum, **shown, **limits, "warnings": ["complete_cases"]}
        for comparison, stratum in cells
    ]
    rows.append(
        {
            "comparison": "progression_minus_event",
            "stratum": "all",
            "method": "By hand",
            "warnings": ["baseline_cancels", "suppressed"],
            "is_suppressed": True,
        }
    )
    return rows


def concordance() -> list[dict[str, object]]:
    verdicts = {"recist11": ("PD", "NON_PD", "EQUIVOCAL"), "irecist": ("iCPD", "iUPD")}
    return [
        {
            "definition": PROTOCOL,
            "call": state,
            "other_definition": rule_set,
            "other_call": decision,
            "patients": 7,
        }
        for rule_set, listed in verdicts.items()
        for decision in listed
        for state in ("pseudoprogression", "true_progression", "indeterminate")
    ]


def questions() -> list[dict[str, object]]:
    return [
        {
            "stratum": stratum,
            "missing": missing,
            "patients": None if missing == "alp_at_event" else 8,
            "is_suppressed": missing == "alp_at_event",
        }
        for stratum in ("all", "registry=north")
        for missing in OPEN_QUESTIONS
    ]


def cadence() -> list[dict[str, object]]:
    shares = dict(zip(CADENCE_CLASS, (0.8, None, 0.1, None), strict=True))
    return [
        {
            "population": population,
            "stratum": stratum,
            "cadence_class": name,
            "time_points": None if share is None else 200,
            "total": 2000,
            "share": share,
            "is_suppressed": share is None,
        }
        for population, stratum in (
            ("first_line", "all"),
            ("first_line", "registry=north"),
            ("pseudoprogression", "all"),
        )
        for name, share in shares.items()
    ]


def course_groups() -> list[dict[str, object]]:
    lanes = (
        ("progressed", 9, 49, 140, 700),
        ("progressed", 8, 56, 147, 413),
        ("not_progressed", 6, 77, 161, 532),
        ("not_progressed", 6, 42, 133, 168),
    )
    return [
        {
            "outcome": outcome,
            "position": position,
            "patients": patients,
            "days_to_event": event,
            "days_to_confirmation": confirmation,
            "days_to_end": end,
        }
        for position, (outcome, patients, event, confirmation, end) in enumerate(lanes, start=1)
    ]


def alp_groups() -> list[dict[str, object]]:
    changes = {
        ("waterfall", "all"): ((10.0, None), (0.0, None), (-20.0, None), (-35.0, None)),
        ("waterfall", "state=true_progression"): ((60.0, None), (25.0, None)),
        ("paired", "all"): ((5.0, 35.0), (-20.0, 40.0), (-30.0, -35.0)),
    }
    return [
        {
            "picture": picture,
            "stratum": stratum,
            "position": position,
            "patients": 6,
            "change_at_event": at_event,
            "change_at_progression": at_progression,
        }
        for (picture, stratum), groups in changes.items()
        for position, (at_event, at_progression) in enumerate(groups, start=1)
    ]


def paper_comparison() -> list[dict[str, object]]:
    """Write a comparison with the seed study: a time with its interval, a p-value, and one suppressed."""
    same = {"doi": "10.3389/fonc.2025.1643179", "stratum": "all", "patients": 41, "events": 29}
    rows: list[dict[str, object]] = [
        {
            "figure": "time_to_pseudoprogression",
            "unit": "months",
            "published_text": "1.73 (1.42-2.04)",
            "published": 1.73,
            "published_low": 1.42,
            "published_high": 2.04,
            "compatible_estimate": 52 / 30,
            "compatible_low": 42.6 / 30,
            "compatible_high": 61.4 / 30,
            "metric": "time_to_pseudoprogression_spss",
            "warnings": ["comparison_only"],
        },
        {
            "figure": "alp_change_at_event",
            "unit": "U/L",
            "published_text": "-20",
            "published": -20,
            "compatible_estimate": None,
            "metric": "alp_change_at_event_median",
            "patients": None,
            "events": None,
            "is_suppressed": True,
            "warnings": ["suppressed"],
        },
        {
            "figure": "alp_p_value",
            "unit": "p",
            "published_text": "<0.001",
            "published": 0.001,
            "compatible_estimate": 0.00004,
            "metric": "alp_change_event_to_progression",
            "events": None,
        },
    ]
    return [same | {"position": place} | row for place, row in enumerate(rows, start=1)]


def baseline() -> list[dict[str, object]]:
    """Write baseline characteristics: a number and a code, in two groups, with a level suppressed."""
    number = {"characteristic": "age_at_start", "level": "known", "unit": "years", "share": None}
    quartiles = {"median": 57.5, "quartile_low": 49, "quartile_high": 66}
    hidden = {"patients": None, "share": None, "is_suppressed": True}
    rows: list[dict[str, object]] = [
        number | quartiles | {"patients": 41},
        {"characteristic": "age_at_start", "level": "missing", "patients": 0, "share": 0.0},
        {"characteristic": "er_status", "level": "positive", "patients": 30, "share": 30 / 41},
        {"characteristic": "er_status", "level": "negative"} | hidden,
        {"characteristic": "er_status", "level": "missing"} | hidden,
    ]
    of_few = [number | {"patients": None, "is_suppressed": True}]
    return [
        {"stratum": stratum, "position": place, "total": 41} | row
        for stratum, group in (("all", rows), ("state=true_progression", of_few))
        for place, row in enumerate(group, start=1)
    ]

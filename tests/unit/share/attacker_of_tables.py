"""A reader of the tables of a share who knows the method alone: which counts are sums or parts of which.

Not here: what is hidden and why: no relation is taken from the code. They are read off the dictionary: which
rows of which table add up to which, and what is a part of what. Nor what follows (`attacker.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tests.unit.share.attacker import Known, Name, Row, Tables

STATES = ("pseudoprogression", "true_progression", "indeterminate")
HORIZONS = (182, 365, 730)
GROUPS = {
    "time_to_pseudoprogression": ("pseudoprogression", "pseudoprogression"),
    "pseudoprogression_to_progression": ("pseudoprogression", "progressed"),
    "confirmation_to_progression": ("pseudoprogression", "progressed"),
    "candidate_to_progression": ("candidate", "seen to progress"),
    "progression_free_survival": ("first_line", "progressed or died"),
    "overall_survival": ("first_line", "died on line 1"),
    "pseudoprogression_share": ("decided", "pseudoprogression"),
    "pseudoprogression_share_lowest": ("candidate", "pseudoprogression"),
    "pseudoprogression_share_highest": ("candidate", "not excluded"),
    "alp_fall_sensitivity": ("alp pseudoprogression", "fell pseudoprogression"),
    "alp_fall_specificity": ("alp true_progression", "kept true_progression"),
    "alp_fall_positive_predictive_value": ("fell", "fell pseudoprogression"),
    "alp_fall_negative_predictive_value": ("kept", "kept true_progression"),
    "alp_decreased_share": ("alp pseudoprogression", "alp decreased"),
    "alp_stable_share": ("alp pseudoprogression", "alp stable"),
    "alp_increased_share": ("alp pseudoprogression", "alp increased"),
    "alp_decreased_or_stable_share": ("alp pseudoprogression", "alp not increased"),
    "alp_change_at_event": ("alp pseudoprogression", ""),
}
"""Metric -> whom it is of, and whom it counts."""
INCIDENCES = {
    "progression_incidence": ("pseudoprogression", "progressed"),
    "death_incidence": ("pseudoprogression", "died"),
    "pseudoprogression_incidence": ("first_line", "pseudoprogression"),
    "pseudoprogression_incidence_lowest": ("first_line", "pseudoprogression"),
    "pseudoprogression_incidence_highest": ("first_line", "not excluded"),
}
HER2_LABELS = ("positive", "negative", "indeterminate", "unknown")
RULES_OF = {
    "pseudoprogression": ("confirmed",),
    "true_progression": ("pd_at_detection", "pd_before_confirmation"),
    "indeterminate": (
        *("no_baseline_ct", "progression_not_read", "death", "therapy_changed", "lost_to_follow_up"),
        "awaiting_ct",
    ),
}
"""State -> the rules by which a patient comes to it."""
PARTS = {
    "candidate": STATES,
    "decided": STATES[:2],
    "not excluded": ("pseudoprogression", "indeterminate"),
    "alp pseudoprogression": ("alp decreased", "alp stable", "alp increased"),
    "alp true_progression": ("alp decreased of true", "alp stable of true", "alp increased of true"),
    "alp not increased of true": ("alp decreased of true", "alp stable of true"),
    "alp not increased": ("alp decreased", "alp stable"),
}
WITHIN = (
    ("progressed", "pseudoprogression"),
    ("died", "pseudoprogression"),
    ("seen to progress", "candidate"),
    ("progressed or died", "first_line"),
    ("died on line 1", "first_line"),
    ("alp pseudoprogression", "pseudoprogression"),
    ("alp true_progression", "true_progression"),
)


def read(tables: Tables) -> Known:
    """Read the tables of a share of one protocol."""
    known = Known()
    for row in tables["flow"]:
        known.tell((row["step"], row["stratum"]), row["patients"])
    for row in tables["estimate"]:
        _read_estimate(known, row)
    _flow_sums(known, tables["flow"])
    _read_tables(known, tables)
    _read_rules(known, tables.get("event_rule", ()))
    _read_pictures(known, tables)
    strata = {name[-1] for name in known.names}
    groups = {name[:-1] for name in known.names}
    for group in groups:
        for key in ("registry", "her2", "her2_at_start", "state", "status"):
            parts = [(*group, one) for one in sorted(strata) if one.startswith(f"{key}=")]
            parts = [part for part in parts if part in known.names]
            if parts and key.startswith("her2"):  # of a comparison two groups are told, of whoever is in one
                parts = [known.tell((*group, f"{key}={label}"), None) for label in HER2_LABELS]
            if key != "state":  # of the states of a course only two have strata
                known.add((*group, "all"), parts)
            known.within |= {(part, (*group, "all")) for part in parts if (*group, "all") in known.names}
    for stratum in strata:
        for total, parts in PARTS.items():
            known.add((total, stratum), [(part, stratum) for part in parts])
        for part, whole in WITHIN:
            known.limit((part, stratum), (whole, stratum))
        for events in ("progressed", "died", "pseudoprogression", "not excluded"):
            chain = [(f"{events} by {day}", stratum) for day in HORIZONS]
            for earlier, later in pairwise([*chain, (events, stratum)]):
                known.limit(earlier, later)
    return known


def _flow_sums(known: Known, rows: Sequence[Row]) -> None:
    for stratum in {row["stratum"] for row in rows}:
        of = [row for row in rows if row["stratum"] == stratum]
        for parent in {row["parent_step"] for row in of} - {None}:
            parts = [(row["step"], stratum) for row in of if row["parent_step"] == parent]
            known.add((parent, stratum), parts)
        first = [
            (row["step"], stratum)
            for row in of
            if row["parent_step"] == "admitted" and row["step"] != "no_first_line"
        ]
        known.tell(("first_line", stratum), None)
        known.add(("first_line", stratum), first)


def _read_estimate(known: Known, row: Row) -> None:
    metric, stratum = row["metric"], row["stratum"]
    if stratum.startswith(("registry=*", "definition", "flag")) or "/" in stratum:
        return
    base = metric.removesuffix("_spss").removesuffix("_interval_censored").removesuffix("_log_rank")
    if base in GROUPS:
        patients, events = GROUPS[base]
        if stratum == "state=true_progression":  # beside everyone, who are the pseudoprogressions
            patients, events, stratum = "alp true_progression", f"{events} of true" if events else "", "all"
        is_test = base.startswith("alp_fall")
        known.tell((patients, "all" if is_test and " " in patients else stratum), row["patients"])
        if events:
            _read_events(known, row, known.tell((events, stratum), row["events"]))
        if is_test:
            _test_sums(known, stratum)
        return
    for day in HORIZONS:
        family = metric.removesuffix(f"_{day}_days")
        if family in INCIDENCES:
            patients, events = INCIDENCES[family]
            known.tell((patients, stratum), row["patients"])
            known.tell((f"{events} by {day}", stratum), row["events"])
            known.tell((events, stratum), None)
            return
        landmark = metric.removeprefix("landmark_")
        if landmark != metric and (stratum == "all" or stratum.startswith("status=")):
            at = "_".join(metric.split("_")[:2])
            outcome = "died" if "overall" in metric else "progressed"
            whole = known.tell((at, stratum), row["patients"])
            known.limit(known.tell((f"{at} {outcome}", stratum), row["events"]), whole)
            return


def _test_sums(known: Known, stratum: str) -> None:
    """Add up a test of ALP: who fell and who did not, of both states."""
    states = STATES[:2]
    for state in states:
        cells = [known.tell((f"{test} {state}", stratum), None) for test in ("fell", "kept")]
        known.add(known.tell((f"alp {state}", "all"), None), cells)
    for test in ("fell", "kept"):
        known.add(known.tell((test, stratum), None), [(f"{test} {state}", stratum) for state in states])


def _read_events(known: Known, row: Row, events: Name) -> None:
    """Read off the warnings how many events there were, where that is not told."""
    if row["events"] is None and "few_events" in row["warnings"]:
        known.narrow(events, most=4)
    if row["events"] is None and "limit_not_reached" in row["warnings"]:
        known.narrow(events, least=5)


def _read_pictures(known: Known, tables: Tables) -> None:
    """Read the sizes of groups and the steps of curves."""
    sizes: dict[Name, float] = {}
    for row in tables["course_group"]:
        sizes[row["outcome"], "all"] = sizes.get((row["outcome"], "all"), 0) + row["patients"]
    for row in tables["alp_group"]:
        if row["picture"] == "waterfall":
            state = "pseudoprogression" if row["stratum"] == "all" else "true_progression"
            name = (f"alp {state}", "all")
            sizes[name] = sizes.get(name, 0) + row["patients"]
    for name, size in sizes.items():
        known.tell(name, size)
    for row in tables["survival_curve"]:
        if row["metric"] in GROUPS:
            patients, events = ((group, row["stratum"]) for group in GROUPS[row["metric"]])
            known.narrow(patients, least=row["at_risk"])
            of = [
                one
                for one in tables["survival_curve"]
                if (one["metric"], one["stratum"]) == (row["metric"], row["stratum"])
            ]
            if row is of[0]:
                known.tell(patients, row["at_risk"])
                known.narrow(events, least=sum(one["events"] for one in of))
                if patients in known.values:
                    left = sum(one["censored"] for one in of)
                    known.narrow(events, most=known.values[patients] - left)


def _read_tables(known: Known, tables: Tables) -> None:
    levels: dict[tuple[str, str], list[Name]] = {}
    for row in tables["baseline"]:
        name = known.tell(("baseline", row["characteristic"], row["level"], row["stratum"]), row["patients"])
        known.tell(_whole_of(row["stratum"]), row["total"])
        levels.setdefault((row["characteristic"], row["stratum"]), []).append(name)
    for (_, stratum), parts in levels.items():
        known.add(_whole_of(stratum), parts)
    _read_concordance(known, tables["concordance"])
    totals: dict[Name, list[Name]] = {}
    for row in tables["cadence"]:
        key = (f"CTs {row['population']}", row["stratum"])
        known.tell(key, row["total"])
        name = (f"CTs {row['population']}", row["cadence_class"], row["stratum"])
        totals.setdefault(key, []).append(known.tell(name, row["time_points"]))
    for row in tables["alp_grade"]:
        state = "pseudoprogression" if row["stratum"] == "all" else row["stratum"].partition("=")[2]
        key = (f"graded {row['moment']} {state}", "all")
        known.tell(key, row["total"])
        totals.setdefault(key, []).append(
            known.tell((f"graded {row['moment']} {state} {row['grade']}", "all"), row["patients"])
        )
        known.limit(key, (state, "all"))
    for row in tables["lesion_site"]:
        whole = ("pseudoprogression", "all")
        key = (f"lesions {row['population']}", "all")
        part = known.tell((f"{row['level']} {row['population']} {row['site']}", "all"), row["counted"])
        if row["level"] == "lesion":
            known.tell(key, row["total"])
            totals.setdefault(key, []).append(part)
        else:
            known.limit(part, whole)
    for key, parts in totals.items():
        known.add(key, parts)
    for row in tables["open_question"]:
        name = known.tell((f"lacks {row['missing']}", row["stratum"]), row["patients"])
        known.limit(name, ("indeterminate", row["stratum"]))


def _read_rules(known: Known, rows: Sequence[Row]) -> None:
    """Read by which rule patients of each registry left: of a state its rules are all."""
    of: dict[Name, list[Name]] = {}
    for row in rows:
        stratum = f"registry={row['registry']}"
        name = known.tell((row["rule"], stratum), row["patients"])
        for state, rules in RULES_OF.items():
            if row["rule"] in rules:
                of.setdefault((state, stratum), []).append(name)
    for state, rules in of.items():
        known.tell(state, None)
        known.add(state, rules)
    for rule in {row["rule"] for row in rows}:
        if (rule, "all") in known.names:
            known.add(
                (rule, "all"),
                [(row["rule"], f"registry={row['registry']}") for row in rows if row["rule"] == rule],
            )


def _whole_of(stratum: str) -> Name:
    """Name everybody of a stratum of the baseline table."""
    return ("first_line" if stratum == "all" else stratum.partition("=")[2], "all")


def _read_concordance(known: Known, rows: Sequence[Row]) -> None:
    own = rows[0]["protocol"] if rows else ""

    def call(definition: str, code: str) -> Name:
        return (code, "all") if definition == own else known.tell((f"{definition} {code}", "all"), None)

    sides: dict[Name, dict[str, list[Name]]] = {}
    for row in rows:
        one, other = row["definition"], row["other_definition"]
        cell = known.tell((f"{one} {row['call']} and {other} {row['other_call']}", "all"), row["patients"])
        sides.setdefault(call(one, row["call"]), {}).setdefault(other, []).append(cell)
        sides.setdefault(call(other, row["other_call"]), {}).setdefault(one, []).append(cell)
    for whole, of in sides.items():
        for parts in of.values():
            known.add(whole, parts)

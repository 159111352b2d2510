"""The head of the report: which release this is, what went into it, and its few leading numbers.

Not here: the parts that the leading numbers come from.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.events.findings import finding_told
from bpp_etl.events.parameters import CANDIDATE_FINDINGS
from bpp_etl.events.window import FIRST_DAY, LAST_DAY
from bpp_etl.report.estimates import Estimates, Shown
from bpp_etl.report.figures import Code, Figure, Missing, Piece, Text, text
from bpp_etl.report.notes import Notes
from bpp_etl.report.numbers import day, moment, whole
from bpp_etl.report.section import Section
from bpp_etl.report.sections.needs import Need, needs
from bpp_etl.report.tables import HIDDEN, ReleaseTables, Row
from schemas.cadence import TOLERANCE_DAYS


@dataclass(frozen=True)
class Headline:
    """One leading number: what it is, the estimate, whom it rests on, and where more of it stands."""

    label: str
    shown: Shown
    basis: Piece
    href: str


@dataclass(frozen=True)
class Summary:
    """What the head of the report shows; `is_controlled` where it may leave the house, and tells no needs."""

    is_controlled: bool
    needs: tuple[Need, ...]
    release_id: Code
    created: str
    protocol: Code
    window: str
    delivered: tuple[Piece, ...]
    lede: Piece
    headlines: tuple[Headline, ...]
    notes: Notes


@dataclass(frozen=True)
class _Lead:
    label: str
    metric: str
    stratum: str
    basis: str
    href: str
    bounds: tuple[str, str] | None = None


_LEADS = (
    _Lead(
        "Pseudoprogressions among the candidates that could be decided",
        "pseudoprogression_share",
        "all",
        "{events} of {patients} decided candidates",
        "course",
        bounds=("pseudoprogression_share_lowest", "pseudoprogression_share_highest"),
    ),
    _Lead(
        "From the start of therapy to the pseudoprogression, median",
        "time_to_pseudoprogression",
        "all",
        "{patients} patients",
        "times",
    ),
    _Lead(
        "From the pseudoprogression to progression, median",
        "pseudoprogression_to_progression",
        "all",
        "{events} of {patients} patients progressed",
        "times",
    ),
    _Lead(
        "Hazard of progression, HER2 positive over negative",
        "pseudoprogression_to_progression_hazard_ratio",
        "her2=positive/negative",
        "{events} of {patients} patients progressed",
        "her2",
    ),
    _Lead(
        "Change of ALP from baseline to the event, in pseudoprogressions",
        "alp_change_at_event",
        "all",
        "{patients} patients with both values",
        "alp",
    ),
    _Lead(
        "Change of ALP from baseline to progression, in pseudoprogressions",
        "alp_change_at_progression",
        "all",
        "{patients} patients with both values",
        "alp",
    ),
    _Lead(
        "Patients with a new lesion in the spine",
        "lesion_site_share_of_patients",
        "site=spine",
        "{events} of {patients} patients",
        "sites",
    ),
    _Lead(
        f"First-line CTs within {TOLERANCE_DAYS} days of the planned day",
        "cadence_on_time_share",
        "all",
        "{events} CTs, {patients} patients",
        "cadence",
    ),
)


_IF_UNDECIDED = ", were every undecided one none, or one"


def summary(tables: ReleaseTables) -> Summary:
    """Gather the head of the report."""
    notes = Notes("summary")
    estimates = Estimates(tables, notes)
    release = tables.release
    return Summary(
        is_controlled=tables.is_controlled,
        needs=() if tables.is_controlled else needs(tables),
        release_id=Code(release["release_id"]),
        created=moment(release["created_at"]),
        protocol=Code(tables.protocol),
        window=_window(release),
        delivered=tuple(_delivered(tables, row) for row in _deliveries(tables)),
        lede=_lede(tables),
        headlines=tuple(_headline(estimates, lead) for lead in _LEADS),
        notes=notes,
    )


def _window(release: Row) -> str:
    """Say when the first line of the cohort started; empty where any day will do."""
    sides = (("from", release[FIRST_DAY]), ("to", release[LAST_DAY]))
    return " ".join(f"{word} {day(one)}" for word, one in sides if one is not None)


def _headline(estimates: Estimates, lead: _Lead) -> Headline:
    shown = estimates.show(lead.metric, lead.stratum)
    basis = _basis(lead.basis, shown)
    if lead.bounds and isinstance(shown.estimate, Figure) and shown.estimate.value is not None:
        everyone = estimates.show(lead.bounds[0]).patients
        between = estimates.between(*lead.bounds)
        basis = text(basis, "; of all ", everyone, " it is ", between, _IF_UNDECIDED)
    return Headline(lead.label, shown, basis, lead.href)


def _basis(pattern: str, shown: Shown) -> Piece:
    """Fill numbers into words; where a number is suppressed, the words say so once."""
    used = [
        piece
        for name, piece in (("events", shown.events), ("patients", shown.patients))
        if f"{{{name}}}" in pattern
    ]
    if any(isinstance(piece, Figure) and piece.value is None for piece in used):
        return Missing(f"counts {HIDDEN}")
    if not all(isinstance(piece, Figure) for piece in used):
        return text()
    parts: list[Piece | str] = []
    for place, part in enumerate(pattern.replace("}", "{").split("{")):
        if place % 2 == 0:
            parts.append(part)
        else:
            parts.append(shown.events if part == "events" else shown.patients)
    return Text(tuple(parts))


def _deliveries(tables: ReleaseTables) -> list[Row]:
    return sorted(
        tables["quality.delivery"].rows,
        key=lambda row: (row["registry"], row["delivery_date"], row["delivery"]),
    )


def _delivered(tables: ReleaseTables, row: Row) -> Piece:
    title = f" ({row['title']})" if row["title"] else ""
    told = f"{title}, delivered on {day(row['delivery_date'])}: "
    if row["status"] == "admitted":
        table = tables["quality.delivery"]
        if row["delivered"] is None:
            return text(row["registry"], told, table.count(row, "admitted"), " rows admitted")
        counted = (table.count(row, "admitted"), " of ", table.count(row, "delivered"), " rows admitted")
        return text(row["registry"], told, *counted)
    return text(row["registry"], told, "shut, not in this release")


def _lede(tables: ReleaseTables) -> Piece:
    """Say in one sentence what became of the admitted patients."""
    flow = tables["metric.flow"]

    def step(name: str) -> Piece:
        row = flow.first(protocol=tables.protocol, stratum="all", step=name)
        if row is None:
            return Missing("an unknown number")
        return flow.figure(row, "patients", whole, f"a {HIDDEN} number")

    candidate = flow.first(protocol=tables.protocol, stratum="all", step="candidate")
    if candidate is None or candidate["patients"] == 0:
        return text(
            "Of ",
            step("admitted"),
            f" admitted patients none had {_findings(tables)} that could be followed under this definition."
            " Why is said for each registry below.",
        )
    return text(
        "Of ",
        step("admitted"),
        " admitted patients, ",
        step("candidate"),
        f" had {_findings(tables)} on first-line treatment before any explicit progression. ",
        step("pseudoprogression"),
        " of them proved to be pseudoprogressions and ",
        step("true_progression"),
        " true progressions; ",
        step("indeterminate"),
        " could not be decided.",
    )


def _findings(tables: ReleaseTables) -> str:
    """Name what makes a candidate under the report's protocol, in words."""
    return finding_told(tables.applied[0].codes(CANDIDATE_FINDINGS), "bone lesions")


SECTION = Section("summary", "In short", summary, has_own_heading=True)

"""Writes an explanation as one page that needs no network and can be shared with shifted dates.

Not here: its words (`words.py`, `change.py`) and the page's template (`bpp_etl/pages`).
"""

from __future__ import annotations

from bpp_etl.explain import words
from bpp_etl.explain.drawing import DESK, TELEPHONE, drawn
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.explain.words import ALP_HEADERS, HER2_HEADERS
from bpp_etl.pages import page


def as_html(evidence: Evidence, labels: Labels) -> str:
    """Write one page that needs no network."""
    return page(
        "explain.html",
        title=words.title(evidence, labels),
        source=words.source_told(evidence, labels),
        call=words.call_told(evidence, labels),
        facts=words.facts(evidence, labels),
        points=[
            {
                "date": labels.day(point.day),
                "day": labels.number(point.day),
                "place": words.PLACE_WORDS[point.place],
                "marks": words.marks_told(point, evidence),
                "assessments": [
                    (
                        words.scan_told(one, point, labels),
                        words.use_told(one, evidence.protocol),
                        words.shown_told(one),
                    )
                    for one in point.assessments
                ],
            }
            for point in evidence.points
        ],
        rests_on=words.rests_on(evidence, labels),
        verdicts=words.verdicts(evidence, labels),
        tables=[
            ("ALP against its upper limit", ALP_HEADERS, words.alp_rows(evidence, labels)),
            ("HER2", HER2_HEADERS, words.her2_rows(evidence, labels)),
        ],
        flags=words.flags_told(evidence),
        notes=evidence.notes,
        drawings={
            name: drawn(evidence, labels, width) for name, width in (("wide", DESK), ("narrow", TELEPHONE))
        },
        is_shifted=labels.is_shifted,
    )

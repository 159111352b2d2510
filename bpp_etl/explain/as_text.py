"""Writes an explanation for a terminal of 80 columns.

Not here: its words (`words.py`, `change.py`).
"""

from __future__ import annotations

from bpp_etl.explain import words
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.explain.words import ALP_HEADERS, HER2_HEADERS, Pairs
from bpp_etl.pages.plain_text import cells_of, printable, table, wrapped


def as_text(evidence: Evidence, labels: Labels) -> str:
    """Write an explanation in plain text."""
    lines = [*wrapped(words.title(evidence, labels)), *wrapped(words.source_told(evidence, labels))]
    lines += ["", "The call", *_pairs(words.call_told(evidence, labels))]
    lines += ["", "Course", *_pairs(words.facts(evidence, labels))]
    lines += ["", "Time points, in order", *_point_lines(evidence, labels)]
    if evidence.is_candidate:
        lines += ["", "Rests on", *_pairs(words.rests_on(evidence, labels))]
        lines += ["", "Other rule sets", *_pairs(words.verdicts(evidence, labels))]
    for heading, headers, rows, align in (
        ("ALP against its upper limit", ALP_HEADERS, words.alp_rows(evidence, labels), "lrlrlrrl"),
        ("HER2", HER2_HEADERS, words.her2_rows(evidence, labels), "lrlll"),
    ):
        lines += ["", heading]
        # The date would only repeat the day where dates are shifted.
        cut = 1 if labels.is_shifted else 0
        lines += table(headers[cut:], [row[cut:] for row in rows], align[cut:]) if rows else ["  none"]
    for heading, pairs in (
        ("Flags", words.flags_told(evidence)),
        ("Notes", [("-", note) for note in evidence.notes]),
    ):
        if pairs:
            lines += ["", heading, *_pairs(pairs)]
    return "\n".join(printable(line) for line in lines)


def _point_lines(evidence: Evidence, labels: Labels) -> list[str]:
    lines = []
    for point in evidence.points:
        parts = (
            [labels.day(point.day)]
            if labels.is_shifted
            else [labels.day(point.day), f"day {labels.number(point.day)}"]
        )
        parts.append(words.PLACE_WORDS[point.place])
        marks = words.marks_told(point, evidence)
        head = "  ".join(parts) + (f"  ** {marks} **" if marks else "")
        lines.append(f"  {head}")
        for one in point.assessments:
            use, shown = words.use_told(one, evidence.protocol), words.shown_told(one)
            told = f"{words.scan_told(one, point, labels)}, {use}: {shown}"
            lines += wrapped(told, "      ", hanging="        ")
    return lines or ["  none"]


def _pairs(pairs: Pairs) -> list[str]:
    room = max((cells_of(name) for name, _ in pairs), default=0)
    hanging = " " * (room + 4)
    lines = []
    for name, told in pairs:
        first, *rest = wrapped(told, hanging)
        lines += [f"  {name}{first[2 + cells_of(name) :]}", *rest]
    return lines

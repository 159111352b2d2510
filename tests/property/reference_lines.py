"""A naive reading of how lines of therapy follow from drugs, day by day; it shares no code with the engine.

Not here: the tests that hold the engine to it (`test_lines_agree.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FOREVER = 10**6
Row = tuple[int, str, int, int | None]
"""Number of the row, agent, first day, last day or None where it is open."""


def lines_of(rows: Sequence[Row], told: Mapping[str, Any]) -> list[tuple[str, int, int | None]]:
    """Walk over the days of one patient; return regimen, first day and last day of each line."""
    class_of = {
        agent: f"class {place}" for place, group in enumerate(told["interchangeable"]) for agent in group
    }
    begins: dict[int, list[Row]] = {}
    for row in sorted(rows):
        begins.setdefault(row[2], []).append(row)
    found: list[dict[str, Any]] = []
    for day in sorted(begins):
        for number, agent, first, last in begins[day]:
            kind = class_of.get(agent, agent)
            until = FOREVER if last is None else last
            now = found[-1] if found else None
            if now is None or not _is_given_since(now, day, told["gap_days"]):
                found.append({"start": day, "given": [(kind, agent, first, until, number)]})
            elif kind in {one[0] for one in now["given"]} or day - now["start"] <= told["overlap_days"]:
                now["given"].append((kind, agent, first, until, number))
            else:
                stays = _stays(now["given"], day + told["overlap_days"])
                kept = [one for one in now["given"] if one[0] in stays]
                found.append({"start": day, "given": [*kept, (kind, agent, first, until, number)]})
    made: list[tuple[str, int, int | None]] = []
    for place, one in enumerate(found):
        bound = found[place + 1]["start"] - 1 if place + 1 < len(found) else None
        made += _written(one["given"], one["start"], bound, told)
    return made


def _is_given_since(line: Mapping[str, Any], day: int, gap: int) -> bool:
    """Say whether any drug of a line is given on a day, or was on one of the days of a gap before it."""
    return any(until >= day - gap for _, _, _, until, _ in line["given"])


def _stays(given: Sequence[Any], after: int) -> set[str]:
    return {kind for kind, _, _, until, _ in given if until > after}


def _written(given: Sequence[Any], start: int, bound: int | None, told: Mapping[str, Any]) -> list[Any]:
    last: dict[str, int] = {}
    for kind, _, _, until, _ in given:
        last[kind] = max(last.get(kind, 0), until)
    seen = {kind: until if bound is None else min(until, bound) for kind, until in last.items()}
    if told["maintenance"] == "new_line":
        end_of_all = max(seen.values())
        over = sorted(until for until in seen.values() if until + told["gap_days"] < end_of_all)
        if over:
            gone = {
                kind
                for kind, until in seen.items()
                if until + told["gap_days"] < end_of_all and until - over[0] <= told["overlap_days"]
            }
            split = max(seen[kind] for kind in gone)
            rest = [one for one in given if one[0] not in gone]
            return [(_regimen(given), start, split), *_written(rest, split + 1, bound, told)]
    if max(last.values()) == FOREVER:
        return [(_regimen(given), start, None)]
    return [(_regimen(given), start, max(seen.values()))]


def _regimen(given: Sequence[Any]) -> str:
    names: dict[str, str] = {}
    for kind, agent, *_ in given:
        names.setdefault(kind, agent)
    return " + ".join(sorted(names.values()))

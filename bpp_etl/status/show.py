"""A warehouse's status on one screen, or as JSON.

Not here: what it says.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from pathlib import Path

from bpp_etl.pages.plain_text import table, wrapped
from bpp_etl.reading.limits import in_words
from bpp_etl.status.registries import Judged, RegistryStatus
from bpp_etl.status.warehouse import WarehouseStatus

STATES = {
    "admitted": "admitted",
    "shut": "gate shut",
    "waiting": "waiting",
    "not_delivered": "not in the landing",
    "closed": "closed to us",
    "busy": "being refreshed",
    "damaged": "damaged",
    "other_version": "of another version",
}
HEADERS = ("registry", "state", "newest", "in use", "since", "warned", "flagged")


def as_text(status: WarehouseStatus) -> str:
    """Lay a status out for a terminal of 80 columns: what needs a person first."""
    lines = _needs(status)
    rows = [_row(registry) for registry in status.registries]
    lines += ["", *table(HEADERS, rows, "llllrrr", indent="")] if rows else ["", "no registry yet"]
    release = status.release
    if release is None:
        lines += ["", "release: none in service"]
    else:
        newest = "" if release.is_newest else ", not the newest"
        age = _age((status.at - release.created_at) / dt.timedelta(days=1))
        lines += ["", f"release: {release.release_id} in service, made {age} ago{newest}"]
        lines += [f"report:  {release.report}"]
    lines += [f"daemon:  {status.daemon}", f"disk:    {in_words(status.free_bytes)} free"]
    return "\n".join(lines)


def as_json(status: WarehouseStatus) -> str:
    """Give all of a status, the breaches of every severity among it."""
    told = {
        "needs_a_person": bool(status.needs),
        "needs": [dataclasses.asdict(need) for need in status.needs],
        "at": status.at,
        "warehouse": status.root,
        "landing": status.landing,
        "registries": [_registry(registry) for registry in status.registries],
        "release": None if status.release is None else dataclasses.asdict(status.release),
        "daemon": status.daemon,
        "free_bytes": status.free_bytes,
        "left_alone": list(status.left_alone),
    }
    return json.dumps(told, indent=2, default=_plain, ensure_ascii=False)


def _needs(status: WarehouseStatus) -> list[str]:
    if not status.needs:
        return ["all well: nothing needs a person"]
    many = len(status.needs)
    lines = [f"{many} thing{'s' if many > 1 else ''} need{'s' if many == 1 else ''} a person"]
    for need in status.needs:
        lines += wrapped(f"{need.about}: {need.what}", "- ", hanging="  ")
        lines += wrapped(need.mend, "    ") if need.mend else []
        lines += [f"    {need.do}"]  # a command to copy is not broken
    return lines


def _row(registry: RegistryStatus) -> tuple[str, ...]:
    newest = "-"
    if registry.waiting is not None:
        newest = registry.waiting.delivery.name
    elif registry.newest is not None:
        newest = registry.newest.delivery
    counted = Counter[str]()
    for breach in registry.newest.breaches if registry.newest is not None else ():
        counted[str(breach["severity"])] += 1
    return (
        registry.name,
        STATES[registry.state],
        newest,
        registry.admitted.delivery if registry.admitted is not None else "nothing",
        "-" if registry.days_since_admitted is None else _age(registry.days_since_admitted),
        str(counted["warn"]),
        str(counted["flag"]),
    )


def _age(days: float) -> str:
    if days >= 2:
        return f"{days:.0f} d"
    hours = days * 24
    return f"{hours:.0f} h" if hours >= 2 else f"{max(hours * 60, 0):.0f} min"


def _registry(registry: RegistryStatus) -> dict[str, object]:
    waiting = registry.waiting
    return {
        "registry": registry.name,
        "state": registry.state,
        "admitted": _judged(registry.admitted),
        "shut": _judged(registry.shut),
        "waiting": None if waiting is None else {"delivery": waiting.delivery.name, "why": waiting.why},
        "damage": registry.damage or None,
        "days_since_admitted": registry.days_since_admitted,
        "place": registry.place,
    }


def _judged(judged: Judged | None) -> dict[str, object] | None:
    return None if judged is None else dataclasses.asdict(judged)


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)

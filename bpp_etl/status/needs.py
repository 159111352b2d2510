"""What needs a person, and what that person is to do.

Not here: finding out how things are (`registries.py`, `warehouse.py`).
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.gate.decision import Unanswered
from bpp_etl.status.registries import RegistryStatus
from schemas.laws import DeliveryLaw
from schemas.rules import rule_of


@dataclass(frozen=True)
class Need:
    """Something that does not mend itself: what it is about, what was found, and what to do.

    `mend` says of a rule how a breach of it is mended; `do` is short: a command is to be copied.
    `kind` tells it in our own words alone, for where others look on: a name of theirs may be a person's.
    """

    about: str
    kind: str
    what: str
    do: str
    mend: str = ""


A_DAY = dt.timedelta(days=1)
"""Where a delivery is named the day may have begun before it has here."""


def needs_of_registry(
    status: RegistryStatus, fresh_days: float, today: dt.date, *, is_running: bool
) -> Iterator[Need]:
    """Say what a registry needs; `fresh_days` is how long one may be without a delivery that was admitted."""
    name = status.name
    refresh = f"bpp refresh --registry {name}"
    if status.state in {"damaged", "other_version"}:
        yield Need(
            name,
            status.state.replace("_", " "),
            status.damage,
            f"{refresh}; where that does not mend it, have its last delivery sent again",
        )
    if status.state == "closed":
        yield Need(
            name, "closed to us", "its folder in the landing cannot be opened", "let this account read it"
        )
    if status.state == "waiting" and status.waiting is not None and not is_running:
        due = status.waiting
        yield Need(name, "a delivery waits", f"{due.delivery.name} waits to be judged ({due.why})", refresh)
    if status.shut is not None and status.state in {"shut", "damaged", "other_version"}:
        why = "; ".join(status.shut.messages)
        check = "ask for another" if status.place is None else f"bpp check {shlex.quote(str(status.place))}"
        yield Need(name, "gate shut", f"gate shut for {status.shut.delivery}: {why}", check)
    told = status.newest
    if told is not None and status.state != "waiting":
        for of, warning in zip(told.warned, told.warnings, strict=True):
            yield _warning(name, of, warning)
    if status.admitted is not None and status.state != "waiting":
        for one in status.admitted.unanswered:
            yield _unanswered(name, one)
    if told is not None and told.day > today + A_DAY:
        yield Need(
            name,
            "a delivery of a day to come",
            f"{told.delivery} is named after a day that is still to come: none of an earlier day is read",
            "name it after the day on which it was made",
        )
    days = status.days_since_admitted
    if status.admitted is not None and days is not None and days > fresh_days:
        yield Need(name, "late", f"nothing admitted for {days:.0f} days", "ask the registry for a delivery")


def need_of_folder(registry: str) -> Need:
    """Say that a registry which deliveries were admitted of is gone from the landing, perhaps by a rename."""
    return Need(
        registry,
        "gone from the landing",
        "its folder is gone from the landing, and its patients stay in every release",
        f"put it back; renamed, or gone for good: take registries/{registry} out of the warehouse",
    )


def _unanswered(registry: str, one: Unanswered) -> Need:
    """Say which warning of an earlier delivery nobody has answered: later ones are like the one it was of."""
    return Need(
        registry,
        f"a warning not answered ({one.rule})",
        one.in_words(),
        f"send what is right, or accept it: [accept.{one.rule}] in registry.toml",
        rule_of(one.table, one.rule).mend,
    )


def _warning(registry: str, of: str, message: str) -> Need:
    """Say which rule warns, in its words with their counts, how it is mended, and how it is accepted.

    An admitted delivery that is warned of needs a person until it is mended or accepted: that is what sets a
    warning apart from a flag.
    """
    table, rule = of.split(".")
    known = rule_of(table, rule)
    accept = f"where it is right: [accept.{rule}] in registry.toml"
    do = "ask the registry" if isinstance(known.law, DeliveryLaw) and known.law.is_binding else accept
    return Need(registry, f"a warning ({rule})", f"warning {rule} ({table}): {message}", do, known.mend)

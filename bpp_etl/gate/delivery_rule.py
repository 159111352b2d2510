"""What it takes to judge a rule of files, tables or the whole delivery, and which function judges which.

Not here: the functions (`gate/delivery_rules.py` and the modules beside it that `gate/decide.py` names), and
the rules' declarations (`schemas/delivery_laws.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bpp_etl.errors import BppError
from bpp_etl.gate.decision import Unanswered
from bpp_etl.gate.judged import JudgedDelivery
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.warehouse.connection import Connection, count_of, one_row
from bpp_etl.warehouse.select import Select, read_select, used_parameters
from schemas.rules import Rule

T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """What a warehouse holds already, for rules that compare.

    `before` is open on the file of the registry's last admitted delivery, None where there is none to compare
    with. `told` is what rules that compare with it found when this very delivery was admitted, by table and
    rule: it is judged again, and its delivery before is gone. `elsewhere` has, by the names of other
    registries, the files of digests of their admitted patients (`gate/rules_across_registries.py`).
    `unanswered` are warnings of earlier deliveries that wait for an answer, and `before_warnings` is open on
    the delivery before the first of them, where it can be compared with (`gate/answers.py`). `of_year` counts
    the patients of deliveries that were admitted within a year, by their names.
    """

    before: Connection | None = None
    told: Mapping[tuple[str, str], Found] = field(default_factory=dict)
    elsewhere: Mapping[str, Path] = field(default_factory=dict)
    unanswered: tuple[Unanswered, ...] = ()
    before_warnings: Connection | None = None
    of_year: Mapping[str, int] = field(default_factory=dict)


NOTHING_KNOWN = Known()

ENOUGH_PATIENTS = 5000
"""So many patients, chosen by their ids, tell a rule of shares and medians what all of more would."""


@dataclass(frozen=True)
class WholeDelivery:
    """All that a rule may look at.

    `con` is open on the working file: `raw` holds the delivery as text, `core` the rows that would be
    admitted, `core.assessment_cadence` among them. `judged` has the counts, what was read and registry.toml.
    """

    con: Connection
    delivery: Delivery
    judged: JudgedDelivery
    known: Known = NOTHING_KNOWN
    _done: dict[Callable[[WholeDelivery], Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def before(self) -> Connection | None:
        """Return the delivery before, open; None where there is none."""
        return self.known.before

    def limit_of(self, rule: Rule) -> float:
        """Return the share of breaches that a rule allows, as the registry or its declaration sets it."""
        return self.judged.read.config.limit(rule.limit_name) if rule.limit_name else 0.0

    def once(self, work: Callable[[WholeDelivery], T]) -> T:
        """Return what the work finds in this delivery, done once for all rules that go by it."""
        if work not in self._done:
            self._done[work] = work(self)
        found: T = self._done[work]
        return found

    @property
    def part(self) -> int:
        """Return the part of the patients, one in so many by their ids, that a rule of shares looks at."""
        return self.once(_part)

    def counts(self, select: str, rule: Rule) -> tuple[Any, ...]:
        """Return the one row of a SELECT file of the gate, which may name the rule's parameters."""
        text = read_select(Select("bpp_etl.gate", select))
        given = {"registry": self.delivery.registry, "delivery_date": self.delivery.date, **rule.parameters}
        return one_row(self.con, text, used_parameters(text, given))


@dataclass(frozen=True)
class Found:
    """How many of what was judged broke a rule, the share that may, and the words for it, free of values.

    `columns` are those that broke a rule which looks at many. What was found `is_of_few` patients: a rule
    that would shut the gate only tells of it.
    """

    judged: int
    broken: int
    limit: float = 0.0
    words: str = ""
    columns: tuple[str, ...] = ()
    is_of_few: bool = False

    @property
    def is_over(self) -> bool:
        """Say whether the share of what broke the rule is over its limit; nothing judged is nothing over."""
        # A division rounds the share as the limit was rounded: 29 of 100 is not over 0.29.
        return self.judged > 0 and self.broken / self.judged > self.limit


def _part(whole: WholeDelivery) -> int:
    return max(1, count_of(whole.con, "select count(*) from core.patients") // ENOUGH_PATIENTS)


Judge = Callable[[WholeDelivery, Rule], Found]

_JUDGES: dict[str, Judge] = {}


def judges(*rule_ids: str) -> Callable[[Judge], Judge]:
    """Name the rules that a function judges; no rule has two judges."""

    def register(judge: Judge) -> Judge:
        for rule_id in rule_ids:
            if rule_id in _JUDGES:
                raise BppError(f"the rule {rule_id} has two judges", "leave one of them")
            _JUDGES[rule_id] = judge
        return judge

    return register


def judge_of(rule_id: str) -> Judge:
    """Find the function that judges a rule."""
    try:
        return _JUDGES[rule_id]
    except KeyError:
        raise BppError(
            f"nothing judges the rule {rule_id}", "write its function in bpp_etl/gate/delivery_rules.py"
        ) from None


def share_in_words(broken: int, judged: int, limit: float, what: str) -> str:
    """Word a share that is held to a limit; `what` follows the two counts."""
    share = 100 * broken / judged if judged else 0.0
    return f"{broken} of {judged} {what} ({share:.1f} %, limit {100 * limit:g} %)"

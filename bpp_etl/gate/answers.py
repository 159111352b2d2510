"""Which warnings of earlier deliveries are answered, and by what.

A rule that compares with the delivery before falls silent with the next delivery, which is like the one that
it warned of. So its warning waits for an answer: the registry accepts it, switches the rule off, or delivers
again what is as it was before the warning. No time ends it, for time answers nothing.
Not here: where they are kept (`bpp_etl/admission/unanswered.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bpp_etl.gate.decision import Unanswered
from bpp_etl.gate.delivery_rule import Found, Known, WholeDelivery, judge_of
from schemas.rules import Rule

SWITCHED_OFF = 1.0


@dataclass
class Answers:
    """The warnings that wait while a delivery is judged, rule by rule; what is left was not answered."""

    whole: WholeDelivery
    left: list[Unanswered] = field(default_factory=list)
    _against: WholeDelivery | None = None

    def __post_init__(self) -> None:
        """Look at the delivery before the first warning as at the one before this."""
        con = self.whole.known.before_warnings
        if con is not None:
            self._against = WholeDelivery(self.whole.con, self.whole.delivery, self.whole.judged, Known(con))

    def weigh(self, rule: Rule, found: Found, *, is_accepted: bool) -> Found:
        """Say what a rule finds, once it is known whether what it warned of before was taken back.

        What was taken back differs from the delivery before, which is the one that was warned of: that is no
        breach.
        """
        place = (rule.table, rule.id)
        waiting = next((one for one in self.whole.known.unanswered if (one.table, one.rule) == place), None)
        if waiting is None or is_accepted or self.whole.limit_of(rule) >= SWITCHED_OFF:
            return found
        if self._against is not None and waiting.can_be_compared:
            since = judge_of(rule.id)(self._against, rule)
            if since.judged and not since.is_over:
                return since if found.is_over else found
        self.left.append(waiting)
        return found

"""Every verdict set: what another rule set may make of a candidate, how each verdict reads, and its words.

Not here: the rules that give a verdict (`bpp_etl/events/verdicts.py`), the parameters that they take
(`bpp_etl/events/parameters.py`), their values and citation (a protocol file of the set's kind).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

ReadsAs = Literal["progression", "none", "open"]
"""Whether a verdict says progression, says that there is none, or decides nothing."""


@dataclass(frozen=True)
class Verdict:
    """One verdict: its code, its words, and how it reads where two definitions are compared."""

    code: str
    words: str
    reads: ReadsAs


@dataclass(frozen=True)
class VerdictSet:
    """The verdicts of one rule set; `name` is part of its columns' names.

    `judges` and `dates` describe the two columns of the verdict and of its day. `repeats` names the set whose
    codes, rules and protocol this one takes, over other scans.
    """

    name: str
    title: str
    short: str
    judges: str
    dates: str
    verdicts: tuple[Verdict, ...]
    repeats: str | None = None

    @property
    def kind(self) -> str:
        """Name the kind of protocol that sets its parameters."""
        return self.repeats or self.name

    @property
    def column(self) -> str:
        """Name the column of the verdict."""
        return f"verdict_{self.name}"

    @property
    def date_column(self) -> str:
        """Name the column of the day at which the set dates a progression."""
        return f"{self.column}_date"

    @property
    def codes(self) -> tuple[str, ...]:
        """List the codes of the verdicts."""
        return tuple(verdict.code for verdict in self.verdicts)

    def codes_that_read(self, side: ReadsAs) -> tuple[str, ...]:
        """List the codes of the verdicts that read so."""
        return tuple(verdict.code for verdict in self.verdicts if verdict.reads == side)


PD = Verdict("PD", "Progression (PD)", "progression")
NON_PD = Verdict("NON_PD", "No progression", "none")
EQUIVOCAL = Verdict("EQUIVOCAL", "Still equivocal", "open")

RECIST11 = VerdictSet(
    name="recist11",
    title="RECIST 1.1",
    short="RECIST 1.1",
    judges="What RECIST 1.1 makes of the candidate.",
    dates="Day at which RECIST 1.1 dates the progression; only with PD.",
    verdicts=(PD, NON_PD, EQUIVOCAL),
)
IRECIST = VerdictSet(
    name="irecist",
    title="iRECIST, same scans",
    short="iRECIST",
    judges=(
        "What iRECIST makes of the candidate over the same scans as the state: up to the time point that"
        " decided it, or all of the line while it is indeterminate."
    ),
    dates="Day of the first iUPD since the last reset; only with iCPD or iUPD.",
    verdicts=(
        Verdict("iCPD", "Confirmed progression (iCPD)", "progression"),
        Verdict("iUPD", "Unconfirmed progression (iUPD)", "none"),
        Verdict("NON_iUPD", "No progression suspected any more", "none"),
        EQUIVOCAL,
    ),
)
IRECIST_LINE = replace(
    IRECIST,
    name="irecist_line",
    title="iRECIST, whole line",
    short="iRECIST, line",
    judges="What iRECIST makes of the candidate over the whole line, also after the state was decided.",
    repeats=IRECIST.name,
)
MDA = VerdictSet(
    name="mda",
    title="MD Anderson bone criteria",
    short="MD Anderson",
    judges="What the MD Anderson bone criteria make of the candidate.",
    dates="Day of the progression; only with PD.",
    verdicts=(PD, Verdict("PR", "Partial response (PR)", "none"), NON_PD),
)
PCWG3 = VerdictSet(
    name="pcwg3",
    title="PCWG3, two plus two",
    short="PCWG3",
    judges="What the PCWG3 two-plus-two rule makes of the bone scans.",
    dates="Day of the bone scan that first showed the rise; only with PD or PDu.",
    verdicts=(
        PD,
        Verdict("PDu", "Suspicious, unconfirmed (PDu)", "open"),
        NON_PD,
        Verdict("NE", "Not evaluable: no bone scan", "open"),
    ),
)

VERDICT_SETS: Mapping[str, VerdictSet] = MappingProxyType(
    {
        one.name: one
        for one in (
            RECIST11,
            IRECIST,
            IRECIST_LINE,
            MDA,
            PCWG3,
        )
    }
)
"""Name -> verdict set, in the order in which they are shown."""

VERDICT_WORDS: Mapping[str, str] = MappingProxyType(
    {verdict.code: verdict.words for one in VERDICT_SETS.values() for verdict in one.verdicts}
)
"""Code of a verdict -> its words; a code that several sets have means the same in each."""

"""What a protocol takes for a candidate, and on which scans, in words.

Not here: the codes (`parameters.py`) and what they mean in rows (`sql/candidate_lesion.sql`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bpp_etl.events.parameters import BONE_SCAN
from schemas.codes import CT_MODALITIES

OF_IMAGES: Mapping[str, str] = {"new_osteoblastic": "new osteoblastic", "denser": "denser"}
OF_BONE_SCANS: Mapping[str, str] = {"new_on_bone_scan": "new", "larger_on_bone_scan": "larger"}


class Definition(Protocol):
    """What the words need of a protocol, be it a file or what a release tells of one."""

    @property
    def citation(self) -> str:
        """Return the publication."""

    @property
    def doi(self) -> str | None:
        """Return the publication's doi, if it has one."""

    @property
    def confirms_itself(self) -> bool:
        """Say whether a candidate needs no other scan."""

    def codes(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a list of codes."""


def scans_told(modalities: Collection[str], *, is_one: bool = False) -> str:
    """Name the scans that a protocol looks at by their modalities: CTs, bone scans, or both."""
    names = ["CT"] * bool(set(modalities) & set(CT_MODALITIES)) + ["bone scan"] * (BONE_SCAN in modalities)
    return " or ".join(name if is_one else f"{name}s" for name in names)


def finding_told(codes: Sequence[str], noun: str = "lesion") -> str:
    """Write the codes of `candidate_findings` in words, such as `new osteoblastic or denser lesion`."""
    parts = []
    for words, place in ((OF_IMAGES, ""), (OF_BONE_SCANS, " on a bone scan")):
        named = [words[code] for code in codes if code in words]
        if named:
            parts.append(f"{' or '.join(named)} {noun}{place}")
    return " or ".join(parts)

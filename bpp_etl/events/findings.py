"""What a protocol takes for a candidate, in words.

Not here: the codes (`parameters.py`) and what they mean in rows (`sql/candidate_lesion.sql`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OF_IMAGES: Mapping[str, str] = {"new_osteoblastic": "new osteoblastic", "denser": "denser"}
OF_BONE_SCANS: Mapping[str, str] = {"new_on_bone_scan": "new", "larger_on_bone_scan": "larger"}


def finding_told(codes: Sequence[str], noun: str = "lesion") -> str:
    """Write the codes of `candidate_findings` in words, such as `new osteoblastic or denser lesion`."""
    parts = []
    for words, place in ((OF_IMAGES, ""), (OF_BONE_SCANS, " on a bone scan")):
        named = [words[code] for code in codes if code in words]
        if named:
            parts.append(f"{' or '.join(named)} {noun}{place}")
    return " or ".join(parts)

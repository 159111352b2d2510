"""Eligible CT: CT or PET-CT, evaluable, and not without the bone window."""

import pytest

from tests.support.timeline import Judge


@pytest.mark.parametrize(
    ("image", "left_at"),
    [
        ("CT: new osteoblastic", "candidate"),
        ("PET-CT: new osteoblastic", "candidate"),
        ("CT: new osteoblastic, bone window unknown", "candidate"),
        ("CT: new osteoblastic, no bone window", "no_new_osteoblastic_lesion"),
        ("CT: new osteoblastic, not evaluable", "no_new_osteoblastic_lesion"),
        ("MRI: new osteoblastic", "no_new_osteoblastic_lesion"),
        ("bone scan: new osteoblastic", "no_new_osteoblastic_lesion"),
        ("X-ray: new osteoblastic", "no_new_osteoblastic_lesion"),
    ],
)
def test_only_an_eligible_ct_shows_a_candidate(judge: Judge, image: str, left_at: str) -> None:
    row = judge(f"""
        day -10  CT
        day 42   {image}
        day 84   CT
    """)
    assert row.left_at == left_at


@pytest.mark.parametrize(
    ("image", "count"),
    [
        ("CT", 2),
        ("PET-CT", 2),
        ("CT: bone window unknown", 2),
        ("CT: no bone window", 1),
        ("MRI", 1),
        ("bone scan", 1),
        ("X-ray", 1),
    ],
)
def test_only_an_eligible_ct_confirms(judge: Judge, image: str, count: int) -> None:
    row = judge(f"""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  {image}
    """)
    assert row.confirming_ct_count == count


@pytest.mark.parametrize("place", ["baseline", "candidate", "confirming", "none"])
def test_an_unknown_bone_window_is_flagged_where_it_carries_the_call(judge: Judge, place: str) -> None:
    def mark(name: str, also: str = "") -> str:
        details = ", ".join(filter(None, [also, "bone window unknown" if name == place else ""]))
        return f"CT: {details}" if details else "CT"

    row = judge(f"""
        day -10  {mark("baseline")}
        day 42   {mark("candidate", "new osteoblastic")}
        day 50   CT: bone window unknown
        day 84   {mark("confirming")}
    """)
    assert ("bone_window_unknown" in row.flags) == (place != "none")

"""Courses to explain, each a made-up patient of one registry, and the ways to tell them.

Not here: what must be told (`tests/unit/explain`). Day 0 is 2020-01-01; the registry delivers on day 400.
"""

import json
from typing import Any

from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.explain.run import WRITERS

CANDIDATE = """
    day -10  CT
    day 42   CT: new osteoblastic spine, equivocal new osteoblastic rib, SD
"""
LABS = """
    day -5   ALP 110
    day 42   ALP 95
    day 165  ALP 150
    day -20  HER2 primary negative
    day 60   HER2 metastasis positive
"""
COURSES = {
    "awaiting": CANDIDATE + "day 84 CT: SD",
    "confirmed": CANDIDATE
    + LABS
    + """
    day 44   bone scan: new osteoblastic skull
    day 60   CT: SD
    day 84   CT: SD
    day 110  MRI: SD
    day 126  CT: bone window unknown
    day 170  CT: lysis femur, PD
    """,
    "detected": CANDIDATE + "day 44 MRI: PD",
    "progressed": CANDIDATE + "day 84 CT: SD\n day 100 CT: PD",
    "progressed late": CANDIDATE + "day 84 CT: SD\n day 130 CT: PD",
    "without baseline": "day 42 CT: new osteoblastic",
    "without lesion": "day -10 CT\n day 42 CT: SD",
    "without CT": "day -10 CT\n day 42 CT: not evaluable\n day 60 bone scan: new osteoblastic",
    "without line": "no line 1\n day 4 CT",
    "progression first": "day -10 CT\n day 42 CT: PD\n day 84 CT: new osteoblastic",
    "not read": CANDIDATE + "day 84 CT: SD\n day 126 CT: no response",
    "died": CANDIDATE + "day 200 dies",
    "changed": CANDIDATE + "day 100 line 1 ends",
    "second line": CANDIDATE + "day 100 line 2 starts",
    "off protocol": CANDIDATE + "day 60 line 1 ends\n day 70 line 2 starts\n day 84 CT: PD",
    "lost": CANDIDATE + "day 100 last contact",
    "too soon": CANDIDATE + "day 66 CT: SD",
    "baseline close by": "day -3 CT",
    "candidate close by": "day 5 CT: new osteoblastic",
    "detected, no baseline": "day 42 CT: new osteoblastic, PD",
    "over at once": "day -10 CT\n day 0 line 1 ends",
}
SECRET = "SECRET-7Q"
TWO_MORE = (
    "Two more CTs that are read for progression and show none, 28 days or more apart, the first at least"
    " 28 days after day 42 (on day 70 or later)"
)


def told(evidence: Evidence, *, is_shifted: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WRITERS["json"](evidence, Labels(evidence, is_shifted=is_shifted)))
    return found


def text_of(evidence: Evidence, *, is_shifted: bool = False) -> str:
    return WRITERS["text"](evidence, Labels(evidence, is_shifted=is_shifted))

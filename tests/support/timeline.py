"""Reads a patient's course written as a few lines of text, and judges it: the language of the spec tests.

    day -10  CT
    day 42   CT: new osteoblastic spine, PD
    day 60   bone scan: new osteoblastic rib #B1, not evaluable
    day 84   CT: no response, stable osteolytic pelvis with lysis unread
    day 90   line 1 ends for toxicity
    day 91   line 2 starts, cycles of 28 days with capecitabine

Unless the text says otherwise every CT and MRI is read for progression and shows none, line 1 starts on day
0, and the registry delivers on day 400 and has seen everybody that day. Not here: what the course means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import TypeVar

from bpp_etl.events import derive_events, load_protocol
from bpp_etl.timeline.cadence import derive_cadence
from bpp_etl.warehouse.connection import Connection
from schemas.cadence import StatedCadence
from schemas.stated import NOTHING_STATED, Stated
from tests.support.core_tables import clear, insert_patients
from tests.support.patients import Her2Test, Lab, Lesion, Line, Patient, Scan
from tests.support.relations import REGISTRY

Case = TypeVar("Case")
DAY_0 = date(2020, 1, 1)
DELIVERY_DAY = 400
LAST_SEEN = DAY_0 + timedelta(days=DELIVERY_DAY)
MODALITIES = {"CT": "CT", "PET-CT": "PET_CT", "MRI": "MRI", "bone scan": "BONE_SCAN", "X-ray": "XRAY"}
NEVER_READ = {"BONE_SCAN", "XRAY"}
RESPONSES = {"PD", "SD", "PR", "CR", "NE"}
SITES = {"spine", "pelvis", "rib", "skull", "femur"}
LINE = re.compile(r"day\s+(-?\d+)\s+(.+)")
HER2 = re.compile(r"HER2 (primary|metastasis|unknown) (positive|negative|indeterminate)")
LESION = re.compile(
    r"(?P<doubt>equivocal )?(?P<status>new|larger|smaller|stable|resolved|baseline|lysis|less lysis)"
    r"(?: (?P<morphology>osteoblastic|osteolytic|mixed|unknown))?(?: (?P<site>(?!with)\w+))?"
    r"(?: #(?P<name>\w+))?(?P<unread> with lysis unread)?"
)


def on(day: int) -> date:
    return DAY_0 + timedelta(days=day)


@dataclass
class Course:
    """A text as it is being read."""

    name: str
    lines: dict[int, Line] = field(default_factory=dict)
    scans: list[Scan] = field(default_factory=list)
    labs: list[Lab] = field(default_factory=list)
    her2: list[Her2Test] = field(default_factory=list)
    last_contact: date = LAST_SEEN
    death: date | None = None

    def add(self, day: date, words: str) -> None:
        what, _, details = (part.strip() for part in words.partition(":"))
        if what in MODALITIES:
            self.scans.append(self.scan(day, what, details))
        elif found := re.fullmatch(
            r"line (\d) starts(?:, cycles of (\d+|unknown) days)?(?: with (.+))?", words
        ):
            cycle = None if found[2] == "unknown" else int(found[2] or 21)
            known = self.lines.get(int(found[1]), Line(int(found[1]), day))
            self.lines[known.number] = replace(known, start=day, cycle_days=cycle, regimen=found[3])
        elif found := re.fullmatch(r"line (\d) ends(?: for (\w+))?", words):
            known = self.lines.get(int(found[1]), Line(int(found[1]), on(0)))
            self.lines[known.number] = replace(known, end=day, end_reason=found[2])
        elif words == "dies":
            self.death = self.last_contact = day
        elif words == "last contact":
            self.last_contact = day
        elif found := re.fullmatch(r"(bone )?ALP (\d+(?:\.\d+)?)(?: at (\w+))?", words):
            analyte = "ALP_BONE" if found[1] else "ALP_TOTAL"
            self.labs.append(Lab(day, float(found[2]), analyte, found[3] or "main"))
        elif found := HER2.fullmatch(words):
            self.her2.append(Her2Test(day, found[1], found[2]))
        else:
            raise ValueError(f"a timeline says {words!r}, which means nothing here")

    def scan(self, day: date, what: str, details: str) -> Scan:
        scan = Scan(f"{self.name}:{what} day {(day - DAY_0).days}", day, MODALITIES[what])
        if scan.modality in NEVER_READ:
            scan = replace(scan, response=None)
        lesions: list[Lesion] = []
        for detail in filter(None, (part.strip() for part in details.split(","))):
            if detail in RESPONSES:
                scan = replace(scan, response=detail)
            elif detail == "no response":
                scan = replace(scan, response=None)
            elif detail == "not evaluable":
                scan = replace(scan, is_evaluable=False)
            elif detail == "no bone window":
                scan = replace(scan, is_bone_window=False)
            elif detail == "bone window unknown":
                scan = replace(scan, is_bone_window=None)
            else:
                lesions.append(self.lesion(detail, f"L{len(self.scans)}{len(lesions)}"))
        return replace(scan, lesions=tuple(lesions))

    def lesion(self, detail: str, name: str) -> Lesion:
        found = LESION.fullmatch(detail)
        if found is None or (found["site"] and found["site"] not in SITES):
            raise ValueError(f"a timeline says {detail!r} of an image, which means nothing here")
        lysis = {"lysis": "increased", "less lysis": "decreased"}.get(found["status"])
        return Lesion(
            lesion_id=found["name"] or name,
            morphology=found["morphology"] or ("osteolytic" if lysis else "osteoblastic"),
            status="stable" if lysis else found["status"],
            site=found["site"] or "spine",
            lysis_change=lysis or (None if found["unread"] else "none"),
            is_equivocal=bool(found["doubt"]),
        )


def read_timeline(text: str, name: str = "patient") -> Patient:
    """Read a course; a line that means nothing is an error."""
    course = Course(name)
    if "no line 1" in text:
        text = text.replace("no line 1", "")
    elif not re.search(r"line 1 starts", text):
        course.lines[1] = Line(1, on(0))
    for line in filter(None, (part.strip() for part in text.splitlines())):
        found = LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"a timeline has the line {line!r}, expected: day NUMBER WHAT")
        course.add(on(int(found[1])), found[2].strip())
    return Patient(
        name,
        last_contact=course.last_contact,
        death=course.death,
        lines=tuple(course.lines.values()),
        scans=tuple(course.scans),
        labs=tuple(course.labs),
        her2=tuple(course.her2),
    )


class Judge:
    """Judges courses in one database; dates come back as day numbers, absent rows as a state of None."""

    def __init__(self, con: Connection, stated: Stated = NOTHING_STATED) -> None:
        self.con, self.stated = con, stated

    def stating(self, *interval_days: int, has_stable_lesion_ids: bool = False) -> Judge:
        """Judge as for a registry that states its own CT schedule, or that its lesions keep their ids."""
        return Judge(self.con, Stated(StatedCadence(interval_days), has_stable_lesion_ids))

    def __call__(self, text: str, protocol: str = "xu2025") -> SimpleNamespace:
        return self.each([text], protocol)[0]

    def each(self, texts: Sequence[str], protocol: str = "xu2025") -> list[SimpleNamespace]:
        """Judge several courses at once, as patients of one registry."""
        names = [f"p{number:03d}" for number in range(len(texts))]
        self._load(texts, names)
        derive_events(self.con, REGISTRY, on(DELIVERY_DAY), [load_protocol(protocol)], stated=self.stated)
        flow = {row["patient_id"]: row for row in self.con.table("event.patient_flow").pl().rows(named=True)}
        events = self.con.table("event.pseudoprogression").pl()
        absent = dict.fromkeys(events.columns)
        rows = {row["patient_id"]: row for row in events.rows(named=True)}
        return [
            _readable({**rows.get(name, absent), "left_at": flow[name]["left_at"]}, name) for name in names
        ]

    def table(
        self, cases: Iterable[Case], text: Callable[[Case], str], protocol: str = "xu2025"
    ) -> dict[Case, SimpleNamespace]:
        """Judge one course per case, as `text` writes it."""
        listed = list(cases)
        return dict(zip(listed, self.each([text(case) for case in listed], protocol), strict=True))

    def questions(self, text: str, protocol: str = "xu2025") -> dict[str, SimpleNamespace]:
        """Return the open questions of a course by what is missing."""
        self(text, protocol)
        rows = self.con.table("event.open_question").pl()
        return {row["missing"]: _readable(row, "p000") for row in rows.rows(named=True)}

    def cadence(self, text: str) -> list[SimpleNamespace]:
        """Return the kept appointments of a course in order."""
        self._load([text], ["p000"])
        derive_cadence(self.con, REGISTRY, self.stated.cadence)
        rows = self.con.table("core.assessment_cadence").order("line_number, time_point_date").pl()
        return [_readable(row, "p000") for row in rows.rows(named=True)]

    def _load(self, texts: Sequence[str], names: Sequence[str]) -> None:
        clear(self.con)
        insert_patients(
            self.con, [read_timeline(text, name) for text, name in zip(texts, names, strict=True)]
        )


def _readable(row: Mapping[str, object], name: str) -> SimpleNamespace:
    """Turn dates into day numbers and take the patient's name off the assessments."""
    readable: dict[str, object] = {}
    for column, value in row.items():
        if isinstance(value, date):
            readable[column] = (value - DAY_0).days
        elif isinstance(value, list):
            readable[column] = [str(item).removeprefix(f"{name}:") for item in value]
        else:
            readable[column] = value
    return SimpleNamespace(**readable)

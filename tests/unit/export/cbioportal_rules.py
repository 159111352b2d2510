"""The documented rules of cBioPortal's files that a study of clinical data and timelines has to keep.

Written from cBioPortal, File Formats, and what its importer takes. Reads the files line by line, by nothing
of the engine. Not here: which study is held to them (`test_cbioportal.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

STUDY_FIELDS = {
    "type_of_cancer": 63,
    "cancer_study_identifier": 255,
    "name": 255,
    "description": 1024,
}
"""What meta_study.txt must say, and how long it may be."""
MORE_STUDY_FIELDS = {"citation", "pmid", "groups", "add_global_case_list", "tags_file", "reference_genome"}
DATA_FIELDS = {"cancer_study_identifier", "genetic_alteration_type", "datatype", "data_filename"}
CASE_FIELDS = {
    "cancer_study_identifier",
    "stable_id",
    "case_list_name",
    "case_list_description",
    "case_list_ids",
}
EMPTY = {
    "",
    "na",
    "[not applicable]",
    "[not available]",
    "[pending]",
    "[discrepancy]",
    "[completed]",
    "[null]",
}
OF_PATIENTS = {"AGE", "SEX", "GENDER", "OS_STATUS", "OS_MONTHS", "DFS_STATUS", "DFS_MONTHS"}
OF_SAMPLES = {"SAMPLE_TYPE", "PRIMARY_SITE", "METASTATIC_SITE", "SAMPLE_CLASS", "TUMOR_TYPE"}
TYPES = {
    "AGE": "NUMBER",
    "OS_MONTHS": "NUMBER",
    "OS_STATUS": "STRING",
    "SEX": "STRING",
    "CANCER_TYPE": "STRING",
}
ID = re.compile(r"[A-Za-z0-9._-]+")
LONGEST_SAMPLE_ID = 63
TIMELINE = ["PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE"]
MONTHS = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}


@dataclass(frozen=True)
class Data:
    """One data file: the lines above its header, the header, its rows, and of which kind it is."""

    name: str
    kind: str
    above: list[list[str]]
    header: list[str]
    rows: list[list[str]]

    def line_above(self, place: int) -> list[str]:
        return [cell.removeprefix("#") for cell in self.above[place]] if place < len(self.above) else []

    def cells(self, column: str) -> list[str]:
        if column not in self.header:
            return []
        place = self.header.index(column)
        return [row[place] if place < len(row) else "" for row in self.rows]


@dataclass(frozen=True)
class Study:
    """A study folder, as it lies there."""

    folder: Path

    @cached_property
    def metas(self) -> dict[str, dict[str, str]]:
        return {path.name: fields(path) for path in sorted(self.folder.glob("meta_*.txt"))}

    @cached_property
    def about(self) -> dict[str, str]:
        return self.metas.get("meta_study.txt", {})

    @cached_property
    def cases(self) -> dict[str, dict[str, str]]:
        return {path.name: fields(path) for path in sorted(self.folder.glob("case_lists/*.txt"))}

    @cached_property
    def data(self) -> list[Data]:
        found = []
        for meta in self.metas.values():
            path = self.folder / meta.get("data_filename", "none")
            if path.is_file():
                # No cell is quoted, and no other end of a line counts.
                lines = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")]
                assert lines.pop() == [""], "the last line ends"
                above = list(takewhile(lambda line: line[0].startswith("#"), lines))
                header, *rows = lines[len(above) :]
                found.append(Data(path.name, meta["datatype"], above, header, rows))
        return found

    def of(self, kind: str) -> list[Data]:
        return [one for one in self.data if one.kind == kind]

    @cached_property
    def clinical(self) -> list[Data]:
        return [*self.of("PATIENT_ATTRIBUTES"), *self.of("SAMPLE_ATTRIBUTES")]

    def ids(self, kind: str, column: str) -> list[str]:
        return [told for one in self.of(kind) for told in one.cells(column)]


def fields(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return dict(map(str.strip, line.split(":", 1)) if ":" in line else (line, "") for line in lines)


Rule = Callable[[Study], Iterator[str]]
RULES: dict[str, Rule] = {}


def rule(check: Rule) -> Rule:
    RULES[check.__name__] = check
    return check


def broken(folder: Path) -> dict[str, list[str]]:
    """Return the rules that a study breaks, each with where it does."""
    study = Study(folder)
    found = {name: list(check(study)) for name, check in RULES.items()}
    return {name: places for name, places in found.items() if places}


@rule
def a_study_describes_itself(study: Study) -> Iterator[str]:
    for field, longest in STUDY_FIELDS.items():
        if not 0 < len(study.about.get(field, "")) <= longest:
            yield field
    yield from study.about.keys() - STUDY_FIELDS.keys() - MORE_STUDY_FIELDS


@rule
def a_study_is_named_in_small_letters_digits_and_underscores(study: Study) -> Iterator[str]:
    if not re.fullmatch("[a-z0-9_]+", study.about.get("cancer_study_identifier", "")):
        yield "meta_study.txt"


@rule
def every_file_is_of_the_same_study(study: Study) -> Iterator[str]:
    for name, told in (study.metas | study.cases).items():
        if told.get("cancer_study_identifier") != study.about.get("cancer_study_identifier"):
            yield name


@rule
def a_meta_file_says_what_its_data_is_and_where(study: Study) -> Iterator[str]:
    for name, told in study.metas.items():
        if name != "meta_study.txt" and (
            told.keys() != DATA_FIELDS
            or told["genetic_alteration_type"] != "CLINICAL"
            or told["datatype"] not in {"PATIENT_ATTRIBUTES", "SAMPLE_ATTRIBUTES", "TIMELINE"}
            or not (study.folder / told["data_filename"]).is_file()
        ):
            yield name


@rule
def every_data_file_has_a_meta_file(study: Study) -> Iterator[str]:
    named = {told.get("data_filename") for told in study.metas.values()}
    yield from {path.name for path in study.folder.glob("data_*")} - named


@rule
def there_is_one_file_of_samples_and_at_most_one_of_patients(study: Study) -> Iterator[str]:
    if len(study.of("SAMPLE_ATTRIBUTES")) != 1 or len(study.of("PATIENT_ATTRIBUTES")) > 1:
        yield "clinical data"


@rule
def clinical_data_has_four_lines_above_its_header(study: Study) -> Iterator[str]:
    for one in study.clinical:
        if len(one.above) != 4 or {len(line) for line in one.above} != {len(one.header)}:
            yield one.name
        for line in one.above:
            if any(cell.strip().removeprefix("#").strip().lower() in EMPTY for cell in line):
                yield f"{one.name} leaves something empty"


@rule
def a_data_type_and_a_priority_are_of_those_that_there_are(study: Study) -> Iterator[str]:
    for one in study.clinical:
        types, priorities = one.line_above(2), one.line_above(3)
        if not {*types} <= {"STRING", "NUMBER", "BOOLEAN"}:
            yield f"{one.name} types"
        if not all(re.fullmatch(r"-1|\d+", told) for told in priorities):
            yield f"{one.name} priorities"


@rule
def a_known_attribute_has_its_own_data_type_and_file(study: Study) -> Iterator[str]:
    for one in study.clinical:
        types = dict(zip(one.header, one.line_above(2), strict=False))
        yield from (name for name, kind in TYPES.items() if types.get(name, kind) != kind)
        others = OF_SAMPLES if one.kind == "PATIENT_ATTRIBUTES" else OF_PATIENTS
        yield from {*one.header} & others


@rule
def an_attribute_is_in_capital_letters_once_and_not_one_that_is_computed(study: Study) -> Iterator[str]:
    seen = {"PATIENT_ID"}
    for one in study.clinical:
        for name in one.header:
            is_known = name in seen and not (name == "PATIENT_ID" and one.header.count(name) == 1)
            if not name.isupper() or is_known or name in {"MUTATION_COUNT", "FRACTION_GENOME_ALTERED"}:
                yield f"{one.name} {name}"
            seen.add(name)


@rule
def a_file_of_patients_has_no_samples_and_one_of_samples_has_both(study: Study) -> Iterator[str]:
    for one in study.clinical:
        wanted = {"PATIENT_ID"} if one.kind == "PATIENT_ATTRIBUTES" else {"PATIENT_ID", "SAMPLE_ID"}
        if {"PATIENT_ID", "SAMPLE_ID"} & {*one.header} != wanted:
            yield one.name


@rule
def every_line_has_as_many_cells_as_the_header(study: Study) -> Iterator[str]:
    for one in study.data:
        if any(len(row) != len(one.header) for row in one.rows):
            yield one.name


@rule
def no_line_is_blank_or_a_remark(study: Study) -> Iterator[str]:
    for one in study.data:
        if any(not "".join(row).strip() or row[0].startswith("#") for row in one.rows):
            yield one.name


@rule
def an_id_is_there_short_and_of_letters_digits_points_underscores_and_hyphens(study: Study) -> Iterator[str]:
    for one in study.data:
        for column in {"PATIENT_ID", "SAMPLE_ID"} & {*one.header}:
            longest = max(map(len, one.cells(column)), default=0)
            if longest > LONGEST_SAMPLE_ID or not all(ID.fullmatch(told) for told in one.cells(column)):
                yield f"{one.name} {column}"


@rule
def a_patient_and_a_sample_have_one_line(study: Study) -> Iterator[str]:
    for kind, column in (("PATIENT_ATTRIBUTES", "PATIENT_ID"), ("SAMPLE_ATTRIBUTES", "SAMPLE_ID")):
        ids = study.ids(kind, column)
        if len({*ids}) != len(ids):
            yield column


@rule
def every_patient_has_a_sample_and_every_sample_a_patient(study: Study) -> Iterator[str]:
    if {*study.ids("PATIENT_ATTRIBUTES", "PATIENT_ID")} != {*study.ids("SAMPLE_ATTRIBUTES", "PATIENT_ID")}:
        yield "clinical data"


@rule
def a_number_is_one(study: Study) -> Iterator[str]:
    for one in study.clinical:
        for name, kind in zip(one.header, one.line_above(2), strict=False):
            if kind == "NUMBER":
                for told in one.cells(name):
                    if told.lower() not in EMPTY and not re.fullmatch(r"[<>]?-?\d+(\.\d+)?(e-?\d+)?", told):
                        yield f"{one.name} {name}"


@rule
def a_survival_status_says_0_or_1_and_what_it_means(study: Study) -> Iterator[str]:
    for one in study.of("PATIENT_ATTRIBUTES"):
        for name in one.header:
            if name.endswith("_STATUS") and name.replace("_STATUS", "_MONTHS") in one.header:
                known = r"0:LIVING|1:DECEASED" if name == "OS_STATUS" else r"[01]:.+"
                if not all(told.lower() in EMPTY or re.fullmatch(known, told) for told in one.cells(name)):
                    yield name


@rule
def who_has_a_survival_status_has_months(study: Study) -> Iterator[str]:
    for one in study.of("PATIENT_ATTRIBUTES"):
        for name in one.header:
            months = name.replace("_STATUS", "_MONTHS")
            if name.endswith("_STATUS") and months in one.header:
                # The validator takes a death without months, with a warning; no other status.
                pairs = zip(one.cells(name), one.cells(months), strict=True)
                if any(
                    (status in EMPTY) != (told in EMPTY)
                    for status, told in pairs
                    if (status, told in EMPTY) != ("1:DECEASED", True)
                ):
                    yield name


@rule
def nothing_looks_like_a_date_of_a_spreadsheet(study: Study) -> Iterator[str]:
    for one in study.clinical:
        for row in one.rows:
            for told in row:
                parts = told.lower().split("-")
                if len(parts) == 2 and not re.search("[,.:;]", told) and MONTHS & {*parts}:
                    yield one.name


@rule
def a_timeline_begins_with_patient_days_and_type(study: Study) -> Iterator[str]:
    for one in study.of("TIMELINE"):
        if one.header[:4] != TIMELINE or one.above or len({*one.header}) != len(one.header):
            yield one.name


@rule
def a_day_is_a_whole_number_and_the_first_is_there(study: Study) -> Iterator[str]:
    for one in study.of("TIMELINE"):
        if not all(re.fullmatch(r"-?\d+", told) for told in one.cells("START_DATE")):
            yield f"{one.name} START_DATE"
        if not all(re.fullmatch(r"(-?\d+)?", told) for told in one.cells("STOP_DATE")):
            yield f"{one.name} STOP_DATE"


@rule
def an_event_has_a_type_and_no_timeline_is_without_events(study: Study) -> Iterator[str]:
    for one in study.of("TIMELINE"):
        if not one.rows or not all(told.strip() for told in one.cells("EVENT_TYPE")):
            yield one.name


@rule
def an_event_is_of_a_patient_and_a_specimen_of_a_sample_of_the_study(study: Study) -> Iterator[str]:
    for column in ("PATIENT_ID", "SAMPLE_ID"):
        known = {*study.ids("SAMPLE_ATTRIBUTES", column)}
        for one in study.of("TIMELINE"):
            if column in one.header and not {*one.cells(column)} <= known:
                yield f"{one.name} {column}"


@rule
def a_case_list_says_what_it_is_of_and_is_named_after_the_study(study: Study) -> Iterator[str]:
    for name, told in study.cases.items():
        if told.keys() - {"case_list_category"} != CASE_FIELDS:
            yield name
        if not told.get("stable_id", "").startswith(f"{study.about.get('cancer_study_identifier')}_"):
            yield f"{name} stable_id"
        if told.get("case_list_category", "other") not in {"all_cases_in_study", "other"}:
            yield f"{name} case_list_category"


@rule
def one_list_has_all_samples_once(study: Study) -> Iterator[str]:
    whole = f"{study.about.get('cancer_study_identifier')}_all"
    lists = [told for told in study.cases.values() if told.get("stable_id") == whole]
    by_itself = study.about.get("add_global_case_list", "false") == "true"
    if len(lists) + by_itself != 1:
        yield "case_lists"
    samples = sorted(study.ids("SAMPLE_ATTRIBUTES", "SAMPLE_ID"))
    if any(sorted(told.get("case_list_ids", "").split("\t")) != samples for told in lists):
        yield "case_list_ids"

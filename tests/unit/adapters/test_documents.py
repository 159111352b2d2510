"""Documents laid flat: every document is a row in its place, whatever the file looks like.

Not here: what one standard's documents become (`test_fhir_results.py`), and making JSON of XML.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.adapters import AdapterError, adapter_in, load_adapter
from bpp_etl.adapters.documents import documents_of, path_of
from bpp_etl.adapters.flat import LONGEST_LINE, lay_flat, places, shown_source
from bpp_etl.adapters.xml_records import BrokenDocumentsError
from bpp_etl.reading.limits import MIB, Limits
from bpp_etl.warehouse.connection import in_memory
from schemas.laws import DELIVERY
from tests.support.gating import Gated, gated

SECRET = "P-4711"
"""A made-up id that stands in documents, and in no message."""

PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "P1", "gender": "female"}
OTHER: dict[str, Any] = {"resourceType": "Basic", "id": "B1"}
STUDY: dict[str, Any] = {"resourceType": "ImagingStudy", "id": "I1", "started": "2024-01-01"}


def laid(path: Path) -> list[tuple[object, ...]]:
    """Lay a file flat and return the kind of each document, in their order, and the id of patients."""
    with in_memory() as con:
        lay_flat(con, "flat", load_adapter("fhir"), path)
        return con.execute(
            "select kind, case when kind = 'Patient' then c0 end from flat order by rowid"
        ).fetchall()


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def bundle(*resources: object) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "urn:uuid:u1", "resource": one} for one in resources],
    }


TIMES = 12
"""So often a file is read: threads may change its order one time and not another."""

SHAPES = {
    "a bundle": json.dumps(bundle(PATIENT, OTHER, STUDY)),
    "a bundle of bundles": json.dumps(bundle(bundle(PATIENT), bundle(OTHER, STUDY))),
    "a bundle over many lines": json.dumps(bundle(PATIENT, OTHER, STUDY), indent=2),
    "a bundle below a byte order mark": "\ufeff" + json.dumps(bundle(PATIENT, OTHER, STUDY)),
    "lines": "".join(json.dumps(one) + "\n" for one in (PATIENT, OTHER, STUDY)),
    "lines with empty ones between": "".join(json.dumps(one) + "\n\n" for one in (PATIENT, OTHER, STUDY)),
    "lines that end as in Windows": "".join(json.dumps(one) + "\r\n" for one in (PATIENT, OTHER, STUDY)),
    "lines without an end": "\n".join(json.dumps(one) for one in (PATIENT, OTHER, STUDY)),
    "a list": json.dumps([PATIENT, OTHER, STUDY]),
    "a bundle and lines": json.dumps(bundle(PATIENT)) + "\n" + json.dumps(OTHER) + "\n" + json.dumps(STUDY),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_documents_are_found_in_their_order_however_they_are_written(tmp_path: Path, shape: str) -> None:
    path = written(tmp_path / "a.json", SHAPES[shape])
    for _ in range(TIMES):
        assert laid(path) == [("Patient", "P1"), (None, None), ("ImagingStudy", None)]


def test_one_resource_alone_is_a_document(tmp_path: Path) -> None:
    assert laid(written(tmp_path / "a.json", json.dumps(PATIENT, indent=1))) == [("Patient", "P1")]


ODD = [
    '{"resourceType":"Bundle","entry":[]}',
    '{"resourceType":"Bundle"}',
    '{"resourceType":"Bundle","entry":"x"}',
    '{"resourceType":"Bundle","entry":{"resource":{"resourceType":"Patient"}}}',
]


@pytest.mark.parametrize("text", ODD)
def test_a_bundle_without_entries_has_no_document(tmp_path: Path, text: str) -> None:
    assert laid(written(tmp_path / "a.json", text)) == []


@pytest.mark.parametrize(
    "text", ['"x"', "5", "[1]", "{}", '{"resourceType":5}', '{"resourceType":["Patient"]}']
)
def test_what_is_of_no_kind_is_counted_and_has_no_cell(tmp_path: Path, text: str) -> None:
    assert laid(written(tmp_path / "a.json", text)) == [(None, None)]


def test_an_entry_without_a_resource_is_counted(tmp_path: Path) -> None:
    text = json.dumps({"resourceType": "Bundle", "entry": [{"fullUrl": "x"}, 5, None, {"resource": PATIENT}]})
    assert [kind for kind, _ in laid(written(tmp_path / "a.json", text))] == [None, None, None, "Patient"]


def test_what_a_document_lies_in_is_seen_from_it_and_nothing_of_another(tmp_path: Path) -> None:
    adapter = load_adapter("fhir")
    patient = next(source for source in adapter.sources if source.kind == "Patient")
    text = json.dumps(bundle(PATIENT)) + "\n" + json.dumps({**PATIENT, "id": "P2"})
    with in_memory() as con:
        lay_flat(con, "flat", adapter, written(tmp_path / "a.json", text))
        rows = con.execute(
            f"select id, full_url from ({shown_source(patient, 'flat')}) order by id"
        ).fetchall()
    assert rows == [("P1", "urn:uuid:u1"), ("P2", None)]
    assert places(patient)[-1] == "full_url"


@pytest.mark.parametrize(
    ("told", "cell"),
    [
        ('[{"code":"a"}]', '[{"code":"a"}]'),
        ('{"code":"a"}', '{"code":"a"}'),
        ('"text"', None),
        ('"[not json"', None),
        ('"{not json"', None),
        ("5", None),
        ("true", None),
        ("null", None),
    ],
)
def test_a_nested_cell_is_json_or_nothing(tmp_path: Path, told: str, cell: str | None) -> None:
    adapter = load_adapter("fhir")
    observation = next(source for source in adapter.sources if source.kind == "Observation")
    text = f'{{"resourceType":"Observation","code":{{"coding":{told}}}}}'
    with in_memory() as con:
        lay_flat(con, "flat", adapter, written(tmp_path / "a.json", text))
        assert con.execute(f"select code from ({shown_source(observation, 'flat')})").fetchall() == [(cell,)]


BROKEN = {
    "a line that breaks off": (
        json.dumps(PATIENT) + "\n" + '{"resourceType":"Pat\n' + json.dumps(OTHER),
        "in line 2",
    ),
    "the last line": (json.dumps(PATIENT) + "\n" + json.dumps(OTHER) + "\n{", "in line 3"),
    "the first line": ("{\n" + json.dumps(OTHER), "to its end"),
    "no JSON at all": (f"id;sex\n{SECRET};F\n", "to its end"),
    "a bundle that breaks off": (json.dumps(bundle(PATIENT), indent=1)[:-5], "to its end"),
    "bytes of another encoding": (b'{"resourceType":"Patient","id":"\xff\xfe"}\n', "to its end"),
    "nothing but blanks and a bracket": ("  [", "to its end"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_told_by_its_line_and_without_a_cell(tmp_path: Path, what: str) -> None:
    text, words = BROKEN[what]
    with pytest.raises(BrokenDocumentsError) as error:
        laid(written(tmp_path / "a.json", text))
    assert words in str(error.value)
    assert SECRET not in str(error.value)


def test_a_document_over_the_longest_line_is_told_so(tmp_path: Path) -> None:
    long = json.dumps({**PATIENT, "text": "x" * (4 * LONGEST_LINE)})
    text = json.dumps(PATIENT) + "\n" + long + "\n"
    with pytest.raises(BrokenDocumentsError, match="more than 16 MiB"):
        laid(written(tmp_path / "a.json", text))


def test_one_bundle_may_be_longer_than_any_line(tmp_path: Path) -> None:
    text = json.dumps(bundle(PATIENT, {**OTHER, "text": "x" * LONGEST_LINE}))
    assert len(laid(written(tmp_path / "a.json", text))) == 2


def test_a_description_names_paths_and_formats_that_there_are() -> None:
    assert documents_of(None, "x") is None
    for told in ({}, {"format": "yaml"}, {"format": "json", "records": []}, {"format": "xml"}, []):
        with pytest.raises(AdapterError):
            documents_of(told, "x")
    for path in ("id", "$.a[*]", "$..a", "$.a;drop", "$.'a'", 5, "$.a.", "^^"):
        with pytest.raises(AdapterError):
            path_of(path, "x")
    assert path_of('$."@id"[0].a', "x") == '$."@id"[0].a'


def test_a_source_says_its_kind_once_and_its_columns_by_path(tmp_path: Path) -> None:
    folder = tmp_path / "fhir"
    shutil.copytree(Path(str(files("bpp_etl.adapters"))) / "fhir", folder)
    whole = (folder / "adapter.toml").read_text(encoding="utf-8")
    for old, new in (
        ('kind = "Patient"\n', ""),
        ('gender = "$.gender"', 'gender = "gender"'),
        ('code = "$.code.coding"\n\n[sources.observation]', 'onset = "$.x"\n\n[sources.observation]'),
        ("required = true", 'required = "yes"'),
    ):
        (folder / "adapter.toml").write_text(whole.replace(old, new, 1), encoding="utf-8")
        assert whole != whole.replace(old, new, 1)
        with pytest.raises(AdapterError):
            adapter_in(folder)


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[..., Gated]:
    """Return a way to gate a delivery of FHIR made of files by their names."""

    def told(limits: Limits | None = None, /, **named: str | bytes) -> Gated:
        folder = tmp_path / "landing" / "north" / "2024-12-31"
        folder.mkdir(parents=True)
        (folder.parent / "registry.toml").write_text('format = "fhir"\n', encoding="utf-8")
        for name, text in named.items():
            written(folder / name.replace("__", "."), text)
        return gated(folder) if limits is None else gated(folder, apart=limits)

    return told


def test_a_packed_file_is_read_and_one_that_unpacks_to_too_much_is_refused(
    deliver: Callable[..., Gated],
) -> None:
    bomb = gzip.compress(b'{"resourceType":"Patient","text":"' + b"x" * (3 * MIB) + b'"}')
    one = deliver(Limits(unpacked_free=MIB, unpacked_ratio=2), a__json__gz=bomb)
    assert (DELIVERY, "file_unreadable") in one.causes()
    assert "unpacks to more than" in one.message("file_unreadable")


def test_a_packed_file_counts_its_documents(deliver: Callable[..., Gated]) -> None:
    one = deliver(a__ndjson__gz=gzip.compress(SHAPES["lines"].encode()))
    assert one.read.rows["patients"] == 1
    assert one.read.unknown_files == ()


def test_a_delivery_without_the_documents_it_must_have_is_told_which(deliver: Callable[..., Gated]) -> None:
    one = deliver(a__json=json.dumps(OTHER))
    assert one.causes() == {(DELIVERY, "table_missing")}
    assert one.message("table_missing").startswith("there is no Patient in the files of documents (.json, ")


def test_a_cell_that_is_too_long_is_told_by_its_limit(deliver: Callable[..., Gated]) -> None:
    one = deliver(a__json=json.dumps({**PATIENT, "birthDate": "x" * 70_000}))
    assert "limit cell_bytes" in one.message("file_unreadable")


def test_a_canonical_registry_reads_no_document(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "north" / "2024-12-31"
    folder.mkdir(parents=True)
    written(folder / "patients.json", json.dumps(PATIENT))
    one = gated(folder)
    assert one.read.unknown_files == ("patients.json",)
    assert "patients" not in one.read.rows

"""Reading XML: which records come out of a file, what lies above them, and the ways in which one is broken.

Not here: what an adapter makes of the records (`test_naaccr.py`, `test_obds.py`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.adapters import xml_records
from bpp_etl.adapters.documents import Documents
from bpp_etl.adapters.xml_records import BrokenDocumentsError, Members, write_as_json
from tests.support.deliveries import write_texts
from tests.support.gating import gated

DOCUMENTS = Documents("xml", records=("Patient", "Tumor"), keyed={"Item": ("id", "num")})
MEMBERS = Members(
    {"Patient": ("sex", "Name", "@state", "3", "#"), "Tumor": ("site", "Stage", "@state", "3", "#")},
    ("patient", "@made", "Sent"),
)


def read(text: str | bytes, folder: Path, documents: Documents = DOCUMENTS) -> list[dict[str, Any]]:
    """Return the records of a file."""
    path, lines = folder / "export.xml", folder / "export.records"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    longest = write_as_json(path, lines, documents, MEMBERS).longest
    written = lines.read_bytes().splitlines(keepends=True)
    assert longest == max(map(len, written), default=0)
    return [json.loads(line) for line in written]


def of_kind(kind: str, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one["document"] for one in found if one["kind"] == kind]


def why(text: str | bytes, folder: Path) -> str:
    with pytest.raises(BrokenDocumentsError) as told:
        read(text, folder)
    return str(told.value)


def test_an_inner_record_comes_apart_and_sees_what_lies_above_it(tmp_path: Path) -> None:
    text = """<Data made="today"><Sent>noon</Sent><Patients><Patient>
        <Item id="patient">1</Item><Item id="sex">2</Item>
        <Tumor><Item id="site">C50</Item></Tumor>
        <Tumor><Item id="site">C18</Item><Item id="patient">other</Item></Tumor>
        <Item id="late">x</Item></Patient></Patients></Data>"""
    around = {"@made": "today", "Sent": ["noon"]}
    assert read(text, tmp_path) == [
        {"kind": "Tumor", "document": {"site": "C50"}, "above": {**around, "patient": "1"}},
        {
            "kind": "Tumor",
            "document": {"site": "C18", "patient": "other"},
            "above": {**around, "patient": "1"},
        },
        {"kind": "Patient", "document": {"patient": "1", "sex": "2"}, "above": around},
    ]


def test_what_stands_behind_an_inner_record_lies_above_it_all_the_same(tmp_path: Path) -> None:
    text = '<Data><Patient><Tumor/><Item id="patient">1</Item></Patient></Data>'
    (tumor, _) = read(text, tmp_path)
    assert tumor["above"] == {"patient": "1"}


def test_a_record_within_a_record_within_one_sees_the_nearest(tmp_path: Path) -> None:
    text = """<Data><Item id="patient">0</Item><Patient><Item id="patient">1</Item><Tumor>
        <Item id="patient">2</Item><Inside><Tumor/></Inside></Tumor></Patient></Data>"""
    found = read(text, tmp_path)
    assert [(one["kind"], one["above"]["patient"]) for one in found] == [
        ("Tumor", "2"),
        ("Tumor", "1"),
        ("Patient", "0"),
    ]


def test_attributes_text_children_and_empty_elements_become_members(tmp_path: Path) -> None:
    text = """<Data><Tumor state="new"><Stage at="1">IV</Stage><Stage/><Stage> a<b/> </Stage>
        <Stage><c><d e="f"/></c></Stage></Tumor></Data>"""
    assert of_kind("Tumor", read(text, tmp_path)) == [
        {
            "@state": "new",
            "Stage": [
                {"@at": "1", "#": "IV"},
                "",
                {"b": [""], "#": "a"},
                {"c": [{"d": [{"@e": "f"}]}]},
            ],
        }
    ]


def test_nothing_but_the_members_that_are_read_is_written(tmp_path: Path) -> None:
    text = """<Data><Patient state="x" other="y"><Item id="nameLast">Nobody</Item><Address><Name>Nobody</Name>
        <Patient/></Address><Name>kept</Name></Patient></Data>"""
    assert of_kind("Patient", read(text, tmp_path)) == [{}, {"@state": "x", "Name": ["kept"]}]
    assert b"Nobody" not in (tmp_path / "export.records").read_bytes()


def test_a_keyed_element_goes_by_the_first_attribute_that_it_has_and_the_first_one_counts(
    tmp_path: Path,
) -> None:
    text = """<Data><Tumor><Item num="3">by number</Item><Item num="3" id="site">by id</Item>
        <Item id="site">again</Item><Item>neither</Item>
        <Item id="Stage">key</Item><Stage>child</Stage></Tumor></Data>"""
    assert of_kind("Tumor", read(text, tmp_path)) == [{"3": "by number", "site": "by id", "Stage": "key"}]


def test_namespaces_prefixes_comments_instructions_and_cdata_change_nothing(tmp_path: Path) -> None:
    plain = '<Data><Patient state="x"><Item id="patient">1 &lt; 2</Item><Name>Ä</Name></Patient></Data>'
    dressed = """<?xml version="1.0"?><?style none?><!-- <Patient/> --><n:Data xmlns:n="urn:a" xmlns="urn:b"
        xmlns:s="urn:s" s:schema="here"><n:Patient n:state="x"><!-- no -->
        <Item id="patient">1 <![CDATA[<]]> 2</Item>
        <?do not?><s:Name>&#196;</s:Name></n:Patient></n:Data><!-- end -->"""
    assert read(dressed, tmp_path) == read(plain, tmp_path)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"]
)
def test_the_encoding_is_the_one_that_the_file_names(tmp_path: Path, encoding: str) -> None:
    name = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{name}"?><Data><Patient><Name>Größe “x”</Name></Patient></Data>'
    if encoding == "iso-8859-1":
        text = text.replace("“x”", "x")
    start = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    (patient,) = of_kind("Patient", read(start + text.encode(encoding), tmp_path))
    assert patient["Name"] == ["Größe x" if encoding == "iso-8859-1" else "Größe “x”"]


@pytest.mark.parametrize("name", ["utf-32", "klingon", "gb18030", "shift_jis"])
def test_an_encoding_that_is_not_read_is_said(tmp_path: Path, name: str) -> None:
    told = why(f'<?xml version="1.0" encoding="{name}"?><Data/>', tmp_path)
    assert told.startswith(("names an encoding that is not read", "is not readable XML in line 1"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("not xml", 1),
        ("\n\nnot xml", 3),
        ("<Data>\n<Patient>\n", 3),
        ("<Data>\n<Patient>\n</Tumor>\n</Data>", 3),
        ("<Data>\n</Data>\n<Data/>", 3),
        ("<Data>\n&nothing;</Data>", 2),
        ("<Data>\n<Patient state=x/></Data>", 2),
        ("<Data>\n\x01</Data>", 2),
        ("<Data>\n<n:Patient/></Data>", 2),
        ("<Data>\n<Patient state='1' state='2'/></Data>", 2),
        ("<Data>\n<![CDATA[ never ends", 2),
    ],
)
def test_a_broken_file_is_told_by_its_line(tmp_path: Path, text: str, line: int) -> None:
    assert why(text, tmp_path) == f"is not readable XML in line {line}"


def test_bytes_that_are_no_text_are_told_by_their_line(tmp_path: Path) -> None:
    assert why(b"<Data>\n\xff\xfe\n</Data>", tmp_path) == "is not readable XML in line 2"


BOMB = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(20))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Data>",
        '<!DOCTYPE Data SYSTEM "file:///etc/hostname">',
        '<!DOCTYPE Data [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        f'<!DOCTYPE Data [<!ENTITY a0 "ha">{BOMB}]>',
        '<!DOCTYPE Data [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]>',
    ],
)
def test_a_document_type_is_refused_before_it_can_do_anything(tmp_path: Path, doctype: str) -> None:
    began = time.monotonic()
    told = why(f'<?xml version="1.0"?>{doctype}<Data><Patient>&a20;&x;</Patient></Data>', tmp_path)
    assert told == "has a document type, which no export needs"
    assert time.monotonic() - began < 5


def test_elements_may_lie_a_hundred_deep_and_a_hundred_thousand_are_told_at_once(tmp_path: Path) -> None:
    def nested(depth: int) -> str:
        return f"<Patient><Name>{'<a>' * depth}{'</a>' * depth}</Name></Patient>"

    deepest = xml_records.DEEPEST
    assert len(read(nested(deepest - 2), tmp_path)) == 1
    told = f"has elements that lie more than {deepest} deep in one another"
    assert why(nested(deepest - 1), tmp_path) == told
    began = time.monotonic()
    assert why(nested(100_000), tmp_path) == told
    assert time.monotonic() - began < 5


def test_a_record_may_be_so_long_and_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "CHUNK", 1 << 10)
    monkeypatch.setattr(xml_records, "LONGEST_RECORD", 10 << 10)
    patient = f"<Patient><Name>{'x' * (8 << 10)}</Name></Patient>"
    assert len(read(f"<Data>{patient * 5}</Data>", tmp_path)) == 5
    told = "without the end of a Patient or Tumor"
    for text in (
        f"<Patient><Name>{'x' * (20 << 10)}</Name></Patient>",
        f"<Patient>{'<Tumor/>' * 4000}</Patient>",
        f"<Data><Sent>{'x' * (20 << 10)}</Sent><Patient/></Data>",
        f"<Data>{patient}<Other>{'<a/>' * 5000}</Other></Data>",
    ):
        assert told in why(text, tmp_path)


def test_what_lies_above_may_not_be_repeated_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_records, "FREE", 1 << 20)
    text = f'<Data><Patient><Item id="patient">{"x" * 10_000}</Item>{"<Tumor/>" * 1000}</Patient></Data>'
    assert why(text, tmp_path) == f"is more than {xml_records.MOST_TIMES} times as large once it is laid flat"


def test_every_name_in_a_file_is_told_read_or_not(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(
        '<n:a xmlns:n="urn:n"><Patient><Item id="b"/><Item num="4"/><c><d e="f"/></c></Patient></n:a>'
    )
    written = write_as_json(path, tmp_path / "export.records", DOCUMENTS, MEMBERS)
    assert written.names == {"a", "Patient", "Item", "b", "4", "c", "d"}


def test_a_file_of_another_kind_has_no_record(tmp_path: Path) -> None:
    assert read("<Other><a/></Other>", tmp_path) == []


MEASURED = """
import resource, sys
from pathlib import Path
from bpp_etl.adapters.documents import Documents
from bpp_etl.adapters.xml_records import Members, write_as_json
path = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
documents = Documents("xml", records=("Patient", "Tumor"), keyed={"Item": ("id",)})
write_as_json(path, path.with_suffix(".records"), documents, Members({"Tumor": ["site"]}, ["patient"]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_is_bounded_however_many_records_there_are(tmp_path: Path) -> None:
    path = tmp_path / "many.xml"
    items = "".join(f'\n<Item id="extra{n}">value {n}</Item>' for n in range(40))
    tumor = f'<Tumor><Item id="site">C50</Item>{items}</Tumor>'
    patient = f'<Patient><Item id="patient">1</Item>{items}\n{tumor}</Patient>\n'
    path.write_text(f"<Data>{patient * 10_000}</Data>", encoding="utf-8")
    assert path.stat().st_size > 25 << 20
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20 << 10  # KiB, where Linux counts
    assert len(path.with_suffix(".records").read_bytes().splitlines()) == 20_000


def test_a_file_of_another_kind_beside_an_export_is_told_as_one_that_nothing_reads(tmp_path: Path) -> None:
    texts = {
        "export.xml": '<NaaccrData><Patient><Item naaccrId="sex">2</Item></Patient></NaaccrData>',
        "dictionary.xml": "<NaaccrDictionary><ItemDef/></NaaccrDictionary>",
    }
    one = gated(write_texts(tmp_path, texts, toml='format = "naaccr"\n'))
    assert one.read.unknown_files == ("dictionary.xml",)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<NaaccrData>\n<Patient>", "export.xml is not readable XML in line 2"),
        ("<!DOCTYPE a><NaaccrData/>", "export.xml has a document type, which no export needs"),
        (f"<Patient>{'<a>' * 500}", "export.xml has elements that lie more than 100 deep in one another"),
        (
            f'<Patient><Item naaccrId="sex">{"9" * 100_000}</Item></Patient>',
            "export.xml has a cell of more than 64 KiB (limit cell_bytes)",
        ),
        (
            f'<Patient><Item naaccrId="nameLast">{"x" * (17 << 20)}</Item></Patient>',
            "export.xml has more than 16 MiB without the end of a Patient or Tumor",
        ),
        ("", "export.xml is empty"),
    ],
)
def test_a_delivery_is_shut_in_words_that_name_file_and_line(tmp_path: Path, content: str, told: str) -> None:
    one = gated(write_texts(tmp_path, {"export.xml": content}, toml='format = "naaccr"\n'))
    assert not one.decision.is_open
    assert one.message("file_unreadable") == told

"""What REDCap needs of a project file, rule by rule: its own exports keep every one of these.

From CDISC ODM 1.3.1 (what a MetaDataVersion holds, in which order; references to what is defined) and from
REDCap's project files as they are published. No server is here to load one: these rules stand in for it. Not
here: our own project (`bpp_etl/kit/odm.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bpp_etl.kit.odm import ODM, REDCAP

IN_ORDER = ("Protocol", "StudyEventDef", "FormDef", "ItemGroupDef", "ItemDef", "CodeList")
OF_ROOT = ("ODMVersion", "FileOID", "FileType", "CreationDateTime", "Description", "SourceSystem")
DATA_TYPES = {
    "text",
    "integer",
    "float",
    "date",
    "datetime",
    "partialDatetime",
    "partialTime",
    "time",
    "boolean",
}
FIELD_TYPES = {
    *("text", "textarea", "calc", "select", "radio", "checkbox", "yesno", "truefalse", "file", "slider"),
    *("descriptive", "sql"),
}
STATUSES = ("0", "1", "2")
MOST_LETTERS = 100


def broken_rules(root: ET.Element) -> list[str]:
    """Name what of a project file REDCap would stumble over; nothing where it keeps every rule."""
    return [f"{rule}: {told}" for rule, told in _broken(root)]


def _broken(root: ET.Element) -> Iterator[tuple[str, str]]:
    yield from (("attribute of ODM", name) for name in OF_ROOT if not root.get(name))
    study = root.find(f"{{{ODM}}}Study")
    data = None if study is None else study.find(f"{{{ODM}}}MetaDataVersion")
    if study is None or data is None:
        yield "metadata", "there is none"
        return
    yield from (
        ("global variable", name)
        for name in ("StudyName", "StudyDescription", "ProtocolName")
        if not study.findtext(f"{{{ODM}}}GlobalVariables/{{{ODM}}}{name}")
    )
    kinds = [IN_ORDER.index(_name(one)) for one in data if _name(one) in IN_ORDER]
    if kinds != sorted(kinds) or len(kinds) != len(data):
        yield "order", "forms, groups, fields and lists follow each other, and nothing else"
    yield from _references(data)
    yield from _forms(data)
    yield from _fields(data)
    repeating = [one.get(_own("RepeatInstrument")) for one in root.iter(_own("RepeatingInstrument"))]
    forms = {one.get(_own("FormName")) for one in data.iter(f"{{{ODM}}}FormDef")}
    yield from (("repeating instrument", str(name)) for name in repeating if name not in forms)


def _references(data: ET.Element) -> Iterator[tuple[str, str]]:
    """Each reference leads to one definition, and what is defined is referred to."""
    for definition, reference, key in (
        ("ItemGroupDef", "ItemGroupRef", "ItemGroupOID"),
        ("ItemDef", "ItemRef", "ItemOID"),
        ("CodeList", "CodeListRef", "CodeListOID"),
    ):
        defined = Counter(one.get("OID") for one in data.iter(f"{{{ODM}}}{definition}"))
        referred = {one.get(key) for one in data.iter(f"{{{ODM}}}{reference}")}
        yield from ((f"{definition} twice", str(oid)) for oid, count in defined.items() if count > 1)
        yield from ((f"{reference} to nothing", str(oid)) for oid in sorted(referred - set(defined), key=str))
        yield from ((f"{definition} of nobody", str(oid)) for oid in sorted(set(defined) - referred, key=str))


def _forms(data: ET.Element) -> Iterator[tuple[str, str]]:
    """Each form has a name and groups of its own, its status last; the first begins with the record id."""
    groups = {one.get("OID"): list(one) for one in data.iter(f"{{{ODM}}}ItemGroupDef")}
    record = data.get(_own("RecordIdField"))
    for place, form in enumerate(data.iter(f"{{{ODM}}}FormDef")):
        name = form.get(_own("FormName")) or ""
        if form.get("OID") != f"Form.{name}" or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield "name of a form", str(form.get("OID"))
        own = [str(one.get("ItemGroupOID")) for one in form]
        yield from (("group of another form", oid) for oid in own if not oid.startswith(f"{name}."))
        fields = [str(one.get("ItemOID")) for oid in own for one in groups.get(oid, ())]
        if fields[-1:] != [f"{name}_complete"]:
            yield "form without its status", name
        if place == 0 and fields[:1] != [record]:
            yield "the record id comes first", str(record)


def _fields(data: ET.Element) -> Iterator[tuple[str, str]]:
    """Each field has a name, a type and a question that are known, and choices where it asks for one."""
    lists = {
        one.get("OID"): [item.get("CodedValue") for item in one] for one in data.iter(f"{{{ODM}}}CodeList")
    }
    for field in data.iter(f"{{{ODM}}}ItemDef"):
        name, kind = str(field.get("OID")), field.get(_own("FieldType"))
        # A checkbox is a field for each choice; survey columns and identifiers of REDCap's own have no type.
        variable = field.get(_own("Variable")) or ""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", variable) or len(variable) > MOST_LETTERS:
            yield "name of a variable", name
        if field.get("DataType") not in DATA_TYPES or (kind is not None and kind not in FIELD_TYPES):
            yield "type", name
        if not (field.get("Length") or "").isdigit():
            yield "length", name
        if field.find(f"{{{ODM}}}Question/{{{ODM}}}TranslatedText") is None:
            yield "question", name
        listed = field.find(f"{{{ODM}}}CodeListRef")
        if kind in {"select", "radio", "yesno"} and listed is None:
            yield "choices", name
        codes = lists.get(listed.get("CodeListOID"), []) if listed is not None else []
        if len(codes) != len(set(codes)):
            yield "one code twice", name
        if name.endswith("_complete") and kind == "select" and tuple(codes) != STATUSES:
            yield "codes of a status", name


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _own(name: str) -> str:
    return f"{{{REDCAP}}}{name}"

"""The project file of the kit keeps what REDCap needs of one, and each rule can be broken.

Not here: that REDCap's own projects keep these rules (`tests/real/test_redcap_exports.py`), and what the file
says (`test_redcap.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from bpp_etl.kit.odm import ODM, REDCAP, project
from tests.support.redcap_project import broken_rules

Damage = Callable[[ET.Element], object]


def made() -> ET.Element:
    return ET.fromstring(project(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).encode())


def first(root: ET.Element, name: str) -> ET.Element:
    found = root.find(f".//{{{ODM}}}{name}")
    assert found is not None
    return found


def lose(name: str) -> Damage:
    """Take the first element of a name out of its parent."""

    def damage(root: ET.Element) -> None:
        parent = next(one for one in root.iter() if one.find(f"{{{ODM}}}{name}") is not None)
        parent.remove(first(parent, name))

    return damage


def state(name: str, key: str, value: str) -> Damage:
    return lambda root: first(root, name).set(key, value)


def last_first(root: ET.Element) -> None:
    data = first(root, "MetaDataVersion")
    last = data[-1]
    data.remove(last)
    data.insert(0, last)


def test_the_project_of_the_kit_keeps_every_rule() -> None:
    assert broken_rules(made()) == []


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda root: root.attrib.pop("FileType"), "attribute of ODM"),
        (lambda root: root.clear(), "metadata"),
        (lose("StudyName"), "global variable"),
        (last_first, "order"),
        (lose("ItemGroupDef"), "ItemGroupRef to nothing"),
        (lose("ItemDef"), "ItemRef to nothing"),
        (lose("CodeList"), "CodeListRef to nothing"),
        (lose("CodeListRef"), "choices"),
        (lose("FormDef"), "ItemGroupDef of nobody"),
        (state("FormDef", f"{{{REDCAP}}}FormName", "Other Form"), "name of a form"),
        (state("ItemGroupRef", "ItemGroupOID", "other.group"), "group of another form"),
        (lambda root: (form := first(root, "FormDef")).remove(form[-1]), "form without its status"),
        (state("MetaDataVersion", f"{{{REDCAP}}}RecordIdField", "sex"), "the record id comes first"),
        (state("ItemDef", f"{{{REDCAP}}}Variable", "Record ID"), "name of a variable"),
        (state("ItemDef", f"{{{REDCAP}}}FieldType", "list"), "type"),
        (state("ItemDef", "DataType", "string"), "type"),
        (state("ItemDef", "Length", "long"), "length"),
        (lose("Question"), "question"),
        (
            lambda root: [one.set("CodedValue", "1") for one in root.iter(f"{{{ODM}}}CodeListItem")],
            "one code twice",
        ),
        (lambda root: first(root, "MetaDataVersion").append(first(root, "CodeList")), "CodeList twice"),
        (
            lambda root: list(root.iter(f"{{{ODM}}}CodeListItem"))[-1].set("CodedValue", "9"),
            "codes of a status",
        ),
        (
            lambda root: next(root.iter(f"{{{REDCAP}}}RepeatingInstrument")).set(
                f"{{{REDCAP}}}RepeatInstrument", "gone"
            ),
            "repeating instrument",
        ),
    ],
)
def test_a_project_that_redcap_would_stumble_over_breaks_the_rule(damage: Damage, rule: str) -> None:
    root = made()
    damage(root)
    assert rule in {told.split(":")[0] for told in broken_rules(root)}

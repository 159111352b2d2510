"""The REDCap project as CDISC ODM 1.3.1 with REDCap's own attributes: what the dictionary says, and which
instruments repeat.

Not here: the fields (`kit/redcap.py`). It holds no data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bpp_etl import __version__
from bpp_etl.kit.redcap import RECORD_ID, Choice, Field, Instrument, instruments

ODM, REDCAP = "http://www.cdisc.org/ns/odm/v1.3", "https://projectredcap.org"
TITLE = "Bone pseudoprogression"
WHAT = "Metastatic breast cancer with bone metastases: made by bpp_etl from its contracts, without any data."
EVENT = "event_1_arm_1"
"""The one event of a project that is not longitudinal."""
STATUS = (Choice("0", "Incomplete"), Choice("1", "Unverified"), Choice("2", "Complete"))
"""The status of a form, which REDCap keeps beside its fields."""
YES_NO = (Choice("1", "Yes"), Choice("0", "No"))
DATA_TYPES = {"date_ymd": "date", "number": "float", "integer": "integer"}
VALIDATIONS = {"number": "float", "integer": "int"}
"""Two of REDCap's validations have another name in a project file than in a dictionary."""
KINDS = {"dropdown": "select"}


def project(made_at: dt.datetime) -> str:
    """Write the project file, without any record."""
    ET.register_namespace("", ODM)
    ET.register_namespace("redcap", REDCAP)
    moment = made_at.strftime("%Y-%m-%dT%H:%M:%S")
    root = _element(
        None,
        "ODM",
        ODMVersion="1.3.1",
        FileOID="000-00-0000",
        FileType="Snapshot",
        Description=TITLE,
        AsOfDateTime=moment,
        CreationDateTime=moment,
        SourceSystem="bpp_etl",
        SourceSystemVersion=__version__,
    )
    study = _element(root, "Study", OID="Project.BonePseudoprogression")
    forms = instruments()
    _globals(study, forms)
    metadata = _element(study, "MetaDataVersion", OID="Metadata.BonePseudoprogression", Name=TITLE)
    metadata.set(_own("RecordIdField"), RECORD_ID)
    _define(metadata, [(form, (*form.fields, _status(form))) for form in forms])
    ET.indent(root, "\t")
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n{ET.tostring(root, encoding="unicode")}\n'


def _globals(study: ET.Element, forms: tuple[Instrument, ...]) -> None:
    told = _element(study, "GlobalVariables")
    for name, text in (("StudyName", TITLE), ("StudyDescription", WHAT), ("ProtocolName", TITLE)):
        _element(told, name).text = text
    for name, text in (("RecordAutonumberingEnabled", "0"), ("SurveysEnabled", "0"), ("Purpose", "0")):
        ET.SubElement(told, _own(name)).text = text
    repeating = ET.SubElement(told, _own("RepeatingInstrumentsAndEvents"))
    listed = ET.SubElement(repeating, _own("RepeatingInstruments"))
    for form in forms:
        if form.repeats:
            named = {"UniqueEventName": EVENT, "RepeatInstrument": form.name, "CustomLabel": form.label}
            ET.SubElement(listed, _own("RepeatingInstrument"), _owned(named))


def _status(form: Instrument) -> Field:
    return Field(f"{form.name}_complete", "dropdown", "Complete?", "", section="Form Status", choices=STATUS)


def _define(metadata: ET.Element, forms: list[tuple[Instrument, tuple[Field, ...]]]) -> None:
    """Write forms, their groups of fields, the fields, and the lists: each kind after the one before."""
    groups = [
        (f"{form.name}.{fields[0].variable}", name, fields)
        for form, (*asked, status) in forms
        for name, fields in ((form.title, asked), ("Form Status", [status]))
    ]
    for form, _ in forms:
        made = _element(metadata, "FormDef", OID=f"Form.{form.name}", Name=form.title, Repeating="No")
        made.set(_own("FormName"), form.name)
        for oid, _, _ in groups:
            if oid.startswith(f"{form.name}."):
                _element(made, "ItemGroupRef", ItemGroupOID=oid, Mandatory="No")
    for oid, name, fields in groups:
        made = _element(metadata, "ItemGroupDef", OID=oid, Name=name, Repeating="No")
        for field in fields:
            item = _element(made, "ItemRef", ItemOID=field.variable, Mandatory="No")
            item.set(_own("Variable"), field.variable)
    everything = [field for _, _, fields in groups for field in fields]
    for field in everything:
        _define_item(metadata, field)
    for field in everything:
        if listed := _choices_of(field):
            made = _element(
                metadata,
                "CodeList",
                OID=f"{field.variable}.choices",
                Name=field.variable,
                DataType=_data_type(field),
            )
            made.set(_own("Variable"), field.variable)
            for choice in listed:
                item = _element(made, "CodeListItem", CodedValue=choice.code)
                _element(_element(item, "Decode"), "TranslatedText").text = choice.label


def _define_item(metadata: ET.Element, field: Field) -> None:
    listed = _choices_of(field)
    longest = max((len(choice.code) for choice in listed), default=999)
    item = _element(
        metadata,
        "ItemDef",
        OID=field.variable,
        Name=field.variable,
        DataType=_data_type(field),
        Length=str(longest),
    )
    if _data_type(field) == "float":
        item.set("SignificantDigits", "1")
    own = {
        "Variable": field.variable,
        "FieldType": KINDS.get(field.kind, field.kind),
        "TextValidationType": VALIDATIONS.get(field.validation, field.validation),
        "FieldNote": field.note,
        "SectionHeader": field.section,
        "RequiredField": "y" if field.is_required else "",
        "FieldAnnotation": field.annotation,
    }
    item.attrib.update(_owned({name: text for name, text in own.items() if text}))
    _element(_element(item, "Question"), "TranslatedText").text = field.label
    if listed:
        _element(item, "CodeListRef", CodeListOID=f"{field.variable}.choices")


def _choices_of(field: Field) -> tuple[Choice, ...]:
    return YES_NO if field.kind == "yesno" else field.choices


def _data_type(field: Field) -> str:
    return "boolean" if field.kind == "yesno" else DATA_TYPES.get(field.validation, "text")


def _element(parent: ET.Element | None, name: str, **attributes: str) -> ET.Element:
    tag = f"{{{ODM}}}{name}"
    return ET.Element(tag, attributes) if parent is None else ET.SubElement(parent, tag, attributes)


def _own(name: str) -> str:
    return f"{{{REDCAP}}}{name}"


def _owned(told: Mapping[str, str]) -> dict[str, str]:
    return {_own(name): text for name, text in told.items()}

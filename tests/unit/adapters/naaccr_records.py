"""Made-up patients and tumors of NAACCR XML, and the adapter run over them.

Not here: assertions.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from tests.support.deliveries import write_texts
from tests.support.documents import Row, made
from tests.support.gating import Gated, gated

URI = "http://naaccr.org/naaccrxml/naaccr-dictionary-{}.xml"
BREAST = {"primarySite": "C504", "dateOfDiagnosis": "20200616", "tumorRecordNumber": "01"}
PERSON = {"patientIdNumber": "00000001", "sex": "2", "dateOfLastContact": "20241231", "vitalStatus": "1"}


def items(told: dict[str, str], key: str = "naaccrId") -> str:
    return "".join(f'<Item {key}="{name}">{escape(value)}</Item>' for name, value in told.items())


def patient(*tumors: dict[str, str], **others: str) -> str:
    records = "".join(f"<Tumor>{items({**BREAST, **tumor})}</Tumor>" for tumor in tumors)
    return f"<Patient>{items({**PERSON, **others})}{records}</Patient>"


def exported(*patients: str, version: int = 250, at: str = "2024-12-31T08:00:00-05:00") -> str:
    return (
        f'<?xml version="1.0"?><NaaccrData xmlns="http://naaccr.org/naaccrxml" recordType="I"'
        f' baseDictionaryUri="{URI.format(version)}" timeGenerated="{at}">{"".join(patients)}</NaaccrData>'
    )


def only(table: str, *texts: str) -> Row:
    (row,) = made("naaccr", *texts)[table]
    return row


def judged(tmp_path: Path, text: str, **beside: str) -> Gated:
    files = {"export.xml": text, **{f"{name}.csv": side for name, side in beside.items()}}
    return gated(write_texts(tmp_path, files, toml='format = "naaccr"\n'))

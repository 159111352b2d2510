"""Made-up patients and reports of oBDS, and the adapter run over them.

Not here: assertions.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.deliveries import write_texts
from tests.support.documents import Row, made
from tests.support.gating import Gated, gated

BORN = '<Geburtsdatum Datumsgenauigkeit="E">1950-05-01</Geburtsdatum>'


def exported(*patients: str, day: str = "2024-12-31") -> str:
    return (
        '<oBDS xmlns="http://www.basisdatensatz.de/oBDS/XML" Schema_Version="3.0.2"><Absender/>'
        f"<Meldedatum>{day}</Meldedatum><Menge_Patient>{''.join(patients)}</Menge_Patient></oBDS>"
    )


def patient(*reports: str, name: str = "P1", sex: str = "W", born: str = BORN) -> str:
    return (
        f'<Patient Patient_ID="{name}"><Patienten_Stammdaten><Nachname>Nobody</Nachname>'
        f"<Geschlecht>{sex}</Geschlecht>{born}</Patienten_Stammdaten>"
        f"<Menge_Meldung>{''.join(reports)}</Menge_Meldung></Patient>"
    )


def report(content: str, name: str = "M1", site: str = "C50.4", tumor: str = "1") -> str:
    return (
        f'<Meldung Meldung_ID="{name}"><Tumorzuordnung Tumor_ID="{tumor}">'
        f"<Primaertumor_ICD><Code>{site}</Code></Primaertumor_ICD>"
        '<Diagnosedatum Datumsgenauigkeit="E">2020-03-01</Diagnosedatum></Tumorzuordnung>'
        f"{content}</Meldung>"
    )


def metastases(*days: str, precision: str = "E") -> str:
    places = "".join(
        f'<Fernmetastase><Diagnosedatum Datumsgenauigkeit="{precision}">{day}</Diagnosedatum>'
        "<Lokalisation>OSS</Lokalisation></Fernmetastase>"
        for day in days
    )
    return f"<Menge_FM>{places}</Menge_FM>"


def module(er: str = "P", pr: str = "N", her2: str = "N") -> str:
    return (
        f"<Modul_Mamma><HormonrezeptorStatus_Oestrogen>{er}</HormonrezeptorStatus_Oestrogen>"
        f"<HormonrezeptorStatus_Progesteron>{pr}</HormonrezeptorStatus_Progesteron>"
        f"<Her2neuStatus>{her2}</Her2neuStatus></Modul_Mamma>"
    )


def diagnosis(inside: str = "") -> str:
    return f"<Diagnose><Diagnosesicherung>7</Diagnosesicherung>{inside}</Diagnose>"


def course(inside: str = "", status: str = "K", day: str = "2021-06-01") -> str:
    return (
        f'<Verlauf Verlauf_ID="1"><Untersuchungsdatum_Verlauf>{day}</Untersuchungsdatum_Verlauf>'
        f"<Gesamtbeurteilung_Tumorstatus>{status}</Gesamtbeurteilung_Tumorstatus>{inside}</Verlauf>"
    )


def pathology(inside: str = "") -> str:
    return f"<Pathologie><Diagnosesicherung>7.2</Diagnosesicherung>{inside}</Pathologie>"


def operation(inside: str = "", day: str = "2020-04-02") -> str:
    return f"<OP><Intention>K</Intention><Datum>{day}</Datum>{inside}</OP>"


def therapy(name: str = "T1", intention: str = "P", inside: str = "") -> str:
    told = f"<Intention>{intention}</Intention><Therapieart>CH</Therapieart>{inside}"
    return f'<SYST SYST_ID="{name}">{told}</SYST>' if name else f"<SYST>{told}</SYST>"


def death(day: str = "2022-08-01") -> str:
    return f"<Tod><Sterbedatum>{day}</Sterbedatum></Tod>"


def histology(day: str) -> str:
    return (
        f'<Histologie><Tumor_Histologiedatum Datumsgenauigkeit="E">{day}</Tumor_Histologiedatum></Histologie>'
    )


def only(table: str, *texts: str) -> Row:
    (row,) = made("obds", *texts)[table]
    return row


def judged(tmp_path: Path, *texts: str, toml: str = "", **beside: str) -> Gated:
    files = {f"package-{number}.xml": text for number, text in enumerate(texts)}
    files |= {f"{name}.csv": side for name, side in beside.items()}
    return gated(write_texts(tmp_path, files, toml=f'format = "obds"\n{toml}'))

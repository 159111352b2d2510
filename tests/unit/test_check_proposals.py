"""`bpp check` proposes the lines of registry.toml that mend a delivery; pasted, they open its gate.

Not here: what else a check tells (`test_check.py`).
"""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path

import openpyxl
import pytest

from bpp_etl.check import check_delivery
from bpp_etl.check.cells import MOST_TEXTS
from bpp_etl.check.layout import Layout, layout_of
from bpp_etl.check.run import delivery_in, gated
from bpp_etl.check.show import as_html, as_json, as_text
from bpp_etl.errors import UsageError
from bpp_etl.landing.read_settings import ReadSettings
from tests.support.deliveries import TINY, with_rows, write_delivery_of

GERMAN = {
    "patients": """\
Patientennummer;Geschlecht;Geburtsdatum;Datum_Metastasierung;Oestrogenrezeptor;Letzter_Kontakt;Sterbedatum
P1;w;03.05.1961;14.01.2024;positiv;30.05.2024;
P2;weiblich;13.11.1957;20.02.2024;neg;12.04.2024;
P3;w;30.12.1949;02.03.2024;unbekannt;28.05.2024;28.05.2024
""",
    "therapy_lines": """\
Patientennummer;Therapielinie;Substanzen;Therapiebeginn;Therapieende;Endegrund;Zyklustage
P1;1;Letrozol;01.02.2024;;;28
P2;1;Fulvestrant;01.03.2024;31.03.2024;Toxizität;28
P3;1;Letrozol;15.03.2024;;;28
""",
    "imaging_assessments": """\
Untersuchung_ID;Patientennummer;Untersuchungsdatum;Modalitaet;Knochenfenster;Beurteilbar;Ansprechen
U1;P1;20.01.2024;CT;ja;ja;
U2;P1;28.03.2024;CT;ja;ja;SD
U3;P1;23.05.2024;CT;ja;nein;SD
""",
    "bone_lesions": """\
Untersuchung_ID;Laesion_ID;Lokalisation;Typ;Verlauf;Lyse;Unsicher
U1;L1;Wirbelsäule;osteolytisch;baseline;;nein
U2;L1;Wirbelsäule;osteolytisch;stabil;keine;nein
U2;L2;Becken;osteoblastisch;neu;keine;nein
""",
    "lab_results": """\
Patientennummer;Parameter;Entnahmedatum;Wert;Einheit;Obergrenze
P1;AP;28.01.2024;88,4;U/l;105
P1;AP;28.03.2024;92;U/l;105,5
P2;Kalium;28.02.2024;4,1;mmol/l;5,1
""",
    "her2_tests": None,
}


def write(home: Path, tables: dict[str, str | None], toml: str = "") -> Path:
    folder = write_delivery_of(home, **tables)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return folder


def test_a_german_export_is_mended_by_what_one_check_proposes(tmp_path: Path) -> None:
    folder = write(tmp_path, GERMAN)
    text, is_open = check_delivery(folder)
    assert not is_open
    assert "With these lines the gate would be open." in " ".join(text.split())
    proposal = text[text.index("[read]") :]
    told = tomllib.loads(proposal)
    assert told["read"]["delimiter"] == ";"
    assert told["read"]["date_format"] == "%d.%m.%Y"
    assert told["read"]["lab_results"] == {"decimal": ","}
    assert told["recode"]["patients"]["sex"] == {"w": "female", "weiblich": "female"}
    mended = gated(delivery_in(write(tmp_path / "mended", GERMAN, proposal)))
    assert mended.decision.is_open
    assert [(one.table, one.refused) for one in mended.decision.tables if one.refused] == []
    ignored = {one.table: one.ignored for one in mended.decision.tables}
    assert ignored["lab_results"] == 1
    assert mended.proposal.is_empty


def test_an_unknown_code_is_told_with_its_column_and_what_is_allowed(tmp_path: Path) -> None:
    lesions = TINY["bone_lesions"].replace("B1,L1,rib", "B1,L1,left knee")
    folder = write(tmp_path, {"bone_lesions": lesions}, "[limits]\nbone_lesions = 0.5\ncadence = 1\n")
    words = " ".join(check_delivery(folder)[0].split())
    assert "bone_lesions.site, 1 row: allowed spine, pelvis, rib," in words
    assert "delivered 'left knee'" in words
    assert "# [recode.bone_lesions.site]" in words
    assert '# "left knee" = "spine | pelvis | rib' in words
    broken_rules = json.loads(check_delivery(folder, "json")[0])["broken_rules"]
    (broken,) = (one for one in broken_rules if one["rule"] == "code_unknown")
    assert (broken["rule"], broken["column"]) == ("code_unknown", "site")
    assert broken["faults"]["site"]["unknown"] == ["left knee"]
    assert "spine" in broken["faults"]["site"]["allowed"]


def test_what_is_lost_unsaid_is_told_and_proposed_though_the_gate_is_open(tmp_path: Path) -> None:
    her2 = 'patient_id,test_date,specimen_site,her2_cep17_ratio\nA,2023-12-01,primary,"2,4"\n'
    more = (
        "Knochen-AP (Ostase),2024-02-12,90,U/L,104",
        "Alkalische Phosphatase (Knochen),2024-02-12,9,U/L,",
        "<b>,2024-02-12,3,U/L,",
    )
    labs = with_rows("lab_results", *(f"A,{row}" for row in (*more, more[-1])))
    checked = gated(delivery_in(write(tmp_path, {"her2_tests": her2, "lab_results": labs})))
    assert checked.decision.is_open
    assert checked.proposal.sections == {
        "read.her2_tests": {"decimal": ","},
        "recode.lab_results.analyte": {"Knochen-AP (Ostase)": "ALP_BONE"},
    }, "what brackets say of another kind of ALP is heard"
    told = [("<b>", 2), ("Alkalische Phosphatase (Knochen)", 1), ("Knochen-AP (Ostase)", 1)]
    assert checked.other_analytes == tuple(told)
    assert json.loads(as_json(checked))["other_analytes"] == dict(told)
    assert "'Knochen-AP (Ostase)': 1 row" in as_text(checked)
    page = as_html(checked)
    assert "Rows of other analytes are ignored." in page
    assert "Ostase" not in page
    (ratio,) = (one for one in checked.broken if one.rule == "ratio_unreadable")
    assert ratio.columns == ("her2_cep17_ratio",)


def test_days_that_may_be_read_in_two_ways_are_a_choice(tmp_path: Path) -> None:
    patients = TINY["patients"].replace("2024-12-01", "01/02/2024")
    text, _ = check_delivery(write(tmp_path, {"patients": patients}))
    assert '# date_format of last_contact_date: "%d/%m/%Y" or "%m/%d/%Y"' in text
    sure, _ = check_delivery(write(tmp_path / "sure", {"patients": patients.replace("01/02", "15/02", 1)}))
    assert 'date_format = "%d/%m/%Y"' in sure


def test_a_column_that_two_of_theirs_may_be_is_a_choice(tmp_path: Path) -> None:
    patients = TINY["patients"].replace("patient_id,sex", "pid,gender").replace("A,", "A,x,")
    patients = patients.replace("pid,gender", "pid,pat_id,gender").replace("B,", "B,x,").replace("C,", "C,x,")
    proposal = gated(delivery_in(write(tmp_path, {"patients": patients}))).proposal
    assert proposal.sections["rename.patients"] == {"gender": "sex"}
    assert proposal.unsure["rename.patients"] == ['patient_id is one of "pid", "pat_id"']


def test_analytes_of_other_names_are_listed_where_none_is_known(tmp_path: Path) -> None:
    header = TINY["lab_results"].splitlines()[0]
    labs = f"{header}\nA,ALKP,2024-02-12,90,U/L,104\nA,Kalium,2024-02-12,4,mmol/l,5\n"
    words = " ".join(check_delivery(write(tmp_path, {"lab_results": labs}))[0].split())
    assert "delivered 'ALKP', 'Kalium'" in words
    assert '# ALKP = "ALP_TOTAL | ALP_BONE"' in words


def test_rows_are_counted_whatever_number_of_texts_they_hold(tmp_path: Path) -> None:
    lesions = with_rows("bone_lesions", *(f"A3,X{n},knee {n},osteoblastic,stable,,false" for n in range(60)))
    folder = write(tmp_path, {"bone_lesions": lesions})
    (fault,) = (one for broken in gated(delivery_in(folder)).broken for one in broken.faults)
    assert (fault.column, fault.rows, len(fault.texts)) == ("site", 60, MOST_TEXTS)


def test_a_decimal_comma_is_found_before_a_mark(tmp_path: Path) -> None:
    labs = with_rows(
        "lab_results", 'A,ALP_TOTAL,2024-03-01,"90,5 H",U/L,104', "A,ALP_TOTAL,2024-04-01,x,U/L,"
    )
    proposal = gated(delivery_in(write(tmp_path, {"lab_results": labs}))).proposal
    assert proposal.sections["read.lab_results"] == {"decimal": ","}


def test_a_decimal_point_is_not_called_a_comma(tmp_path: Path) -> None:
    labs = with_rows("lab_results", 'A,ALP_TOTAL,2024-03-01,"1,090.5",U/L,104')
    assert gated(delivery_in(write(tmp_path, {"lab_results": labs}))).proposal.is_empty


def test_a_column_that_may_be_left_out_is_asked_for_where_one_of_theirs_is_not_known(tmp_path: Path) -> None:
    patients = TINY["patients"].replace("last_contact_date", "last_contact_date,exitus_am")
    patients = patients.replace("2024-12-01", "2024-12-01,")
    asked = gated(delivery_in(write(tmp_path, {"patients": patients}))).proposal.unsure["rename.patients"]
    assert '"..." = "death_date"  # is it one of those not loaded? exitus_am' in asked
    assert gated(delivery_in(write(tmp_path / "plain", {}))).proposal.is_empty


def test_sheets_under_other_names_are_offered_for_the_tables_that_are_not_there(tmp_path: Path) -> None:
    folder = write(tmp_path, dict.fromkeys(TINY))
    book = openpyxl.Workbook()
    for name in ("Pacientes", "Lineas"):
        book.create_sheet(name).append(["id", "x"])
        book[name].append(["1", "2"])
    book.save(folder / "delivery.xlsx")
    checked = gated(delivery_in(folder))
    assert checked.proposal.unsure["read.patients"] == ['sheet = "Lineas | Pacientes"']
    assert "sheet in [read.<table>]" in next(
        one.mend for one in checked.broken if one.rule == "table_missing"
    )


def test_a_file_of_lines_with_a_row_for_each_drug_is_asked_about(tmp_path: Path) -> None:
    line = "D,1,{},2024-01-01,,21"
    told = '# derive = "gap_and_new_agent"  # has the file a row for each drug of a line?'

    def proposed(home: str, *rows: str) -> str:
        lines = with_rows("therapy_lines", *rows)
        patients = with_rows("patients", "D,female,2024-12-01")
        (tmp_path / home).mkdir()
        folder = write(tmp_path / home, {"therapy_lines": lines, "patients": patients})
        return gated(delivery_in(folder)).proposal.as_toml()

    assert f"# [therapy_lines]\n{told}" in proposed("drugs", line.format("made up"), line.format("another"))
    assert told not in proposed("starts", line.format("made up"), "D,1,another,2024-02-01,,21")
    assert told not in proposed("ends", line.format("made up"), "D,1,made up,2024-01-01,2024-03-01,21")


def test_names_that_are_withheld_are_counted(tmp_path: Path) -> None:
    header, rows = TINY["patients"].split("\n", 1)
    patients = ",".join(f"x{place}" for place, _ in enumerate(header.split(","))) + "\n" + rows
    (line,) = gated(delivery_in(write(tmp_path, {"patients": patients}))).columns_left_out
    assert line == f"patients: {len(header.split(','))} columns (name withheld) (not known here)"


def test_the_rows_to_mend_are_a_workbook_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    lesions = TINY["bone_lesions"].replace("B1,L1,rib", "B1,L1,=2+2").replace("site", "Ort", 1)
    labs = with_rows("lab_results", "A,ALP_TOTAL,2024-03-01,5,U/L,104")
    folder = write(
        tmp_path,
        {"bone_lesions": lesions, "lab_results": labs},
        "[limits]\nbone_lesions = 0.5\n[rename.bone_lesions]\nOrt = 'site'\n",
    )
    to = tmp_path / "to-mend.xlsx"
    text, is_open = check_delivery(folder, "xlsx", to=to)
    assert is_open
    assert text.endswith(f"Rows to mend: 2 in {to}. It holds patients' values.")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    book = openpyxl.load_workbook(to)
    assert book.sheetnames == ["bone_lesions", "lab_results"]
    head, row = book["bone_lesions"].iter_rows()
    cells = dict(zip((one.value for one in head), row, strict=True))
    assert (cells["file"].value, cells["row"].value, cells["rules"].value) == (
        "bone_lesions.csv",
        "2",
        "code_unknown",
    )
    assert cells["columns"].value == "Ort (site)"
    assert (cells["Ort (site)"].value, cells["Ort (site)"].data_type) == ("=2+2", "s")
    marked = {name for name, cell in cells.items() if cell.fill.fill_type == "solid"}
    assert marked == {"Ort (site)"}
    with pytest.raises(UsageError, match="cannot be written: Is a directory"):
        check_delivery(folder, "xlsx", to=tmp_path)
    head, flagged = book["lab_results"].iter_rows()
    assert [one.value for one in flagged[1:3]] == ["4", "alp_against_limit, alp_jump, unit_suspect"]
    marked = {name.value for name, one in zip(head, flagged, strict=True) if one.fill.fill_type == "solid"}
    assert marked == {"analyte", "value", "unit", "upper_limit_normal"}


def test_what_may_be_pasted_is_toml_whatever_a_cell_holds(tmp_path: Path) -> None:
    odd = with_rows(
        "patients", *(f'"{name}",{sex},2024-05-01' for name, sex in (("D", '"a""b\\c"'), ("E", "[x]")))
    )
    proposal = gated(delivery_in(write(tmp_path, {"patients": odd}))).proposal
    plain = "\n".join(line.removeprefix("# ") for line in proposal.as_toml().splitlines())
    assert set(tomllib.loads(plain)["recode"]["patients"]["sex"]) == {'a"b\\c', "[x]"}


def test_how_a_file_is_laid_out_is_found_where_its_header_is_not(tmp_path: Path) -> None:
    def lower(text: str) -> bytes:
        return f"Export\n\n{text}".encode()

    for place, (write_as, expected) in enumerate(
        (
            (lambda text: text.encode("utf-16"), {"encoding": "utf-16", "delimiter": ";"}),
            (lower, {"header_row": 3, "delimiter": ";"}),
        )
    ):
        folder = write(tmp_path / f"{place}", GERMAN)
        for path in folder.glob("*.csv"):
            path.write_bytes(write_as(path.read_text(encoding="utf-8")))
        checked = gated(delivery_in(folder))
        told = tomllib.loads(checked.proposal.as_toml())["read"]
        assert expected.items() <= told.items()
        assert checked.would_open


def test_an_encoding_is_proposed_where_it_is_sure_and_else_a_choice(tmp_path: Path) -> None:
    def proposed(name: str, regimen: str, encoding: str) -> str:
        lines = TINY["therapy_lines"].replace("made up", regimen)
        folder = write(tmp_path / name, {"therapy_lines": lines})
        (folder / "therapy_lines.csv").write_bytes(lines.encode(encoding))
        return gated(delivery_in(folder)).proposal.as_toml()

    assert 'encoding = "cp1252"' in proposed("a", "täglich", "latin-1")
    chinese = proposed("b", "来曲唑", "gb18030")
    assert chinese.startswith('# [read.therapy_lines]\n# encoding = "gb18030 | ')
    (tmp_path / "b" / "tiny" / "registry.toml").write_text('encoding = "gb18030"\n', encoding="utf-8")
    assert gated(delivery_in(tmp_path / "b" / "tiny" / "2024-12-31")).decision.is_open


def test_a_header_that_stands_lower_in_a_workbook_is_found(tmp_path: Path) -> None:
    folder = write(tmp_path, {"her2_tests": None})
    book = openpyxl.Workbook()
    for cells in (["Export"], [], *(line.split(",") for line in TINY["her2_tests"].splitlines())):
        book.active.append(cells)
    book.save(folder / "her2_tests.xlsx")
    checked = gated(delivery_in(folder))
    assert checked.proposal.as_toml() == "[read.her2_tests]\nheader_row = 3"
    assert checked.would_open
    delivery = delivery_in(folder)
    assert layout_of(delivery, "her2_tests", ReadSettings(), was_read=True) == Layout(header_row=3)
    assert layout_of(delivery, "her2_tests", ReadSettings(), was_read=False) == Layout(), "its reader gave up"


def test_a_zone_and_a_century_are_a_choice_of_each_table_whose_analytes_need_no_code(tmp_path: Path) -> None:
    labs = TINY["lab_results"].replace("2023-12-28", "28.12.23")
    labs = labs.replace("2024-02-12", "2024-02-12T07:30Z").replace("2024-06-17", "2024-06-17T07:30Z")
    checked = gated(delivery_in(write(tmp_path, {"lab_results": labs})))
    assert {"lab_results"} == {one.table for one in checked.broken if one.rule == "nothing_used"}
    assert not any(one.faults for one in checked.broken if one.rule == "nothing_used"), (
        "its analytes are ours"
    )
    assert [line.split("=")[0] for line in checked.proposal.as_toml().splitlines()] == [
        "# [read.lab_results]",
        "# century_pivot ",
        "# timezone ",
    ]


def test_a_birth_without_its_day_is_a_choice_of_the_registry(tmp_path: Path) -> None:
    patients = TINY["patients"].replace("\n", ",birth_date\n", 1).replace("2024-12-01", "2024-12-01,1962")
    checked = gated(delivery_in(write(tmp_path, {"patients": patients})))
    (line,) = checked.proposal.as_toml().splitlines()[1:]
    assert line.startswith('# partial_birth_date = "empty"')


def test_other_analytes_are_no_fault_where_one_of_ours_is_refused(tmp_path: Path) -> None:
    labs = TINY["lab_results"].replace("U/L", "")
    row = labs.splitlines()[1].replace("ALP_TOTAL", "ALB")
    checked = gated(delivery_in(write(tmp_path, {"lab_results": f"{labs.rstrip()}\n{row}\n"})))
    assert [(one.rule, one.faults) for one in checked.broken if one.rule == "nothing_used"] == [
        ("nothing_used", ())
    ]


def test_choices_fit_a_terminal(tmp_path: Path) -> None:
    lesions = TINY["bone_lesions"].replace("B1,L1,rib", "B1,L1,left knee")
    text, _ = check_delivery(write(tmp_path, {"bone_lesions": lesions}))
    assert "left knee" in text
    assert max(map(len, text.splitlines())) <= 80

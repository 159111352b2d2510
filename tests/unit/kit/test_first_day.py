"""`bpp init` makes a registry's folder with an example, and proposes what reads files of theirs.

Not here: what a proposal says of each fault (`tests/unit/test_check_proposals.py`).
"""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from assets.cli import app
from bpp_etl.adapters import CANONICAL, adapter_names
from bpp_etl.check.sources import reads_in_words
from bpp_etl.errors import UsageError
from bpp_etl.kit.first_day import PATIENTS, begin_registry
from bpp_etl.kit.resemblance import tables_of
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.landing.registry_config import checked
from bpp_etl.landing.registry_keys import KEYS
from tests.support.gating import gated

DAY = dt.date(2026, 6, 30)
GERMAN = {
    "Stammdaten.csv": "Patienten-ID;Geschlecht;Geburtsdatum;letzter_Kontakt\nA;W;01.02.1960;03.04.2024\n",
    "Labor.csv": "Patienten-ID;Analyt;Entnahmedatum;Wert;Einheit\nA;ALP_TOTAL;05.02.2024;98;U/L\n",
}


FROM_EXCEL = {
    "Patienten.csv": """\
Pat-Nr.;Geschlecht;Geburtsdatum;Datum Erstdiagnose Metastasierung;Letzter Kontakt;Sterbedatum
A;weiblich;01.02.1960;20.12.2023;01.12.2024;
B;männlich;11.02.1950;21.12.2023;20.11.2024;20.11.2024
""",
    "Therapielinien.csv": """\
Pat-Nr.;Linie;Therapieschema;Beginn;Ende;Grund Beendigung;Zykluslänge (Tage)
A;1;Letrozol;01.01.2024;17.06.2024;Toxizität;21
B;1;Letrozol;01.01.2024;;;21
""",
    "Bildgebung.csv": """\
Untersuchungs-Nr.;Pat-Nr.;Untersuchungsdatum;Modalität;Knochenfenster;Ansprechen extraossär
U1;A;20.12.2023;CT;ja;
U2;A;12.02.2024;PET/CT;ja;SD
U3;B;20.12.2023;CT;nein;
U4;B;12.02.2024;CT;ja;Non-CR/Non-PD
""",
    "Knochenläsionen.csv": """\
Untersuchungs-Nr.;Läsions-Nr.;Lokalisation;Morphologie;Verlauf;Lyse-Änderung;Unsicher
U2;L1;Wirbelsäule;osteoplastisch;neu;;nein
U4;L1;Schädel;osteolytisch;größer;abgenommen;ja
""",
    "Labor.csv": """\
Pat-Nr.;Parameter;Abnahmedatum;Wert;Einheit;Obergrenze
A;Alkalische Phosphatase;28.12.2023;88,5;U/L;104,0
A;Knochen-AP (Ostase);28.12.2023;18,2;ug/L;20,1
""",
    "HER2.csv": """\
Pat-Nr.;Testdatum;Material;IHC;ISH;HER2/CEP17-Ratio;HER2-Kopienzahl;Befund
A;01.12.2023;Primärtumor;2+;nicht amplifiziert;1,2;3,4;negativ
""",
}
"""What a German hospital exports from Excel: semicolons, commas in numbers, umlauts, days first."""


def written(folder: Path, **files: str) -> list[Path]:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


@pytest.mark.parametrize("form", adapter_names())
def test_the_example_of_every_format_passes_the_gate_and_says_that_it_is_synthetic(
    form: str, tmp_path: Path
) -> None:
    begin_registry(tmp_path, "north", form, DAY)
    stated = checked(tomllib.loads((tmp_path / "north" / "registry.toml").read_text(encoding="utf-8")))
    assert (stated.format, stated.about.synthetic) == (form, True)
    one = gated(tmp_path / "north" / DAY.isoformat())
    assert one.decision.is_open, one.decision.causes
    assert one.read.unknown_files == ()
    if form == CANONICAL:
        assert one.read.rows["patients"] == PATIENTS
    delivery = delivery_of(tmp_path / "north" / DAY.isoformat())
    assert delivery is not None
    told = reads_in_words(one.read, delivery)
    assert (f"[{form}] of registry.toml may state " in told) == (
        form in {"cbioportal", "fhir", "omop", "redcap"}
    )


@pytest.mark.parametrize("form", ["cbioportal", "omop", "redcap"])
def test_what_is_true_of_the_example_alone_is_told_apart(form: str, tmp_path: Path) -> None:
    begin_registry(tmp_path, "north", form, DAY)
    head, format_, _ = (
        (tmp_path / "north" / "registry.toml").read_text(encoding="utf-8").partition("format =")
    )
    assert format_
    assert "what is true of the example" in head
    assert "take out the rest" in head


def test_every_key_stands_in_the_file_as_a_comment_that_can_be_followed(tmp_path: Path) -> None:
    begin_registry(tmp_path, "north", CANONICAL, DAY)
    text = (tmp_path / "north" / "registry.toml").read_text(encoding="utf-8")
    for key in KEYS:
        if key.name != "format":
            lines = "\n".join(f"# {line}".rstrip() for line in key.example.splitlines())
            assert lines in text
            assert f"# {key.name}: " in text
    assert max(map(len, text.splitlines())) <= 110


def test_files_of_theirs_are_found_by_their_columns_and_what_reads_them_is_proposed(tmp_path: Path) -> None:
    files = written(tmp_path / "theirs", **GERMAN)
    told = begin_registry(tmp_path / "landing", "west", CANONICAL, DAY, files)
    assert told[:2] == [
        "Stammdaten.csv is taken for patients: deliver it as patients.csv",
        "Labor.csv is taken for lab_results: deliver it as lab_results.csv",
    ]
    stated = tomllib.loads((tmp_path / "landing" / "west" / "registry.toml").read_text(encoding="utf-8"))
    assert stated["rename"]["patients"]["Geburtsdatum"] == "birth_date"
    assert stated["recode"]["patients"]["sex"] == {"W": "female"}
    assert stated["read"] == {"delimiter": ";", "date_format": "%d.%m.%Y"}
    checked(stated)
    assert list((tmp_path / "landing" / "west" / DAY.isoformat()).iterdir()) == []
    assert [file.read_text(encoding="utf-8") for file in files] == list(GERMAN.values())


def test_an_export_from_excel_is_read_by_what_one_command_proposes(tmp_path: Path) -> None:
    files = written(tmp_path / "theirs", **FROM_EXCEL)
    for file in files:
        file.write_bytes(FROM_EXCEL[file.name].encode("cp1252"))
    landing = tmp_path / "landing"
    words = ["init", "west", "--landing", str(landing), "--like", *map(str, files)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "yours to choose" not in done.output
    (folder,) = (place for place in (landing / "west").iterdir() if place.is_dir())
    for file, table in tables_of(files).items():
        (folder / f"{table}.csv").write_bytes(file.read_bytes())
    one = gated(folder)
    assert one.decision.is_open, one.decision.causes
    assert (one.refused, one.flagged) == ({}, {})
    assert {name: len(rows) for name, rows in one.core.items()} == {
        table: FROM_EXCEL[file.name].count("\n") - 1 for file, table in tables_of(files).items()
    }


def test_files_without_like_are_a_word_too_many(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", "north", "west", "--landing", str(tmp_path / "landing")])
    assert isinstance(done.exception, UsageError)
    assert done.exception.message == "west is a word too many"
    assert not (tmp_path / "landing").exists()


def test_a_file_is_delivered_with_the_ending_of_its_format_alone_and_choices_are_told(tmp_path: Path) -> None:
    (file,) = written(
        tmp_path / "theirs", **{"Stammdaten.2024.06.CSV": GERMAN["Stammdaten.csv"].replace("W", "X")}
    )
    (told, choice, *_) = begin_registry(tmp_path / "landing", "west", CANONICAL, DAY, [file])
    assert told == "Stammdaten.2024.06.CSV is taken for patients: deliver it as patients.csv"
    text = (tmp_path / "landing" / "west" / "registry.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["rename"]["patients"]["Geschlecht"] == "sex"
    assert '# X = "female | male | unknown"' in text
    assert choice == "yours to choose: 1 line of registry.toml, after #, under the sure ones"


def test_a_table_is_known_by_its_name_first_and_in_any_format(tmp_path: Path) -> None:
    frame = pl.DataFrame({"assessment_id": ["x"], "patient_id": ["A"], "modality": ["CT"]})
    frame.write_parquet(tmp_path / "scans.parquet")
    frame.write_parquet(tmp_path / "Patients.parquet")
    found = tables_of([tmp_path / "scans.parquet", tmp_path / "Patients.parquet"])
    assert list(found.values()) == ["imaging_assessments", "patients"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"x.csv": "a;b\n"}, "it is not clear which table x.csv is"),
        ({"x.csv": ""}, "it is not clear which table x.csv is"),
        ({"x.docx": "a"}, "x.docx is no file of a table"),
        ({"patients.docx": "a"}, "patients.docx is no file of a table"),
        ({"x.parquet": "a"}, "x.parquet cannot be read"),
        ({"x.xlsx": "a"}, "x.xlsx cannot be read"),
        ({"x.csv.gz": "a"}, "x.csv.gz cannot be opened"),
        ({"x.xpt": "a"}, "it is not clear which table x.xpt is"),
        ({"patients.csv": "sex\n", "PATIENTS.csv": "sex\n"}, "two files are taken for patients"),
    ],
)
def test_a_file_that_is_no_table_for_sure_is_refused(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    theirs = written(tmp_path / "theirs", **files)
    with pytest.raises(UsageError, match=words):
        begin_registry(tmp_path / "landing", "west", CANONICAL, DAY, theirs)
    assert not (tmp_path / "landing").exists()


@pytest.mark.parametrize(
    ("registry", "form", "words"),
    [
        ("no name", CANONICAL, "is no name of a registry"),
        ("../x", CANONICAL, "is no name of a registry"),
        ("north", "hl7v2", "there is no format hl7v2"),
    ],
)
def test_what_cannot_be_begun_is_told_and_leaves_nothing(
    tmp_path: Path, registry: str, form: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        begin_registry(tmp_path / "landing", registry, form, DAY)
    assert not (tmp_path / "landing").exists()


def test_a_registry_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        begin_registry(tmp_path, "north", CANONICAL, DAY)


def test_files_that_cannot_be_opened_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.csv cannot be opened"):
        begin_registry(tmp_path, "north", CANONICAL, DAY, [tmp_path / "missing.csv"])


def test_files_like_which_an_adapter_reads_need_no_proposal_and_the_hint_says_what_to_do(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError, match="for files that follow no standard") as refused:
        begin_registry(tmp_path, "north", "fhir", DAY, [tmp_path / "missing.csv"])
    assert "`bpp init north --format fhir`" in refused.value.hint
    assert not (tmp_path / "north").exists()

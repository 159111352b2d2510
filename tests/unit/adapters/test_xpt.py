"""SAS transport files: what is written comes back as text."""

import datetime as dt
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.xpt import as_text, read_xpt


@pytest.mark.parametrize("version", [5, 8])
def test_text_and_numbers_come_back_as_they_were_written(tmp_path: Path, version: int) -> None:
    path = tmp_path / "dm.xpt"
    frame = pl.DataFrame(
        {
            "USUBJID": ["01-701-1015", "01-701-1023", "é µ <5"],
            "AGE": [63.0, 64.0, 17.6],
            "RFPENDTC": ["2014-07-02T11:45", "2014-07", "2014"],
        }
    )
    pyreadstat.write_xport(frame, path, file_format_version=version)
    assert read_xpt(path).rows.to_dict(as_series=False) == {
        "USUBJID": ["01-701-1015", "01-701-1023", "é µ <5"],
        "AGE": ["63", "64", "17.6"],
        "RFPENDTC": ["2014-07-02T11:45", "2014-07", "2014"],
    }


def test_an_empty_text_and_a_missing_number_are_null(tmp_path: Path) -> None:
    path = tmp_path / "ex.xpt"
    pyreadstat.write_xport(pl.DataFrame({"EXENDTC": ["", None, "2014"], "EXDOSE": [None, 0.0, None]}), path)
    assert read_xpt(path).rows.rows() == [(None, None), (None, "0"), ("2014", None)]


def test_a_sas_date_becomes_its_iso_day(tmp_path: Path) -> None:
    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(pl.DataFrame({"DAY": [dt.date(2020, 2, 29), None]}), path)
    assert read_xpt(path).rows.rows() == [("2020-02-29",), (None,)]


def test_a_file_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(pl.DataFrame(schema={"USUBJID": pl.String, "AGE": pl.Float64}), path)
    assert read_xpt(path).rows.schema == {"USUBJID": pl.String, "AGE": pl.String}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-3.0, "-3"),
        (0.5, "0.5"),
        (2.0**53, "9007199254740992.0"),
        (float("nan"), None),
        (None, None),
        ("", None),
        (" ", " "),
        ("3.0", "3.0"),
    ],
)
def test_one_value_as_text(value: object, text: str | None) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("content", [b"", b"not a transport file", b"USUBJID,SEX\nsecret,F\n" * 200])
def test_what_is_not_a_transport_file_is_named_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "0.xpt"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"^dm\.xpt is not a readable SAS transport file$") as told:
        read_xpt(path, name="dm.xpt")
    assert told.value.rule == "file_unreadable"
    assert "secret" not in f"{told.value.message}{told.value.hint}"


def test_a_file_that_is_cut_off_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(pl.DataFrame({"USUBJID": ["a"] * 100}), path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(UnreadableError, match=r"dm\.xpt"):
        read_xpt(path)


def test_text_in_another_encoding_is_read_by_the_name_that_python_has_for_it(tmp_path: Path) -> None:
    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(pl.DataFrame({"ORT": ["@@@@", "A"], "AGE": [63.0, 64.0]}), path)
    path.write_bytes(path.read_bytes().replace(b"@@@@", "广州".encode("gb18030")))
    read = read_xpt(path, "gb18030")
    assert read.rows.rows() == [("广州", "63"), ("A", "64")]
    assert read.typed == {"AGE"}
    with pytest.raises(UnreadableError, match=r"dm\.xpt is not text in utf-8"):
        read_xpt(path)

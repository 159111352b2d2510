"""Writing a kit into a folder: never over a file that is there, for it may be filled in.

Not here: what is in it (`kit/excel.py`, `kit/redcap.py`, `kit/odm.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from bpp_etl.errors import UsageError, shown
from bpp_etl.reading.wanted import WORKBOOK

Writer = Callable[[BinaryIO], object]
DATA_DICTIONARY, PROJECT_FILE = "data_dictionary.csv", "project.xml"


def write_excel(folder: Path) -> str:
    """Write the workbook, and say what to do with it. Errors: UsageError where it cannot be written."""
    from bpp_etl.kit.excel import workbook  # noqa: PLC0415

    _write(folder, {WORKBOOK: workbook().save})
    return (
        f"{folder / WORKBOOK}: fill it in and put it into <landing>/<registry>/<YYYY-MM-DD>/;"
        " bpp check <that folder> reads it"
    )


def write_redcap(folder: Path, made_at: dt.datetime) -> str:
    """Write the project, and say what to do with it. Errors: UsageError where it cannot be written."""
    from bpp_etl.kit.odm import project  # noqa: PLC0415
    from bpp_etl.kit.redcap import data_dictionary  # noqa: PLC0415

    _write(
        folder,
        {
            DATA_DICTIONARY: lambda stream: stream.write(data_dictionary().encode()),
            PROJECT_FILE: lambda stream: stream.write(project(made_at).encode()),
        },
    )
    return (
        f"{folder / PROJECT_FILE}: make a REDCap project of it, with its repeating instruments\n"
        f"{folder / DATA_DICTIONARY}: deliver it beside each export, which it maps;"
        ' state format = "redcap" in registry.toml'
    )


def _write(folder: Path, files: Mapping[str, Writer]) -> None:
    there = sorted(name for name in files if (folder / name).exists())
    if there:
        raise UsageError(
            f"{', '.join(there)} in {shown(str(folder))} is there already, and may be filled in",
            "name another folder with --to",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, write in files.items():
            with (folder / name).open("xb") as stream:
                write(stream)
    except OSError as error:
        raise UsageError(
            f"{shown(str(folder))} cannot be written to: {error.strerror or type(error).__name__}",
            "name another folder with --to",
        ) from None

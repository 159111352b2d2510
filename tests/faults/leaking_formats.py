"""Deliveries of tokens in every format that is read: examples of the adapters, workbooks, parquet, xpt.

Not here: csv files of ours (`tests/faults/leaking.py`), and where tokens are looked for
(`tests/faults/test_leaks_by_format.py`).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.settings import PROJECT
from tests.faults.leaking import tokens
from tests.support.deliveries import DAY, TINY
from tests.support.sdtm import write_delivery

NAME = "NAMEDKOWALSKA"
"""Stands in names of files, folders, sheets and columns, which the terminal and the release's report show."""
ADAPTERS = ("cbioportal", "fhir", "naaccr", "obds", "omop", "redcap", "sdtm")
BROKEN = {".json": '{"resourceType": "Patient", "id": LEAK7001}', ".xml": "<a><b>LEAK7002</a>"}
"""Files of documents that cannot be read, and whose readers quote what they stumble over."""
TEXT_NODE = re.compile(r">([^<>\s][^<>]*)<")


def write_every_format(landing: Path) -> list[str]:
    """Write a registry of each format, some admitted, most shut; return their names."""
    for name in ADAPTERS:
        _write_example(landing, name)
    for name in ("fhir", "naaccr"):
        _write_example(landing, name, f"{name}-broken")
        ending = load_adapter(name).documents.endings[0]  # type: ignore[union-attr]
        (landing / f"{name}-broken" / DAY / f"{NAME}.{ending}").write_text(BROKEN[f".{ending}"], "utf-8")
    _write_xpt(landing)
    for ending in ("xlsx", "parquet"):
        _write_tables(landing, f"sound-{ending}", ending, is_sound=True)
        _write_tables(landing, f"all-{ending}", ending, is_sound=False)
    return sorted(path.name for path in landing.iterdir())


def _write_example(landing: Path, adapter: str, registry: str | None = None) -> None:
    """Write the example of an adapter with a token for every value, and one of ids alone beside it."""
    source = PROJECT / "bpp_etl" / "adapters" / adapter / EXAMPLE
    folder = landing / (registry or adapter) / DAY
    folder.mkdir(parents=True)
    token = tokens()
    for path in sorted(source.iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.name == "registry.toml":
            (folder.parent / path.name).write_text(text, encoding="utf-8")
            continue
        (folder / path.name).write_text(_marked(path, text, token), encoding="utf-8")
    if not (folder.parent / "registry.toml").exists():
        (folder.parent / "registry.toml").write_text(f'format = "{adapter}"\n', encoding="utf-8")
    (folder / f"{NAME}.csv").write_text(f"{NAME},b\n{next(token)},2\n", encoding="utf-8")
    (folder / NAME).mkdir()


def _marked(path: Path, text: str, token: Iterator[str]) -> str:
    """Put tokens in the place of the values of a text, by its kind; what only names a field stays."""
    if path.suffix == ".json":
        return json.dumps(_of_json(json.loads(text), token))
    if path.suffix == ".ndjson":
        return "".join(
            json.dumps(_of_json(json.loads(line), token)) + "\n" for line in text.splitlines() if line
        )
    if path.suffix == ".xml":
        return TEXT_NODE.sub(lambda _: f">{next(token)}<", text)
    if path.name == "data_dictionary.csv":
        return text
    delimiter = "," if path.suffix == ".csv" else "\t"
    head = [line for line in text.splitlines() if line.startswith("#")]
    header, *rows = [line for line in text.splitlines() if not line.startswith("#")]
    width = header.count(delimiter) + 1
    told = [delimiter.join(next(token) for _ in range(width)) for _ in rows]
    return (
        "\n".join([*head, f"{header}{delimiter}{NAME}", *(f"{row}{delimiter}{next(token)}" for row in told)])
        + "\n"
    )


def _of_json(value: Any, token: Iterator[str]) -> Any:
    if isinstance(value, dict):
        return {key: one if key == "resourceType" else _of_json(one, token) for key, one in value.items()}
    if isinstance(value, list):
        return [_of_json(one, token) for one in value]
    return next(token) if isinstance(value, str) else value


def _write_xpt(landing: Path) -> None:
    token = tokens()
    source = PROJECT / "bpp_etl" / "adapters" / "sdtm" / EXAMPLE
    frames = {}
    for path in sorted(source.glob("??.csv")):  # the domains, not the side tables beside them
        frame = pl.read_csv(path, infer_schema=False)
        frames[path.stem] = pl.DataFrame(
            {name: [next(token) for _ in range(frame.height)] for name in frame.columns}
        )
    write_delivery(frames, landing / "sdtm-xpt" / DAY, "xpt")
    (landing / "sdtm-xpt" / "registry.toml").write_text('format = "sdtm"\n', encoding="utf-8")


def _write_tables(landing: Path, registry: str, ending: str, *, is_sound: bool) -> None:
    """Write our tables: ids and regimens are tokens, or every cell is, and columns that nobody asked for."""
    token = tokens()
    folder = landing / registry / DAY
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for table, text in TINY.items():
        frame = pl.read_csv(io.StringIO(text), infer_schema=False).with_columns(pl.lit("x").alias(NAME))
        rows = []
        for cells in frame.iter_rows():
            if is_sound:
                own = [re.sub(r"^([ABC])(\d?)$", r"LEAK8000\1-\2", cell or "") for cell in cells]
                rows.append([next(token) if cell in ("made up", "x") else cell for cell in own])
            else:
                rows.append([next(token) for _ in cells])
        if ending == "parquet":
            pl.DataFrame(rows, schema=frame.columns, orient="row").with_columns(
                pl.all().replace("", None)
            ).write_parquet(folder / f"{table}.parquet")
            continue
        sheet = book.create_sheet(table)
        sheet.append(frame.columns)
        for row in rows:
            sheet.append([cell or None for cell in row])
    if ending == "xlsx":
        book.create_sheet(NAME).append([next(token), NAME])
        book.save(folder / "delivery.xlsx")

"""Writes episodes of the OMOP common data model, a folder for each registry, to be loaded into its CDM.

Not here: their columns (`omop_tables.py`) and rows (`sql/`).
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.adapters import load_adapter
from bpp_etl.export.cells import make_macros
from bpp_etl.export.courses import read_ends, read_time_points
from bpp_etl.export.dataset import PACKAGE, Dataset
from bpp_etl.export.delimited import COMMAS, write_rows
from bpp_etl.export.format import Format, Source, Written, WrittenTable
from bpp_etl.export.omop_tables import (
    ALGORITHM,
    DATASETS,
    EPISODE,
    EPISODE_EVENT,
    PERSON_ID,
    PROCEDURE_OCCURRENCE_ID,
    PROGRESSION,
)
from bpp_etl.warehouse.select import Select, run_step

STEPS = (Select(PACKAGE, "omop_site"), Select(PACKAGE, "omop_person"))
SITES = "select registry, has_own_ids from temp.omop_site order by registry"


def write_episodes(source: Source, folder: Path) -> Written:
    """Write the episodes of one protocol."""
    con = source.con
    make_macros(con)
    read_time_points(source)
    read_ends(source)
    parameters = {
        "protocol": source.told_by.name,
        "sources": [one.name for one in load_adapter("omop").sources],
        "progression": PROGRESSION,
        "algorithm": ALGORITHM,
        "procedure": PROCEDURE_OCCURRENCE_ID,
    }
    for step in (*STEPS, *(dataset.select for dataset in DATASETS)):
        run_step(con, step, parameters)
    tables: list[WrittenTable] = []
    counted = 0
    for registry, has_own_ids in con.execute(SITES).fetchall():
        (folder / registry).mkdir()
        for dataset in (EPISODE, EPISODE_EVENT if has_own_ids else PERSON_ID):
            tables.append(_write(source, dataset, folder, str(registry)))
        counted += not has_own_ids
    if not counted:
        return Written(tuple(tables))
    return Written(
        tuple(tables),
        (
            f"registries whose persons are counted here: {counted}; PERSON_ID.csv of each says who they are,"
            " and no image is linked",
        ),
    )


def _write(source: Source, dataset: Dataset, folder: Path, registry: str) -> WrittenTable:
    file = f"{registry}/{dataset.name}.csv"
    head = ",".join(column.name for column in dataset.columns) + "\n"
    rows = write_rows(source.con, dataset, folder / file, COMMAS, head, registry)
    return WrittenTable(f"{registry}/{dataset.name}", (file,), rows, dataset.key)


OMOP = Format(
    name="omop",
    title="OMOP CDM 5.4",
    sentence="EPISODE and EPISODE_EVENT of one protocol as CSV, in a folder for each registry.",
    lacks=(
        "There is no concept of a pseudoprogression: it has concept 0, and"
        " `bpp:pseudoprogression:<protocol>` as its source value, of at most 50 letters.",
        "Only what a CDM lacks is written, the calls: no other table. Candidates in another state than"
        " pseudoprogression are left out.",
        "Of a registry that delivers OMOP, `person_id` and images have the site's own numbers, and"
        " EPISODE_EVENT links them. Where ids became pseudonyms, and of any other registry, persons are"
        " counted from 1, PERSON_ID.csv says who they are, and nothing is linked.",
        "`episode_id` counts from 1: add what the site's own episodes need.",
        "An episode has a first day alone: none of its ends is known.",
    ),
    in_r="""\
# A registry's own folder; `north` stands for its name.
episodes <- read.csv("out/north/EPISODE.csv", colClasses = c(episode_start_date = "Date"))
subset(episodes, episode_source_value == "bpp:pseudoprogression:xu2025")""",
    options=frozenset({"protocol"}),
    datasets=DATASETS,
    write=write_episodes,
)

"""Writes the ADaM datasets, each as a SAS transport file of version 5, and as Parquet beside it.

Not here: their columns (`adam_tables.py`) and rows (`sql/`).
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.export.adam_tables import DATASETS, RESPONSES, STUDY, SYNTHETIC_STUDY
from bpp_etl.export.cells import LONGEST, cut_texts, make_macros, shaped
from bpp_etl.export.columnar import write_parquet, write_xpt
from bpp_etl.export.courses import read_ends, read_time_points
from bpp_etl.export.format import Format, Source, Written, WrittenTable
from bpp_etl.export.subjects import name_subjects
from bpp_etl.warehouse.select import run_step

ANY_LETTER = r"[^\p{Cc}]*[^\p{Cc}\s]"
"""An id without control characters, and without a blank at its end, which padding would swallow."""


def write_adam(source: Source, folder: Path) -> Written:
    """Write the datasets of one protocol."""
    con = source.con
    make_macros(con)
    notes = name_subjects(con, joint="/", longest=LONGEST, letters=ANY_LETTER)
    read_time_points(source)
    read_ends(source)
    parameters = {
        "protocol": source.told_by.name,
        "without_age": source.without_age,
        "responses": list(RESPONSES),
        "study": SYNTHETIC_STUDY if source.is_synthetic else STUDY,
    }
    tables = []
    cut = 0
    for dataset in DATASETS:
        run_step(con, dataset.select, parameters)
        cut += cut_texts(con, dataset)
        name = dataset.name.lower()
        comments = {column.name: column.label for column in dataset.columns}
        rows = write_parquet(con, shaped(dataset), folder / f"{name}.parquet", dataset.title, comments)
        write_xpt(con, dataset, folder / f"{name}.xpt")
        tables.append(WrittenTable(dataset.name, (f"{name}.xpt", f"{name}.parquet"), rows, dataset.key))
    if cut:
        notes += (f"{cut} texts are longer than {LONGEST} bytes, and are cut",)
    return Written(tuple(tables), notes)


ADAM = Format(
    name="adam",
    title="CDISC ADaM",
    sentence="ADSL, ADTTE, ADRS and ADBPP of one protocol, as SAS transport files (xpt 5) and as Parquet.",
    lacks=(
        "It is no submission: there is no SDTM behind it and no define.xml. SRCDOM, SRCVAR and SRCSEQ lead to"
        " datasets of this export.",
        "AVAL of ADTTE is ADT minus STARTDT, without the day that some add: the days of the release.",
        "TTBPP and TBPPPD are of confirmed pseudoprogressions alone, like their medians: both"
        " are selected on the outcome. Who had none, and why, is in LEFTAT and BPPSTATE of ADSL.",
        "OVR of ADRS is no overall response by RECIST: target lesions are lacking.",
        "ADBPP names one CT of each time point behind a call; the release names all assessments.",
        "Dates counted from a day zero that stands in (`day_zero_declared` in FLAGS) are of no calendar.",
        "AGE is told as it is, unless `--without-age` leaves it empty.",
        f"A text has at most {LONGEST} bytes, and is cut; an id that is longer is replaced by its digest.",
        "Texts are UTF-8, which SAS must be told where they are not plain ASCII.",
    ),
    in_r="""\
library(haven)
library(survival)

adtte <- read_xpt("out/adtte.xpt")
pfs <- subset(adtte, PARAMCD == "PFS")
survfit(Surv(AVAL, CNSR == 0) ~ 1, data = pfs)""",
    options=frozenset({"protocol", "without_age"}),
    datasets=DATASETS,
    write=write_adam,
)

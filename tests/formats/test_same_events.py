"""One synthetic cohort, written in each format with its side tables, gives the same events to the row.

Not here: what single records of a format become (`tests/unit/adapters`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.warehouse.connection import opened_read_only
from tests.formats.cbioportal_writer import write_cbioportal
from tests.formats.cohort import DAY, Tables, cohort, write_csv
from tests.formats.fhir_writer import write_fhir
from tests.formats.naaccr_writer import write_naaccr
from tests.formats.obds_writer import write_obds
from tests.formats.omop_writer import write_omop
from tests.formats.redcap_writer import write_redcap, write_redcap_long
from tests.formats.sdtm_writer import sdtm_names, write_sdtm, write_sdtm_xpt
from tests.support.redcap import names_of

Rows = dict[str, list[tuple[object, ...]]]
Writer = Callable[[Tables, Path], str]
REGISTRY = "synthetic-north"


def write_canonical(tables: Tables, folder: Path) -> str:
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", rows, list(rows[0]))
    return 'format = "canonical"\n'


WRITERS: dict[str, Writer] = {
    "cbioportal": write_cbioportal,
    "fhir": write_fhir,
    "naaccr": write_naaccr,
    "obds": write_obds,
    "omop": write_omop,
    "redcap": write_redcap,
    "redcap-long": write_redcap_long,
    "sdtm": write_sdtm,
    "sdtm-xpt": write_sdtm_xpt,
}
NAMES: dict[str, Callable[[Tables], dict[str, str]]] = {
    "redcap": names_of,
    "redcap-long": names_of,
    "sdtm": sdtm_names,
    "sdtm-xpt": sdtm_names,
}
"""How those formats call examinations that have no field for what a registry calls them."""
COMPARED = {
    "event": ("pseudoprogression", "first_line", "open_question", "patient_flow"),
    "core": ("therapy_lines", "bone_lesions", "assessment_cadence", "patients", "imaging_assessments"),
}
PLACES = {"row_number", "file", "source_row_number"}
"""Where a row stood in a delivery is its own in each format."""
HOW_TOLD = "list_filter(flags, lambda flag: flag <> 'date_relative') as flags"
"""Whether a date was counted from a day zero is, too."""


def derived(tables: Tables, root: Path, write: Writer) -> Rows:
    """Admit the cohort as a writer writes it, derive its events, and return the rows that are compared."""
    folder = root / "landing" / REGISTRY / DAY
    folder.mkdir(parents=True)
    stated = write(tables, folder)
    (folder.parent / "registry.toml").write_text(stated, encoding="utf-8")
    delivery = delivery_of(folder)
    assert delivery is not None
    files = WorkingFiles.of(root, REGISTRY)
    with files.locked():
        read(files, delivery)
        decision = gate(files, delivery)
        assert decision.is_open, decision.causes
        derive(files, REGISTRY, [load_protocol("xu2025")])
    found = {}
    with opened_read_only(files.admitted) as con:
        for schema, names in COMPARED.items():
            for name in names:
                told = con.execute(f"describe {schema}.{name}").fetchall()
                columns = ", ".join(
                    HOW_TOLD if column == "flags" else f'"{column}"'
                    for column, *_ in told
                    if column not in PLACES
                )
                rows = con.execute(f"select {columns} from {schema}.{name} order by all").fetchall()
                found[f"{schema}.{name}"] = rows
    return found


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def canonical(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return derived(tables, tmp_path_factory.mktemp("canonical"), write_canonical)


def test_the_cohort_has_events_of_every_state(canonical: Rows) -> None:
    states = {
        state for row in canonical["event.pseudoprogression"] for state in row if isinstance(state, str)
    }
    assert {"pseudoprogression", "true_progression", "indeterminate"} <= states


@pytest.mark.parametrize("name", WRITERS)
def test_a_format_gives_the_same_events(name: str, tables: Tables, canonical: Rows, tmp_path: Path) -> None:
    found = derived(tables, tmp_path, WRITERS[name])
    names = NAMES[name](tables) if name in NAMES else {}
    for table, rows in canonical.items():
        assert sorted(map(repr, found[table])) == sorted(repr(renamed(row, names)) for row in rows), table


def renamed(told: object, names: dict[str, str]) -> object:
    """Call the examinations in a row as a format calls them."""
    if isinstance(told, tuple | list):
        return type(told)(renamed(one, names) for one in told)
    return names.get(told, told) if isinstance(told, str) else told

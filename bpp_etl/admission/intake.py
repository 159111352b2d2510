"""A delivery's way into a working file: read, then without those who were erased, and with pseudonyms.

What is read lies in a scratch folder until then, as copies of delivered files do, so that no id was ever
written into the working file. Not here: making pseudonyms, and who was erased (`bpp_etl/identity`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bpp_etl.admission.ids import IDS, rewrite_raw
from bpp_etl.admission.treatment import Treatment, treatment_of
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.apart import read_apart
from bpp_etl.reading.inputs import input_digest
from bpp_etl.reading.limits import load_limits
from bpp_etl.reading.problems import DeliveryProblem
from bpp_etl.reading.raw_tables import create_schemas
from bpp_etl.reading.remembered import ReadDelivery, remember
from bpp_etl.reading.scratch import SCRATCH
from bpp_etl.warehouse.connection import attach_read_only, opened, room_for
from schemas.laws import DELIVERY

DIFFERS = "pseudonym_key_differs"


def read(files: WorkingFiles, delivery: Delivery) -> ReadDelivery:
    """Load a delivery as text into a new working file, and leave it there for the gate."""
    return take_in(files.start_building(), delivery, files.scratch, files.warehouse)


def take_in(
    place: Path,
    delivery: Delivery,
    scratch_root: Path,
    warehouse: Path | None = None,
    config: RegistryConfig | None = None,
) -> ReadDelivery:
    """Read a delivery into a new working file at `place`, its ids treated; all of it, or nothing is there.

    `config` is followed in the place of the registry's own. Without a warehouse nobody is known as erased.
    Errors: as `read_apart` and `treatment_of`.
    """
    treatment = treatment_of(warehouse, delivery)
    if treatment.is_of_another_key:
        return _refused(place, delivery, treatment)
    if not treatment.told:
        return read_apart(place, delivery, scratch_root, config)
    with room_for(place):
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch_root))
    try:
        as_read, made = scratch / "as_read.duckdb", scratch / "treated.duckdb"
        read = read_apart(as_read, delivery, scratch, config)
        read = _treated(as_read, made, delivery, read, treatment)
        with room_for(place):
            os.replace(made, place)  # noqa: PTH105
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return read


def _treated(
    source: Path, target: Path, delivery: Delivery, read: ReadDelivery, treatment: Treatment
) -> ReadDelivery:
    with opened(target, is_working_file=True) as con:
        create_schemas(con)
        attach_read_only(con, source, "as_read")
        left_out = rewrite_raw(
            con,
            "as_read",
            delivery.registry,
            tuple(read.rows),
            read.config,
            erased=treatment.erased,
            pseudonyms=treatment.pseudonyms,
        )
        con.execute("detach as_read")
        read = replace(
            read,
            config=_without_ids(read.config) if treatment.pseudonyms is not None else read.config,
            rows={table: rows - left_out.get(table, 0) for table, rows in read.rows.items()},
            left_out=left_out,
            pseudonym_key=treatment.fingerprint,
            treated=treatment.told,
        )
        remember(con, delivery, read)
    return read


def _without_ids(config: RegistryConfig) -> RegistryConfig:
    """Leave out what a registry states of single ids: it was followed, and names patients."""

    def others(stated: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
        return {
            table: {column: told for column, told in columns.items() if column not in IDS}
            for table, columns in stated.items()
        }

    kept = {"recode": others(config.recode), "constants": others(config.constants)}
    return replace(config, **kept)  # type: ignore[arg-type]


def _refused(place: Path, delivery: Delivery, treatment: Treatment) -> ReadDelivery:
    """Read nothing of a delivery whose patients would have other pseudonyms than before."""
    without = "no key is configured" if treatment.pseudonyms is None else "another key is configured"
    read = ReadDelivery(
        config=RegistryConfig(),
        rows={},
        problems=(
            DeliveryProblem(
                DELIVERY,
                DIFFERS,
                f"the patients of {delivery.registry} have pseudonyms, and {without}: all would be new",
            ),
        ),
        extra_columns=(),
        identifier_columns=(),
        unknown_files=(),
        input_digest=input_digest(delivery, load_limits(os.environ)),
        treated=treatment.told,
    )
    with opened(place, is_working_file=True) as con:
        create_schemas(con)
        remember(con, delivery, read)
    return read

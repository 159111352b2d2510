"""Writes what machines read of a release beside its file: the data package, and the crate of all files.

Not here: what a crate says (`crate.py`), and the manifest that seals both (`seal.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.contract_documents.data_package import as_json, in_database, package_of
from bpp_etl.contract_documents.described import LANDING, parts
from bpp_etl.release.crate import CRATE, AppliedProtocol, ToldRelease, crate
from bpp_etl.release.publication import Publication, publication
from bpp_etl.release.seal import FILE, REPORT, sha256_of
from bpp_etl.release.software import SOFTWARE
from bpp_etl.warehouse.connection import one_row, opened_read_only


def describe_files(
    folder: Path, house: Publication | None = None, *, rewritten_at: dt.datetime | None = None
) -> dict[str, str]:
    """Write both documents into the folder of a release that is about to be named; return all its digests.

    `house` is who publishes it, else as the settings say; `rewritten_at` is when it was made anew.
    The database, the report and the list of software are there; the manifest, which seals the two documents
    too, is written afterwards, so that the crate names it without its digest.
    """
    told = read_release(folder / FILE)
    digests = {name: sha256_of(folder / name) for name in (FILE, REPORT, SOFTWARE)}
    database = in_database(FILE, bytes=(folder / FILE).stat().st_size, hash=f"sha256:{digests[FILE]}")
    package = package_of(
        (part for part in parts() if part != LANDING), database, id=told.release_id, created=told.moment
    )
    (folder / PACKAGE).write_text(as_json(package), encoding="utf-8")
    digests[PACKAGE] = sha256_of(folder / PACKAGE)
    sizes = {name: (folder / name).stat().st_size for name in digests}
    made = crate(told, digests, sizes, publication() if house is None else house, rewritten_at)
    (folder / CRATE).write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return dict(sorted({**digests, CRATE: sha256_of(folder / CRATE)}.items()))


def read_release(path: Path) -> ToldRelease:
    """Read what a release says of itself."""
    with opened_read_only(path) as con:
        release_id, created_at, code, is_synthetic = one_row(
            con, "select release_id, created_at, code_version, is_synthetic from meta.release"
        )
        protocols = con.execute(
            "select protocol, title, digest, citation, doi from meta.protocol order by position"
        ).fetchall()
    applied = tuple(AppliedProtocol(*one) for one in protocols)
    return ToldRelease(release_id, created_at, code, is_synthetic, applied)

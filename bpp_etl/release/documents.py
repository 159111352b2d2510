"""Writes what machines read of a folder beside its database: the data package, and the crate of all files.

Not here: what a crate says (`crate.py`), and the manifest that seals both (`seal.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.contract_documents.data_package import as_json, in_database, package_of
from bpp_etl.contract_documents.described import LANDING, parts
from bpp_etl.release.contents import RELEASE, TABLES_KIND, AppliedProtocol, Contents, Made, ToldRelease
from bpp_etl.release.crate import CRATE, crate, moment_of
from bpp_etl.release.publication import Publication, publication
from bpp_etl.release.seal import FILE, sha256_of
from bpp_etl.warehouse.beside import TABLES, all_beside
from bpp_etl.warehouse.connection import one_row, opened_read_only


def describe_release(
    folder: Path, house: Publication | None = None, *, rewritten_at: dt.datetime | None = None
) -> dict[str, str]:
    """Write both documents into the folder of a release that is about to be named; return all its digests.

    `house` is who publishes it, else as the settings say; `rewritten_at` is when it was made anew.
    """
    told = read_release(folder / FILE)
    made = Made(told.release_id, told.created_at, told.code_version, rewritten_at)
    return describe_files(folder, RELEASE, made, house)


def describe_files(
    folder: Path,
    contents: Contents,
    made: Made,
    house: Publication | None = None,
    tables: Mapping[str, Collection[str]] | None = None,
) -> dict[str, str]:
    """Write both documents into a folder that holds all else but its seal; return the digests of its files.

    The seal is written afterwards, over the two documents too, so that the crate names it without its digest.
    `tables` are those in the database by schema, all that a release has unless stated.
    """
    told = read_release(folder / contents.database)
    beside = [file.relative_to(folder).as_posix() for file in all_beside(folder)]
    names = [name for name in contents.files if name not in (PACKAGE, contents.seal)]
    digests = {name: sha256_of(folder / name) for name in (*names, *beside)}
    if beside:  # each names a registry: the crate tells the folder alone
        contents = replace(contents, files={**contents.files, f"{TABLES}/": TABLES_KIND})
    sizes = {name: (folder / name).stat().st_size for name in digests}
    place = in_database(
        contents.database, bytes=sizes[contents.database], hash=f"sha256:{digests[contents.database]}"
    )
    published = [part for part in parts() if part != LANDING]
    package = package_of(published, place, tables, id=made.id, created=moment_of(made.at))
    (folder / PACKAGE).write_text(as_json(package), encoding="utf-8")
    digests[PACKAGE] = sha256_of(folder / PACKAGE)
    sizes[PACKAGE] = (folder / PACKAGE).stat().st_size
    whole = crate(contents, made, told, publication() if house is None else house, digests, sizes)
    (folder / CRATE).write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return dict(sorted({**digests, CRATE: sha256_of(folder / CRATE)}.items()))


def read_release(path: Path) -> ToldRelease:
    """Read what a release, or a share of it, says of the release."""
    with opened_read_only(path) as con:
        release_id, created_at, code, is_synthetic = one_row(
            con, "select release_id, created_at, code_version, is_synthetic from meta.release"
        )
        protocols = con.execute(
            "select protocol, title, digest, citation, doi from meta.protocol order by position"
        ).fetchall()
    applied = tuple(AppliedProtocol(*one) for one in protocols)
    return ToldRelease(release_id, created_at, code, is_synthetic, applied)

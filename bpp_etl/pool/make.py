"""Makes a pool: reads shares, refuses those that cannot be added, and writes the folder of the pool.

Not here: reading one (`site.py`), whether they fit (`agreement.py`), and what they come to (`rows.py`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.code_version import code_version
from bpp_etl.errors import UsageError, shown
from bpp_etl.events import Protocol, load_protocol
from bpp_etl.events.protocol_file import shipped
from bpp_etl.pool.agreement import ensure_ours, ensure_poolable
from bpp_etl.pool.page import write_pool_page
from bpp_etl.pool.site import Site, read_site
from bpp_etl.pool.together import Together
from bpp_etl.pool.write import write_pool
from bpp_etl.release.inputs import told_protocols
from bpp_etl.release.seal import REPORT, sha256_of
from bpp_etl.share.make import contracts_digest, put
from bpp_etl.warehouse.connection import opened_read_only

FILE = "pool.duckdb"
DESCRIPTION = "pool.json"


@dataclass(frozen=True)
class Pooled:
    """A pool that was made: where, of how many sites, and how many of their sums are kept from it."""

    folder: Path
    pool_id: str
    sites: int
    kept: int


def pool_told(folders: Sequence[Path], target: Path, protocols: Sequence[str] = ()) -> str:
    """Pool shares and say in lines where, and what is missing; errors: as `make_pool`."""
    made = make_pool(folders, target, protocols, now=dt.datetime.now(dt.UTC))
    lines = [f"pool {made.pool_id} of {made.sites} sites: {made.folder}"]
    if made.kept:
        lines.append(
            f"{made.kept} sums are kept at some site and empty in the pool: metric.kept has their bounds"
        )
    return "\n".join(lines)


def make_pool(
    folders: Sequence[Path], target: Path, protocols: Sequence[str] = (), *, now: dt.datetime
) -> Pooled:
    """Add the shares of at least three sites, and write what they come to into a new folder.

    `protocols` are names or files; without any, those shipped under the names in the shares. Errors:
    NotFoundError where a folder is no share, DamagedError where one is not as it was made, UsageError of too
    few, of one given twice, or where the folder is taken, BppError that names what differs between two.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is taken", "name a new folder with --to")
    sites = sorted((read_site(folder) for folder in folders), key=lambda site: site.registries)
    ensure_poolable(sites)
    together = Together.of(sites, _protocols(sites[0], protocols))
    digest = hashlib.sha256("".join(sorted(site.digest for site in sites)).encode()).hexdigest()
    about = _about(together, f"{now:%Y%m%dT%H%M%SZ}-{digest[:8]}", now)
    building = target.with_name(f".{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        content = write_pool(together, building / FILE, about)
        write_pool_page(building / FILE, building / REPORT)
        (building / DESCRIPTION).write_text(
            _description(building, together, about, content), encoding="utf-8"
        )
        with opened_read_only(building / FILE) as con:
            ((kept,),) = con.execute("select count(*) from metric.kept").fetchall()
        put(building, target, last=DESCRIPTION)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Pooled(target, about["pool_id"], len(sites), int(kept))


def _protocols(site: Site, asked: Sequence[str]) -> list[Protocol]:
    names = [told.partition(":")[0] for told in site.protocols]
    # A name out of a share is never taken for the path of a file.
    unknown = [] if asked else [name for name in names if name not in shipped()]
    if unknown:
        raise UsageError(
            f"protocol {shown(unknown[0])} of the shares is not shipped",
            "name each by --protocol, with the file it was in",
        )
    loaded = [load_protocol(name).within(site.window) for name in asked or names]
    ensure_ours(site, contracts_digest(), told_protocols(loaded))
    return sorted(loaded, key=lambda one: names.index(one.name))


def _about(together: Together, pool_id: str, now: dt.datetime) -> dict[str, Any]:
    first = together.sites[0]
    made_up = {site.is_synthetic for site in together.sites}
    return {
        "pool_id": pool_id,
        "created_at": now.astimezone(dt.UTC).replace(tzinfo=None),
        "protocols": list(first.protocols),
        "first_line_from": first.window.first_day,
        "first_line_to": first.window.last_day,
        "threshold": together.threshold,
        "code_version": code_version(),
        "shares_code_version": first.told["code"],
        "contracts": first.told["contracts"],
        "is_synthetic": made_up.pop() if len(made_up) == 1 else None,
    }


def _description(folder: Path, together: Together, about: dict[str, Any], content: str) -> str:
    told = {
        "pool_id": about["pool_id"],
        "created_at": about["created_at"].isoformat() + "+00:00",
        "threshold": about["threshold"],
        "files": {path.name: sha256_of(path) for path in sorted(folder.iterdir())},
        "content_digest": content,
        "protocols": about["protocols"],
        "contracts": about["contracts"],
        "code": about["code_version"],
        "sites": [
            {
                "site": number,
                "share_id": site.told["share_id"],
                "release_id": site.told["release_id"],
                "registries": list(site.registries),
                "share.json": site.digest,
                "files": dict(site.told["files"]),
            }
            for number, site in enumerate(together.sites, start=1)
        ],
    }
    return json.dumps(told, indent=2) + "\n"

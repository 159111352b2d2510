"""Where rows lie beside a release's file, in Parquet, and how its views find them from any folder.

A view keeps no folder of this machine: it names files by the folder of their release, `<id>/tables/...`, and
a reader says in which folder releases lie. Not here: writing them (`bpp_etl/release/beside.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from bpp_etl.errors import BppError

TABLES = "tables"
"""The folder of a release that holds its Parquet files: `tables/<schema>/<table>/<registry>.parquet`."""
RELEASES = "releases"
"""The folder that holds every release, each by its id; the file in service lies beside it."""
AS_BUILT = "built"
"""How a release is called in its views until it has an id: a link in a `releases` of its own leads there."""
BETWEEN = ","
"""What separates folders where DuckDB is told in which to look: the name of none may hold it."""
SCHEMAS = ("core", "quarantine")
"""The schemas whose rows lie there; all others are in the file."""


def releases_of(path: Path) -> Path | None:
    """Name the folder from which the views of a release's file find their rows; None where there are none.

    That is the folder beside the file, as of the one in service and of one that is being built, or the one
    that the release itself lies in.
    """
    own = path.parent / RELEASES
    if own.is_dir():
        return own
    return path.parent.parent if (path.parent / TABLES).is_dir() else None


def look_beside(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Let the views of an attached file find what lies beside it, whichever folder this process works in.

    For all cursors. Errors: BppError where it has been told of another folder with a release of the same id:
    rows that lie in both would be read twice.
    """
    place = releases_of(path)
    if place is None:
        return
    ((told,),) = con.execute("select current_setting('file_search_path')").fetchall()
    places = [one for one in str(told).split(BETWEEN) if one]
    if str(place.absolute()) not in places:
        if any((Path(one) / release.name).exists() for one in places for release in place.iterdir()):
            raise BppError(
                "releases of two warehouses, which have the same id, cannot be open together",
                "look at one after the other",
            )
        told = BETWEEN.join([*places, str(place.absolute())])
        con.execute("set global file_search_path = $told", {"told": told})


def views_in(con: duckdb.DuckDBPyConnection, alias: str = "warehouse") -> list[tuple[str, str]]:
    """Name the views of an attached file, by schema; none of them is bound."""
    rows = con.execute(
        "select schema_name, view_name from duckdb_views() where database_name = $alias and not internal"
        " order by all",
        {"alias": alias},
    ).fetchall()
    return [(str(schema), str(view)) for schema, view in rows]


def has_its_rows(con: duckdb.DuckDBPyConnection, alias: str = "warehouse") -> bool:
    """Say whether all that an attached file names beside it is there, by the end of each file alone."""
    try:
        for schema, view in views_in(con, alias):
            con.execute(f'select count(*) from {alias}."{schema}"."{view}"').fetchall()
    except duckdb.Error:
        return False
    return True


def files_beside(folder: Path, schema: str, table: str) -> list[Path]:
    """List a table's files in the order of its rows: by registry, what was admitted before what was shut."""
    place = folder / TABLES / schema / table
    found = place.iterdir() if place.is_dir() else ()
    return sorted(found, key=lambda file: file.name.split("."))


def all_beside(folder: Path) -> Iterator[Path]:
    """Yield every file that lies beside a release's file."""
    return (path for path in sorted((folder / TABLES).rglob("*")) if not path.is_dir())

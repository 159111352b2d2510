"""What one task may take of its machine, and the Parquet files that tasks hand on.

Not here: how many tasks run at a time (`shards/sharding.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.warehouse.connection import Connection, literal, opened, quoted


@dataclass(frozen=True)
class Bounds:
    """What the database of one task may take: bytes of memory, and threads; the rest goes to a folder."""

    memory: int
    threads: int
    folder: Path

    def hold(self, con: Connection) -> None:
        """Hold a connection to them."""
        con.execute("set enable_progress_bar = false")
        con.execute(f"set threads = {int(self.threads)}")
        con.execute(f"set memory_limit = '{int(self.memory)}B'")
        con.execute(f"set temp_directory = {literal(str(self.folder / '.duckdb_spill'))}")


@contextmanager
def shard_file(bounds: Bounds) -> Iterator[Connection]:
    """Open a file for the tables of a shard, which is gone afterwards: its rows are told in Parquet."""
    file = bounds.folder / "shard.duckdb"
    with opened(file, is_working_file=True) as con:
        bounds.hold(con)
        yield con
    file.unlink()


def rows_in(files: Sequence[str], *, with_order: bool = False) -> str:
    """Write a relation of the rows in Parquet files; `with_order` they have their place in the file."""
    listed = ", ".join(map(literal, files))
    order = ", file_row_number = true" if with_order else ""
    return f"read_parquet([{listed}], hive_partitioning = false{order})"


def written(con: Connection, select: str, file: Path, parameters: Mapping[str, object] | None = None) -> str:
    """Write the rows of a SELECT into a Parquet file, and name it."""
    con.execute(f"copy ({select}) to {literal(str(file))} (format parquet)", parameters)
    return str(file)


def parted(
    con: Connection, select: str, by: str, folder: Path, parameters: Mapping[str, object] | None = None
) -> dict[str, list[str]]:
    """Write the rows of a SELECT into files by what a column says, and name the files of each."""
    con.execute(
        f"copy ({select}) to {literal(str(folder))} (format parquet, partition_by ({quoted(by)}))",
        parameters,
    )
    return {
        one.name.partition("=")[2]: [str(file) for file in sorted(one.iterdir())]
        for one in sorted(folder.glob(f"{by}=*"))
    }

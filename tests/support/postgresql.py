"""A PostgreSQL server of a test's own, in a folder of its own, ended with the test.

Not here: what is kept in it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ui import free_port

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
LACKING = "PostgreSQL is not installed (/usr/lib/postgresql)"


@contextmanager
def postgresql() -> Iterator[int]:
    """Start a server and yield its port; it refuses to run as root, so root gives it to `nobody`.

    Anybody on loopback is let in as `bpp`, whatever the password, to the database `postgres`.
    """
    home = Path(tempfile.mkdtemp(prefix="bpp-postgres-", dir="/tmp"))
    user: dict[str, str | int] = {}
    if os.getuid() == 0:
        account = pwd.getpwnam("nobody")
        os.chown(home, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid}
    port = free_port()
    run = {"cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
    programs = INSTALLED[-1]
    data = str(home / "data")
    options = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off"
    try:
        subprocess.run([programs / "initdb", "-D", data, "-U", "bpp", "-A", "trust", "-N"], check=True, **run)
        subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", options, "start"], check=True, **run)
        try:
            yield port
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **run)
    finally:
        shutil.rmtree(home, ignore_errors=True)

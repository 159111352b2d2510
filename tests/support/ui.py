"""A clean copy of the project, and what its UI says by GraphQL.

Not here: starting it (`daemon.py`), and its pages (`tests/browser`).
"""

from __future__ import annotations

import json
import socket
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.walk import copy_parts

CLONED = ("assets", "bpp_etl", "schemas", "dagster.yaml", "pyproject.toml", "requirements", "Makefile")


def copy_project(home: Path) -> None:
    """Copy what a clone holds and a UI needs."""
    copy_parts(CLONED, home)
    (home / "warehouse").mkdir()


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(address: str) -> bool:
    """Say whether a UI is up."""
    try:
        with urllib.request.urlopen(f"{address}/server_info", timeout=5):
            return True
    except OSError:
        return False


def ask(address: str, query: str) -> Any:
    """Ask a UI by GraphQL."""
    request = urllib.request.Request(
        f"{address}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]

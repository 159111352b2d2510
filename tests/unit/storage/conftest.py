"""A server of S3 on loopback, in a process of its own, and what a test puts into it.

Not here: what the product reads of it and writes to it.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "SECRET-OF-THE-STORE"}
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Server:
    """A server, and a bucket in it that is one test's own; filesystem and keys are pyarrow's paths."""

    endpoint: str
    bucket: str
    files: Any

    @property
    def address(self) -> str:
        return f"s3://{self.bucket}"

    def put(self, key: str, content: bytes) -> None:
        with self.files.open_output_stream(f"{self.bucket}/{key}") as written:
            written.write(content)

    def read(self, key: str) -> bytes:
        with self.files.open_input_file(f"{self.bucket}/{key}") as opened:
            return bytes(opened.read())

    def remove(self, key: str) -> None:
        self.files.delete_file(f"{self.bucket}/{key}")

    def put_folder(self, folder: Path, key: str) -> None:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(f"{key}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def keys(self, below: str = "") -> set[str]:
        from pyarrow import fs  # noqa: PLC0415

        found = self.files.get_file_info(
            fs.FileSelector(f"{self.bucket}/{below}".rstrip("/"), recursive=True)
        )
        return {one.path.removeprefix(f"{self.bucket}/") for one in found if one.type == fs.FileType.File}

    def ask(self, path: str, data: bytes) -> None:
        """Ask something of the server itself."""
        urllib.request.urlopen(
            urllib.request.Request(
                f"{self.endpoint}{path}", data, {"Content-Type": "text/plain"}, method="POST"
            )
        ).close()


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    line = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/moto-api/data.json", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()


@pytest.fixture
def server(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Server:
    from pyarrow import fs  # noqa: PLC0415

    for name in [one for one in os.environ if one.startswith(("AWS_", "BPP_"))]:
        monkeypatch.delenv(name)
    for name, told in {**KEYS, "BPP_STORAGE_ENDPOINT": endpoint}.items():
        monkeypatch.setenv(name, told)
    files = fs.S3FileSystem(endpoint_override=endpoint, region="us-east-1", allow_bucket_creation=True)
    bucket = f"house-{next(NUMBERS)}"
    files.create_dir(bucket)
    return Server(endpoint, bucket, files)

"""Programs of others that tests call, each set fetched once into an environment of its own, kept by pytest.

Not here: what the project itself depends on (`requirements/`): none of these is in a lock.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest


def fetched(config: pytest.Config, name: str, *packages: str) -> Path:
    """Return the folder of programs of an environment with these packages; skip where they cannot be had."""
    assert config.cache is not None
    told = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:8]
    home = config.cache.mkdir("tools") / f"{name}-{told}-{sys.implementation.cache_tag}"
    if not home.exists():
        # Programs name the folder that they were made in: it has its own name from the start.
        venv.create(home, with_pip=True)
        pip = [home / "bin" / "python", "-m", "pip", "install", "-q", "--retries", "1", "--timeout", "30"]
        done = subprocess.run([*pip, *packages], capture_output=True, timeout=600, check=False)
        if done.returncode:
            gone = home.with_name(f".{home.name}.{os.getpid()}")
            home.rename(gone)
            pytest.skip(f"{', '.join(packages)} cannot be had: no package index is within reach")
    return home / "bin"

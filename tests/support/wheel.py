"""The wheel of this project, made and laid out as pip does; what it depends on is this environment's.

Not here: what it must bring.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def unpacked(home: Path) -> Path:
    """Make the wheel in a folder, and return the folder of installed packages that it is laid out in."""
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(home)]
    subprocess.run([*words, str(ROOT)], check=True, cwd=home, capture_output=True, text=True)
    (wheel,) = home.glob("bpp_etl-*.whl")
    site = home / "site-packages"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    return site

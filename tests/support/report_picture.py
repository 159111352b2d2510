"""Draws docs/images/report.png: the head of the demonstration's report, as a desk shows it.

Not here: what the report says (`bpp_etl/report`). Run by hand, with Debian's chromium: `python -m
tests.support.report_picture`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from assets.door import run_demo

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "report.png"
CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1100, 1350


def draw_picture(target: Path) -> None:
    """Run the demonstration in a folder of its own and take a picture of its report."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "demo"
        run_demo(home)
        (report,) = home.glob("published/releases/*/report.html")
        with sync_playwright() as started:
            browser = started.chromium.launch(
                executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            page.goto(report.as_uri())
            page.screenshot(path=target)
            browser.close()


if __name__ == "__main__":
    draw_picture(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)

"""The pictures of the README, taken anew: `make pictures` runs the quickstart and photographs its report.

Needs Playwright and a Chromium (`chromium` on the path, or the one Playwright installs).
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import harness

DOCS = Path(__file__).parents[1] / "docs"
WIDTH, HEIGHT = 1160, 1480
COLOURS = 64
"""Enough for a page of text and charts, in a quarter of the bytes."""


def main() -> None:
    """Run the quickstart and photograph the page's first screen, and one sample opened."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run = harness.run("quickstart", out=Path(folder) / "run", progress=False)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        tab.goto((run.folder / "report.html").as_uri())
        _keep(tab.screenshot(), "report.png")
        tab.locator("#listed > li").first.locator("summary").first.click()
        _keep(tab.locator("#samples").screenshot(), "sample.png")
        browser.close()


def _keep(taken: bytes, name: str) -> None:
    """Write a picture with few colours, no higher than the page."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.crop((0, 0, picture.width, min(picture.height, HEIGHT))).quantize(COLOURS).save(DOCS / name, optimize=True)
    print(DOCS / name)


if __name__ == "__main__":
    main()

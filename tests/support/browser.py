"""A real browser for the tests of the page: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "screenshots"
VENDOR = ROOT / "station" / "web" / "static" / "vendor"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--autoplay-policy=document-user-activation-required",
]  # fmt: skip
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}


def chromium_path() -> str:
    """Skips the test, with the reason, where there is no chromium."""
    found = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if not found:
        pytest.skip("no chromium here (Debian: apt install chromium)")
    if not VENDOR.exists():
        pytest.skip("the page's files from npm are not here (make setup)")
    return found


@contextlib.contextmanager
def running_browser():
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A page, and everything that went wrong in it: each of these fails the test."""

    def __init__(self, context, base: str):
        self.base = base
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("pageerror", self._threw)
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _threw(self, error) -> None:
        if not _is_tile(str(error)):
            self.errors.append(str(error))

    def _console(self, message) -> None:
        lost = "Failed to load resource" in message.text or "ERR_" in message.text
        lost = lost or _is_tile(message.text)
        if message.type == "error" and not lost:  # a server that is away is part of the tests
            self.errors.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def goto(self, path: str):
        self.page.goto(self.base + path)
        return self.page

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"))

    def check(self, foreign: bool = False) -> None:
        """foreign: it may ask other servers, too."""
        assert not self.errors, self.errors
        assert foreign or not self.foreign, (
            f"the page asked another than its station: {self.foreign}"
        )


def _is_tile(text: str) -> bool:
    """A tile that is asked for as station or session ends is no error of ours, thrown or told."""
    return "protomaps-leaflet" in text

"""What a browser fetches until the first page with its map stands, and what of it is compressed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

from sim.live.station_process import PERSON, StationProcess
from sim.network import brokers

GOAL_KB = 200
_SIZES = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")].map(e => [e.encodedBodySize, e.decodedBodySize])"""


def run(say: Callable[[str], None]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        say("  no chromium here")
        return
    now_ms = time.time_ns() // 1_000_000
    with brokers.start() as broker, StationProcess((broker.host, broker.port), now_ms) as station:
        sizes = _visit(chromium, station)
    sent, plain = (sum(size[n] for size in sizes) / 1024 for n in (0, 1))
    say(f"  {sent:.0f} KB in {len(sizes)} files (goal <= {GOAL_KB}); without compression "
        f"{plain:.0f} KB")  # fmt: skip


def _visit(chromium: str, station: StationProcess) -> list[list[int]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context().new_page()
        who = {"name": PERSON, "password": station.password}
        assert page.request.post(station.address + "api/login", data=who).ok
        page.goto(station.address)
        page.wait_for_selector(".leaflet-container", timeout=60_000)
        page.wait_for_timeout(3000)
        sizes = page.evaluate(_SIZES)
        browser.close()
    return sizes

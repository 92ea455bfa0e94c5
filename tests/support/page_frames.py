"""How fluid the page is with 500 buses that each speak once a second: part of make bench.

Frames a second and the longest time without one, as this computer is and four times slower, as an
old one in an office is; and what of a processor the page takes. The station and the broker are
real, and take their share of this computer.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.support.browser import DESK, running_browser
from tests.support.page_bus import sits
from tests.support.page_town import PLACES, PageTown

BUSES = 500
MEASURED_S = 8
FRAMES = """span_ms => new Promise(done => {
    const start = performance.now();
    let [frames, last, longest] = [0, start, 0];
    const step = () => {
        const now = performance.now();
        [frames, longest, last] = [frames + 1, Math.max(longest, now - last), now];
        if (now - start < span_ms) requestAnimationFrame(step);
        else done([frames / (now - start) * 1000, longest]);
    };
    requestAnimationFrame(step);
})"""


class Traffic(threading.Thread):
    """All buses drive, and each speaks once a second, one after the other."""

    def __init__(self, town: PageTown):
        super().__init__(daemon=True)
        self._town = town
        self._over = threading.Event()
        self.messages = 0
        for i in range(BUSES):
            at = PLACES[i % len(PLACES)]
            bus = town.bus(f"bus-{i:03}", at, phase="driving", ignition=True, speed_kmh=41.5,
                     heading_deg=i * 37 % 360, seats=sits(range(1, i % 20)))  # fmt: skip
            bus.publish = town.send  # from now on none waits for the one before

    def run(self) -> None:
        due = time.monotonic()
        while True:
            for bus in self._town.buses.values():
                due += 1 / BUSES
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                turn = math.radians(bus.state["heading_deg"])
                bus.lat += 0.0001 * math.cos(turn)
                bus.lon += 0.0001 * math.sin(turn)
                self.messages += 1
                bus.says(heading_deg=(bus.state["heading_deg"] + 3) % 360)

    def end(self) -> None:
        self._over.set()
        self.join()


def busy_s(cdp) -> float:
    found = cdp.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in found if one["name"] == "TaskDuration")


def measure(browser, town: PageTown) -> None:
    traffic = Traffic(town)
    context = browser.new_context(viewport=DESK)
    context.add_cookies(town.cookies())
    context.add_init_script(town.browser_clock())
    page = context.new_page()
    page.goto(town.base + "/")
    page.locator("tr[data-bus]").nth(BUSES - 1).wait_for(state="attached")
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})  # not what others take
    traffic.start()
    before, start = busy_s(cdp), time.monotonic()
    page.wait_for_timeout(MEASURED_S * 1000)
    took_s = time.monotonic() - start
    share, rate = (busy_s(cdp) - before) / took_s, traffic.messages / BUSES / took_s
    print(f"the page with {BUSES} buses x {rate:.1f} messages/s: {share:.0%} of a processor",
          flush=True)  # fmt: skip
    for slower in (1, 4):
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        frames, longest_ms = page.evaluate(FRAMES, MEASURED_S * 1000)
        print(f"  a processor {slower}x slower: {frames:.1f} frames/s, "
              f"longest without {longest_ms:.0f} ms", flush=True)  # fmt: skip
    traffic.end()


def main() -> int:
    folder = tempfile.TemporaryDirectory(prefix="busguard-frames-")
    try:
        with folder, running_browser() as browser, PageTown(Path(folder.name)) as town:
            measure(browser, town)
    except pytest.skip.Exception as reason:
        print(f"the page's frames/s: not measured, {reason}")
    print(f"  load of this computer meanwhile: {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

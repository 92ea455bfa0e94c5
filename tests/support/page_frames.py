"""How fluid the page is with 500 buses that each speak once a second: part of make bench.

Frames a second and the longest time without one, as this computer is and four times slower, as an
old one in an office is; and what of a processor the page takes. A stand-in speaks for the station.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from tests.support.browser import DESK, ROOT, running_browser

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


def start_stand_in() -> tuple[subprocess.Popen, int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.support.page_stand_in", str(port), str(BUSES), "1"]
    process = subprocess.Popen(command, cwd=ROOT)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise SystemExit("The stand-in did not start.")


def busy_s(cdp) -> float:
    found = cdp.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in found if one["name"] == "TaskDuration")


def measure(browser, port: int) -> None:
    page = browser.new_page(viewport=DESK)
    page.goto(f"http://127.0.0.1:{port}/")
    page.locator("tr[data-bus]").nth(BUSES - 1).wait_for(state="attached")
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})  # not what others take
    before, start = busy_s(cdp), time.monotonic()
    page.wait_for_timeout(MEASURED_S * 1000)
    share = (busy_s(cdp) - before) / (time.monotonic() - start)
    print(f"the page with {BUSES} buses x 1 message/s: {share:.0%} of a processor", flush=True)
    for slower in (1, 4):
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        frames, longest_ms = page.evaluate(FRAMES, MEASURED_S * 1000)
        print(f"  a processor {slower}x slower: {frames:.1f} frames/s, "
              f"longest without {longest_ms:.0f} ms", flush=True)  # fmt: skip


def main() -> int:
    try:
        with running_browser() as browser:
            process, port = start_stand_in()
            try:
                measure(browser, port)
            finally:
                process.kill()
                process.wait()
    except pytest.skip.Exception as reason:
        print(f"the page's frames/s: not measured, {reason}")
    print(f"  load of this computer meanwhile: {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

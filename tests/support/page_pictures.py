"""The pictures of docs/station.md and the README: make pictures.

A station of its own with a morning in the simulated town, seen by a real browser.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from sim.world import town
from tests.support.browser import PHONE, ROOT, running_browser
from tests.support.page_bus import sits
from tests.support.page_town import PageTown

DOCS = ROOT / "docs"
WINDOW = {"width": 1366, "height": 768}
TALL = {"width": 1366, "height": 1500}
WAY = ("depot", "laem_chabang_junction", "thung_sukhla_junction", "thung_sukhla_school",
       "thung_sukhla_road", "thung_sukhla", "old_town")  # fmt: skip


def tell(station: PageTown) -> None:
    """A morning in which a child is left on bus-03."""
    buses = station.morning()
    bus = buses["bus-03"]
    bus.lat, bus.lon = town.PLACES[WAY[-1]]
    bus.drove([town.PLACES[place] for place in WAY], ago_s=3000, lasted_s=2400, hole=(1500, 1700))
    bus.event("trip_started", "info", ago_s=3000, data={"trip": 3})
    speeds = {"speed_kmh": 84.5, "limit_kmh": 60, "margin_kmh": 3, "held_s": 10}
    fast = bus.event("overspeed", "warning", ago_s=2400, why=speeds,
                     data={"top_kmh": 84.5, "lasted_s": 10})  # fmt: skip
    bus.event("overspeed", "warning", "cleared", occ=fast, ago_s=2350, why=speeds,
              data={"top_kmh": 86.0, "lasted_s": 60})  # fmt: skip
    bus.event("stop_served", "info", ago_s=1900,
              data={"stop": 1, "boarded": [3, 7, 12], "alighted": [], "on_board": 3})  # fmt: skip
    bus.event("belt_off", "warning", ago_s=1700, data={"seats": [12]},
              why={"speed_kmh": 38.0, "limit_kmh": 10, "held_s": 10})  # fmt: skip
    bus.event("sensor_silent", "warning", ago_s=1000, why={"held_s": 2},
              data={"sensor": "expander 3", "unknown_seats": [17, 18, 19]})  # fmt: skip
    bus.event("trip_ended", "info", ago_s=600,
              data={"trip": 3, "distance_m": 15400, "stops": 4})  # fmt: skip
    bus.says(phase="checking", ignition=False, speed_kmh=0.0, active=["child_left_behind"],
             seats=sits([7, 12], [17, 18, 19], [12]))  # fmt: skip
    bus.left_behind()
    station.posts("/api/buses/laemchabang/bus-03", label=None, phone="080-000-0000", layout=None)
    drill = buses["bus-06"]
    drill.says(mode="drill")
    drill.event("sos", "alarm", exercise=True, why={"held_s": 2},
                data={"seats": [2, 5], "unknown": [], "seats_before": [2, 5],
                      "unknown_before": []})  # fmt: skip


def opened(browser, station: PageTown, size: dict, language: str):
    context = browser.new_context(viewport=size, reduced_motion="reduce")
    context.add_cookies(station.cookies())
    context.add_init_script(
        station.browser_clock() + f"localStorage.setItem('busguard.language', '{language}')"
    )
    page = context.new_page()
    page.goto(station.base + "/")
    page.mouse.click(5, 5)  # which allows the sound
    page.locator("article.alarm").nth(1).wait_for(state="attached")
    page.wait_for_timeout(1500)
    return page


def take(browser, station: PageTown, language: str) -> None:
    end = "" if language == "th" else f"-{language}"
    page = opened(browser, station, WINDOW, language)
    page.screenshot(path=str(DOCS / f"station-map{end}.png"))
    page.set_viewport_size(TALL)
    page.locator("article.alarm").first.screenshot(path=str(DOCS / f"station-alarm{end}.png"))
    page.set_viewport_size(WINDOW)
    page.goto(f"{station.base}/bus/laemchabang/bus-03")
    page.locator(".timeline li").nth(6).wait_for()
    page.mouse.click(5, 5)
    page.locator("#seats").click()  # no focus ring in the picture
    page.wait_for_timeout(1500)
    page.screenshot(path=str(DOCS / f"station-bus{end}.png"))
    page.set_viewport_size(TALL)
    page.locator(".timeline li[data-kind=overspeed] button").first.click()
    page.wait_for_timeout(500)
    page.locator(".day-part").screenshot(path=str(DOCS / f"station-day{end}.png"))
    page.context.close()


def main() -> int:
    folder = tempfile.TemporaryDirectory(prefix="busguard-pictures-")
    with folder, running_browser() as browser, PageTown(Path(folder.name)) as station:
        print("A morning in Laem Chabang is told to a station; then it is photographed ...")
        tell(station)
        for language in ("th", "en"):
            take(browser, station, language)
        page = opened(browser, station, PHONE, "th")
        page.locator("#tab-alarms").click()
        page.screenshot(path=str(DOCS / "station-phone.png"))
        page.context.close()
    for picture in sorted(DOCS.glob("station-*.png")):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

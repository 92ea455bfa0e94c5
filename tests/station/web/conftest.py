"""The page in a real browser, before a real station (tests/support/page_town.py).

Screenshots stay in build/screenshots for people to look at.
"""

from __future__ import annotations

import pytest
from browser import DESK, Watched, running_browser

DARK = ("bus-04", "bus-08")
STALE, WITH_A_DAY = "bus-11", "bus-02"
LINE = [(13.1135, 100.8945), (13.1145, 100.905), (13.112, 100.916), (13.099, 100.913)]


def tell_a_day(bus):
    """A trip of an hour, with a tunnel in it, and all that happened on it is over."""

    def stood(kind, ago_s, lasted_s, data=None, **why):
        """A warning that came and went."""
        data = data or {}
        occ = bus.event(kind, "warning", ago_s=ago_s, data=data, why=why)
        bus.event(kind, "warning", "cleared", ago_s=ago_s - lasted_s, occ=occ, data=data, why=why)

    started = {"boot": 17, "reset": "power_on", "fw": "0.3.0"}
    bus.event("started", "info", ago_s=7200, data=started)
    bus.drove(LINE, ago_s=7200, lasted_s=3600, hole=(2000, 2600))
    bus.seq += 3  # three records of it never come
    bus.event("trip_started", "info", ago_s=7190, data={"trip": 3})
    limits = {"limit_kmh": 80, "limit_of": None, "held_s": 10}
    fast = {"top_kmh": 92.5, "lasted_s": 10}
    stood("overspeed", 6600, 60, fast, speed_kmh=92.5, **limits)
    stop = {"stop": 1, "boarded": [3, 7], "alighted": [], "on_board": 2, "place": "na_kao"}
    bus.event("stop_served", "info", ago_s=5700, data=stop)
    stood("belt_off", 5100, 20, {"seats": [7]}, speed_kmh=40.0, limit_kmh=10, held_s=10)
    silent = {"sensor": "expander 3", "unknown_seats": [13, 14, 15]}
    stood("sensor_silent", 4200, 30, silent, held_s=2)
    ended = {"trip": 3, "distance_m": 15400, "stops": 4}
    bus.event("trip_ended", "info", ago_s=3600, data=ended)
    bus.says()  # and nothing waits


@pytest.fixture(scope="module")
def browser():
    pytest.importorskip("playwright", reason="Playwright is not here (requirements-dev.txt)")
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def morning(tmp_path_factory):
    """Twelve buses: two are dark, and of one the last word is old."""
    pytest.importorskip("uvicorn", reason="the station's packages are not here")
    from page_bus import sits
    from page_town import PageTown, wait_for

    def how_many_are_dark():
        return [bus["show"] for bus in town.asks("/api/live")["buses"]].count("dark")

    with PageTown(tmp_path_factory.mktemp("town")) as town:
        buses = town.morning()
        for name in DARK:
            buses[name].loses_connection()
        seats = sits([2, 3, 7, 20, 21], [13, 14, 15], unbelted=[21], out=[30])
        town.bus(STALE, "coast_bend", phase="driving", next_s=1, seats=seats)
        tell_a_day(buses[WITH_A_DAY])
        look = {"label": None, "layout": None}
        town.posts("/api/buses/laemchabang/bus-03", phone="081-234-5678", **look)
        wait_for(lambda: how_many_are_dark() == len(DARK))
        yield town


@pytest.fixture
def station(morning):
    """As it was in the morning, whatever another test told it."""
    morning.calms()
    return morning


@pytest.fixture
def opened(browser, station):
    """opened(path, viewport=PHONE, language="en", init=script): nothing may go wrong in it.

    The administrator is signed in; cookies: with another session, or with none. of: a page of
    another station, which may ask others for streets.
    """
    pages, contexts = [], []

    def open_page(path="/", viewport=DESK, language=None, init="", cookies=None, of=station):
        context = browser.new_context(viewport=viewport, reduced_motion="reduce")
        context.add_cookies(of.cookies() if cookies is None else cookies)
        context.add_init_script(of.browser_clock() + init)
        if language:
            context.add_init_script(f"localStorage.setItem('busguard.language', '{language}')")
        watched = Watched(context, of.base)
        contexts.append(context)
        pages.append(watched)
        watched.goto(path)
        return watched

    yield open_page
    for watched in pages:
        watched.check(foreign=watched.base != station.base)
    for context in contexts:
        context.close()

"""The page in a real browser, before a station of its own (tests/support/page_stand_in.py).

Screenshots stay in build/screenshots for people to look at.
"""

from __future__ import annotations

import pytest
from browser import DESK, Watched, running_browser
from page_process import StandIn


@pytest.fixture(scope="module")
def browser():
    pytest.importorskip("uvicorn", reason="the station's packages are not here")
    pytest.importorskip("playwright", reason="Playwright is not here (requirements-dev.txt)")
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def stand_in(browser):
    station = StandIn()
    yield station
    station.stop()


@pytest.fixture
def station(stand_in):
    """As at its start."""
    stand_in.post("/test/reset")
    return stand_in


@pytest.fixture
def opened(browser, station):
    """opened(path, viewport=PHONE, language="en", init=script): nothing may go wrong in it."""
    pages, contexts = [], []

    def open_page(path="/", viewport=DESK, language=None, init=""):
        context = browser.new_context(viewport=viewport, reduced_motion="reduce")
        context.add_init_script(init)
        if language:
            context.add_init_script(f"localStorage.setItem('busguard.language', '{language}')")
        watched = Watched(context, station.base)
        contexts.append(context)
        pages.append(watched)
        watched.goto(path)
        return watched

    yield open_page
    for watched in pages:
        watched.check()
    for context in contexts:
        context.close()

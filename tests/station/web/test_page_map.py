"""The map: places, streets, and without either Thailand."""

from __future__ import annotations

import contextlib
import functools
import http.server
import re
import threading

from browser import DESK, Watched
from page_process import StandIn


def test_what_a_new_policy_brings_is_drawn_in_an_open_page(opened):
    page = opened("/", language="en").page
    page.locator("body.ready").wait_for()
    one = {"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"what": "stop", "id": "new", "name": "New stop"},
        "geometry": {"type": "Point", "coordinates": [100.9, 13.09]}}]}  # fmt: skip
    redrawn = """async () => {
        const { openMap, showPlaces } = await import("/static/js/map.js");
        const box = document.createElement("div");
        document.body.append(box);
        const map = L.map(box).setView([13.09, 100.9], 12);
        const first = await showPlaces(map);
        const same = await showPlaces(map, true);
        return { first: first.getLayers().length > 1, same: same === null };
    }"""
    assert page.evaluate(redrawn) == {"first": True, "same": True}
    page.route("**/api/places", lambda route: route.fulfill(json=one))
    again = """async () => {
        const { showPlaces } = await import("/static/js/map.js");
        const { whereWords } = await import("/static/js/places.js");
        const map = L.map(document.createElement("div")).setView([13.09, 100.9], 12);
        return [(await showPlaces(map, true)).getLayers().length, whereWords(13.09, 100.9)];
    }"""
    layers, words = page.evaluate(again)
    assert layers == 1 and "New stop" in words


def test_map_without_internet_has_thailand_and_the_places(opened):
    watched = opened("/")
    page = watched.page
    page.locator("path.thailand").wait_for(state="attached")
    page.locator(".school-mark").first.wait_for()
    painted = """() => { const c = document.querySelector('canvas.buses');
        return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v); }"""
    page.wait_for_function(painted)
    assert watched.foreign == []


@contextlib.contextmanager
def tile_server():
    """-> its port, and the paths that it was asked for."""
    asked = []

    class Tiles(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write(b"<svg xmlns='http://www.w3.org/2000/svg' width='256' height='256'/>")

        def log_message(self, *about):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tiles) as server:
        threading.Thread(target=functools.partial(server.serve_forever, 0.05)).start()
        yield server.server_port, asked
        server.shutdown()


def test_streets_of_a_tile_server_and_without_it_the_outline(browser):
    with tile_server() as (port, asked):
        tiles = f"http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}.svg"
        station = StandIn(STAND_IN_TILES=tiles)
        try:
            watched = Watched(browser.new_context(viewport=DESK), station.base)
            watched.goto("/").locator("img.leaflet-tile-loaded").first.wait_for()
            assert asked and all(re.fullmatch(r"/\d+/\d+/\d+\.svg", path) for path in asked)
            assert {url.split("/")[2] for url in watched.foreign} == {f"127.0.0.1:{port}"}
        finally:
            station.stop()
    station.start()  # the tile server is gone
    try:
        page = watched.goto("/")
        page.locator("path.thailand").wait_for(state="attached")
        page.locator(".school-mark").first.wait_for()
        assert page.locator("img.leaflet-tile-loaded").count() == 0
        assert not watched.errors
        page.context.close()
    finally:
        station.stop()

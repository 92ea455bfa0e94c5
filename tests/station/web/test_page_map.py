"""The map: places, streets, and without either Thailand."""

from __future__ import annotations

import contextlib
import functools
import http.server
import re
import threading

import page_streets
from page_town import PageTown, wait_for

from sim.world.town_policy import policy_for


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
        const drawn = await showPlaces(map, true);
        return [drawn.getLayers().length, whereWords({ lat: 13.09, lon: 100.9 })];
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


def test_a_bus_that_may_be_elsewhere_has_a_circle_as_wide(opened):
    page = opened("/", language="en").page
    page.locator("body.ready").wait_for()
    painted = """async (within) => {
        const { BusLayer } = await import("/static/js/bus_layer.js");
        const box = document.createElement("div");
        box.style.cssText = "position: fixed; top: 0; width: 600px; height: 600px";
        document.body.append(box);
        const map = L.map(box, { zoomAnimation: false }).setView([13.09, 100.9], 15);
        const layer = new BusLayer({ onChoose() {} }).addTo(map);
        layer.show([{ key: "a", show: "parked", lat: 13.09, lon: 100.9, within, heading: null,
                      stale: false, text: "" }]);
        layer._draw();
        const canvas = box.querySelector("canvas.buses");
        const ratio = canvas.width / 600;
        const pen = canvas.getContext("2d");
        const metre = 256 * 2 ** 15 / (40075017 * Math.cos(13.09 * Math.PI / 180));
        const alpha = (m) => pen.getImageData(300 * ratio, (300 + m * metre) * ratio, 1, 1).data[3];
        const found = [150, 290, 310].map((m) => alpha(m) > 0);
        box.remove();
        return found;
    }"""
    assert page.evaluate(painted, 300) == [True, True, False]
    assert page.evaluate(painted, 5) == [False, False, False]
    assert page.evaluate(painted, None) == [False, False, False]


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


def test_streets_of_a_tile_server_and_without_it_the_outline(opened, tmp_path):
    with tile_server() as (port, asked):
        tiles = f"http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}.svg"
        with PageTown(tmp_path, "--tiles", tiles) as town:
            watched = opened("/", of=town)
            watched.page.locator("img.leaflet-tile-loaded").first.wait_for()
            assert asked and all(re.fullmatch(r"/\d+/\d+/\d+\.svg", path) for path in asked)
            assert {url.split("/")[2] for url in watched.foreign} == {f"127.0.0.1:{port}"}
            watched.page.context.route("**/*.svg", lambda route: route.abort())  # it is gone
            watched.page.reload()
            watched.page.locator("path.thailand").wait_for(state="attached")
            watched.page.locator(".school-mark").first.wait_for()
            assert watched.page.locator("img.leaflet-tile-loaded").count() == 0


def painted(page, at):
    """Has a tile of streets anything at [lat, lon]? None: there is no tile yet."""
    look = """at => {
        const map = document.querySelector("#map").getBoundingClientRect();
        return [...document.querySelectorAll("canvas.leaflet-tile")].map(tile => {
            const box = tile.getBoundingClientRect();
            const [x, y] = [map.x + at[0] * map.width - box.x, map.y + at[1] * map.height - box.y];
            if (x < 0 || y < 0 || x >= box.width || y >= box.height) return null;
            const k = tile.width / box.width;
            return tile.getContext("2d").getImageData(x * k, y * k, 1, 1).data[3] > 0;
        }).find(known => known !== null);
    }"""
    return page.evaluate(look, at)


def test_streets_come_from_a_file_of_the_station(opened, tmp_path):
    page_streets.make(tmp_path / "town.pmtiles", [road["line"] for road in policy_for(0)["roads"]])
    streets = ("--tiles", str(tmp_path / "town.pmtiles"), "--tiles-credit", "© the <b>town</b>")
    parts, middle, corner = [], [0.5, 0.5], [0.02, 0.02]
    with PageTown(tmp_path, *streets) as town:
        town.bus("bus-01", "municipal_school")
        watched = opened("/", language="en", of=town)
        page = watched.page
        page.on("response", lambda r: parts.append(r.status) if "map.pmtiles" in r.url else None)
        page.reload()
        wait_for(lambda: painted(page, middle) or page.wait_for_timeout(50))
        assert set(parts) == {206} and not watched.foreign
        credit = page.locator(".leaflet-control-attribution")
        assert "© the <b>town</b>" in credit.inner_text()
        for _ in range(3):
            page.get_by_role("button", name="Farther").click()
        page.wait_for_timeout(500)
        assert not painted(page, corner)  # no file, no tile: Thailand's outline is seen through it
        page.locator("path.thailand").wait_for(state="attached")
        watched.shot("streets")


def test_a_bus_at_0_0_is_nowhere_and_one_far_away_does_not_make_the_map_empty(opened, station):
    nowhere, far = station.buses["bus-12"], station.buses["bus-10"]
    at = {bus: (bus.lat, bus.lon) for bus in (nowhere, far)}
    nowhere.lat, nowhere.lon = 0, 0
    far.lat, far.lon = 51.5, 0.1
    try:
        for bus in at:
            bus.says()
        wait_for(lambda: {0, 51.5} <= {bus["lat"] for bus in station.asks("/api/live")["buses"]})
        watched = opened("/", language="en")
        page = watched.page
        page.locator("#nowhere", has_text="1").wait_for()
        page.locator(".leaflet-control-scale", has_text="3 km").wait_for()
        watched.shot("map-with-outliers")
        nowhere.left_behind(lat=0, lon=0)
        where = page.locator("article.alarm .where-words")
        where.wait_for()
        assert "0.00000" not in where.inner_text() and "unknown" in where.inner_text()
    finally:
        for bus, (bus.lat, bus.lon) in at.items():
            bus.says()

"""deploy/Caddyfile and deploy/nginx.conf, as they stand there, before a real station: TLS, the
stream as it comes, the address of who asks, a long upload; at the top of a host and below a path.
"""

import shutil
import ssl

import httpx
import pytest
from browser import DESK, Watched, running_browser
from proxies import Served, caddy, nginx
from tls import authority, vouched

PASSWORD = "a long one, really"
BROWSER = "127.0.0.5"
"""Where the browser comes from; the proxy comes from 127.0.0.1."""
WHO = {"name": "som", "password": PASSWORD}


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """-> (authority, certificate, key)"""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing")
    folder = tmp_path_factory.mktemp("tls")
    ca = authority(folder, "city")
    return ca, *vouched(folder, ca, "localhost")


@pytest.fixture(scope="module", params=[caddy, nginx], ids=["caddy", "nginx"])
def both(request, certified, tmp_path_factory):
    """-> (the addresses of a station at the top and below a path, the station, the authority)."""
    folder = tmp_path_factory.mktemp("proxy")
    ca, certificate, key = certified
    served = Served(folder, proxies="127.0.0.1", root_path="")
    try:
        served.does(lambda: served.station.accounts.put("som", "admin", PASSWORD))
        with request.param(folder, served.port, certificate, key) as ports:
            yield (f"https://localhost:{ports[0]}", f"https://localhost:{ports[1]}/busguard",
                   served, ca)  # fmt: skip
    finally:
        served.stop()


@pytest.fixture(params=["top", "below"])
def asked(request, both):
    """-> (a browser that has signed in, the station)."""
    top, below, served, ca = both
    transport = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=str(ca)),
                                    local_address=BROWSER)  # fmt: skip
    base = top if request.param == "top" else below
    lie = {"X-Forwarded-For": "192.0.2.66", "X-Forwarded-Proto": "http"}
    with httpx.Client(transport=transport, base_url=base + "/", headers=lie, timeout=30) as client:
        signed = client.post("api/login", json=WHO)
        assert signed.status_code == 200, signed.text
        client.headers["X-CSRF-Token"] = signed.json()["csrf"]
        client.signed = signed
        yield client, served


def test_the_station_believes_the_proxy_and_not_the_browser(asked):
    client, _ = asked
    assert "; Secure" in client.signed.headers["set-cookie"]  # it came by https
    assert "strict-transport-security" in client.signed.headers
    addresses = {line["address"] for line in client.get("api/sign_ins").json()}
    assert addresses == {BROWSER}
    assert client.get("api/openapi.json").headers["content-encoding"] == "gzip"


def test_an_event_comes_through_while_the_stream_stands(asked):
    """A proxy that buffers would hold back so short a text until the stream ends."""
    client, served = asked
    with client.stream("GET", "api/stream") as stream:
        assert stream.status_code == 200
        lines = stream.iter_lines()
        for n in range(3):
            served.does(lambda n=n: served.station.hub.send("station", "", {"n": n}))
            assert any(f'"n":{n}' in line.replace(" ", "") for line in lines)


def test_a_release_of_four_megabytes_reaches_the_station(asked):
    client, _ = asked
    answer = client.post("api/releases", content=b"x" * 3_999_000,
                         headers={"Content-Type": "application/octet-stream"})  # fmt: skip
    assert answer.status_code in (400, 409, 422) and answer.json()["detail"]


def test_an_address_without_its_slash_leads_to_the_page(both):
    _, below, _, ca = both
    answer = httpx.get(below, verify=ssl.create_default_context(cafile=str(ca)))
    assert answer.status_code in (302, 308)
    assert answer.headers["location"].endswith("/busguard/")


@pytest.mark.parametrize("both", [caddy], ids=["caddy"], indirect=True)
def test_a_person_signs_in_and_goes_from_page_to_page_below_a_path(both):
    """Every file, request and link of the page stays below the path."""
    pytest.importorskip("playwright", reason="Playwright is not here (requirements-dev.txt)")
    _, below, _, _ = both
    with running_browser() as browser:
        context = browser.new_context(viewport=DESK, ignore_https_errors=True)
        watched = Watched(context, below)
        page = watched.goto("/")
        page.fill("[name=name]", "som")
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("body.ready")
        assert page.url == below + "/"
        page.click("nav a[href$='/reports']")
        page.wait_for_selector("body.ready")
        assert page.url == below + "/reports"
        assert page.locator("nav a[aria-current=page]").get_attribute("href") == "/busguard/reports"
        page.goto(below + "/bus/lc/bus-01")
        page.wait_for_selector("body.ready")
        page.click("a.back")
        page.wait_for_selector("body.ready")
        page.evaluate("document.fonts.load('16px \"Noto Sans Thai\"', 'ก').then((f) => f.length)")
        page.click("button:has-text('ออกจากระบบ'), button:has-text('Sign out')")
        page.wait_for_url(below + "/login*")
        watched.check()
        context.close()

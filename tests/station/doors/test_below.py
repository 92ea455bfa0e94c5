"""The station below a path of its host, whether the proxy takes the path off or leaves it."""

import asyncio
import re

import httpx
import pytest
from station_told import PASSWORD, browser

from station.settings import Settings, SettingsError, load
from station.station import Station

AWAY = ("127.0.0.1", 9)


@pytest.mark.parametrize("left", ["", "/busguard"], ids=["taken off", "left"])
def test_page_cookie_and_api_are_below_the_path(tmp_path, left):
    async def scenario():
        settings = Settings(broker=AWAY, db=str(tmp_path / "s.db"), root_path="/busguard")
        station = Station(settings)
        await station.start()
        try:
            await station.accounts.put("som", "admin", PASSWORD)
            async with browser(station) as client:
                who = {"name": "som", "password": PASSWORD}
                answer = await client.post(left + "/api/login", json=who)
                assert answer.status_code == 200
                cookies = answer.headers.get_list("set-cookie")
                assert len(cookies) == 2 and all("; Path=/busguard/;" in one for one in cookies)
                client.cookies.clear()
                token = cookies[0].partition(";")[0]
                headers = {"Cookie": token}
                assert (await client.get(left + "/api/me", headers=headers)).status_code == 200
                described = (await client.get(left + "/api/openapi.json")).json()
                assert described["servers"] == [{"url": "/busguard"}]
                for page in ("/", "/login", "/bus/lc/bus-01"):
                    await files_are_there(client, left + page)
                if left:
                    slash = await client.get("/busguard")
                    assert (slash.status_code, slash.headers["location"]) == (308, "/busguard/")
        finally:
            await station.stop()

    asyncio.run(scenario())


async def files_are_there(client, page):
    """Every file that the page names, resolved as a browser does."""
    answer = await client.get(page)
    files = re.findall(r'(?:href|src)="([^"]*static[^"]*)"', answer.text)
    assert len(files) >= 4
    for file in files:
        assert not file.startswith("/")
        url = httpx.URL(str(answer.url)).join(file)
        assert (await client.get(url)).status_code == 200, url


def test_a_path_is_held_to_its_form(monkeypatch):
    assert load({"root_path": "/city/busguard/"}).root_path == "/city/busguard"
    assert load({}).root_path == ""
    for wrong in ("busguard", "//x", "/a b", "https://x/y", '/"'):
        with pytest.raises(SettingsError, match="is not a path such as /busguard"):
            load({"root_path": wrong})

"""Releases and rollouts over HTTP: who may do what, what is shown, and what is written down."""

import asyncio

import pytest
from releases import KEY, NOTES, OTHER, PUBLIC, release
from station_told import At, browser, on_one_database, rows, signed_in, until
from updating import UpdatedBus

from station.db import tables
from station.release import delivery

RAW = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def play(settings, broker, monkeypatch, tmp_path):
    """play(story): a station with two buses that have connected, and an administrator."""
    monkeypatch.setattr(delivery, "_LOOK_S", 0.05)
    (tmp_path / "release.pub").write_text(PUBLIC)

    def run(story):
        at = At(settings.model_copy(update={"keys": str(tmp_path)}))

        async def scenario():
            buses = [UpdatedBus(broker, name) for name in ("bus-01", "bus-02")]
            try:
                async with at.running() as station:
                    for bus in buses:
                        bus.takes = False
                        bus.connects()
                    await until(lambda: len([bus for bus in station.live if bus.online]) == 2)
                    admin = await signed_in(station, "anong", "admin")
                    await story(station, admin, *buses)
            finally:
                for bus in buses:
                    bus.leave()

        asyncio.run(scenario())

    return run


async def added(admin, content=None):
    answer = await admin.post("/api/releases", content=content or release(), headers=RAW)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def started(admin, **more):
    body = {"release": await added(admin), "stages": ["bus-01", "all"], **more}
    answer = await admin.post("/api/rollouts/lc", json=body)
    assert answer.status_code == 204, answer.text


async def shown(admin):
    (one,) = (await admin.get("/api/rollouts")).json()
    return one


@on_one_database
def test_from_the_upload_to_the_offer_and_who_did_it(play):
    async def story(station, admin, one, two):
        number = await added(admin)
        listed = (await admin.get("/api/releases")).json()
        (kept,) = listed["releases"]
        assert (kept["version"], kept["notes"], kept["added_by"]) == ("0.4.0", NOTES, "anong")
        assert listed["problem"] is None and listed["warning"] is None
        two.connects(board="pico")
        await until(lambda: station.live.get("lc", "bus-02").status["board"] == "pico")
        ask = f"/api/releases/{number}/change?fleet=lc&stage=bus-01&stage=all"
        change = (await admin.get(ask)).json()
        assert [(bus["bus"], bus["stage"], bus["why"]) for bus in change["buses"]] == [
            ("bus-01", 1, None), ("bus-02", 2, "no_board"),
        ]  # fmt: skip
        assert (await admin.get("/api/releases")).json()["releases"][0]["problem"] is None
        assert change["froms"][0]["fw"] == "0.3.0" and not change["is_downgrade"]
        body = {"release": number, "stages": ["bus-01", "all"]}
        assert (await admin.post("/api/rollouts/lc", json=body)).status_code == 204
        await until(lambda: one.offers)
        assert one.offers[0]["by"] == "anong"
        one.fetch("fetching", at=0, bytes=600, have=600, need=3000)

        async def fetches():
            bus = (await shown(admin))["buses"][0]
            return (bus["state"], bus["have"], bus["need"]) == ("fetching", 600, 3000)

        await until(fetches)
        found = await shown(admin)
        assert (found["state"], found["stage"], found["stages"]) == (
            "running",
            1,
            ["bus-01", "100 %"],
        )
        assert (found["buses"][1]["state"], found["buses"][1]["why"]) == ("cannot", "no_board")
        for step in ("pause", "resume", "next", "withdraw"):
            answer = await admin.post("/api/rollouts/lc/step", json={"step": step})
            assert answer.status_code == 204, answer.text
        found = await shown(admin)
        assert [line["what"] for line in found["steps"]] == [
            "withdraw", "next", "resume", "pause", "start",
        ]  # fmt: skip
        assert {line["who"] for line in found["steps"]} == {"anong"}
        assert {bus["state"] for bus in found["buses"]} == {"held", "cannot"}
        log = await rows(station, tables.access_log)
        assert [line.what for line in log] == [
            "release", "rollout_start", "rollout_pause", "rollout_resume", "rollout_next",
            "rollout_withdraw",
        ]  # fmt: skip

    play(story)


@on_one_database
def test_a_pause_takes_effect_before_it_is_answered(play):
    async def story(station, admin, one, two):
        await started(admin)
        assert ("lc", "bus-01") in station.rollouts.pieces.offered
        await admin.post("/api/rollouts/lc/step", json={"step": "pause"})
        assert station.rollouts.pieces.offered == {}

    play(story)


@on_one_database
def test_only_administrators_change_and_only_those_who_see_the_fleet_see(play):
    async def story(station, admin, one, two):
        await started(admin)
        people = {
            "viewer": await signed_in(station, "dao", "viewer"),
            "duty": await signed_in(station, "chai", "duty"),
        }
        for person in people.values():
            assert (await shown(person))["fleet"] == "lc"
            assert (await person.get("/api/releases")).status_code == 403
            for path, body in (
                ("lc", {"release": 1, "stages": ["all"]}), ("lc/step", {"step": "pause"}),
            ):  # fmt: skip
                answer = await person.post(f"/api/rollouts/{path}", json=body)
                assert answer.status_code == 403
            answer = await person.post("/api/releases", content=release(), headers=RAW)
            assert answer.status_code == 403
        elsewhere = {"name": "dao", "role": "viewer", "lang": "th", "fleets": ["other"]}
        assert (await admin.post("/api/users", json=elsewhere)).status_code == 204
        dao = await signed_in(station, "dao", "viewer")
        await station.accounts.change("dao", fleets=["other"])
        assert (await dao.get("/api/rollouts")).json() == []
        nobody = browser(station)
        assert (await nobody.get("/api/rollouts")).status_code == 401
        big = await nobody.post("/api/releases", content=b"x" * 70_000, headers=RAW)
        assert big.status_code == 401

    play(story)


@on_one_database
def test_what_is_wrong_is_a_sentence(play):
    async def story(station, admin, one, two):
        async def refuses(status, why, path, **more):
            answer = await admin.post(path, **more)
            assert (answer.status_code, why in answer.json()["detail"]) == (status, True), (
                answer.text
            )

        await refuses(409, "The file: release.json is not signed by the release key",
                      "/api/releases", content=release(key=OTHER), headers=RAW)  # fmt: skip
        await refuses(409, "The file is no release", "/api/releases", content=b"x", headers=RAW)
        await refuses(413, "too long", "/api/releases", content=b"x" * 4_000_001, headers=RAW)
        number = await added(admin)
        await refuses(409, "has a release 0.4.0 already", "/api/releases", content=release(),
                      headers=RAW)  # fmt: skip

        async def start(status, why, **body):
            body = {"release": number, "stages": ["all"], **body}
            await refuses(status, why, "/api/rollouts/lc", json=body)

        await start(404, "There is no release 99", release=99)
        await start(409, "has no bus bus-99", stages=["bus-99"])
        await start(409, "is no stage", stages=["10 percent"])
        await start(409, "For a downgrade the version 0.4.0 is typed", downgrade="yes")
        await start(422, "stop_share", stop_share=101)
        one.connects(fw="9.0.0")
        two.connects(fw="9.0.0")
        await until(lambda: station.live.get("lc", "bus-02").status["fw"] == "9.0.0")
        await until(lambda: station.live.get("lc", "bus-01").status["fw"] == "9.0.0")
        await start(409, "a downgrade needs its own word")
        assert (await admin.get(f"/api/releases/{number}/change?fleet=lc")).json()["is_downgrade"]
        ask = f"/api/releases/{number}/change?fleet=lc&stage=all&downgrade="
        assert [bus["stage"] for bus in (await admin.get(ask + "0.4.0")).json()["buses"]] == [1, 1]
        assert (await admin.get(ask + "0.4")).status_code == 409
        body = {"release": number, "stages": ["all"], "downgrade": "0.4.0"}
        assert (await admin.post("/api/rollouts/lc", json=body)).status_code == 204
        await until(lambda: one.offers and one.offers[0]["downgrade"])
        await refuses(409, "running: resume does nothing", "/api/rollouts/lc/step",
                      json={"step": "resume"})  # fmt: skip
        await refuses(409, "bus-99 comes in no stage", "/api/rollouts/lc/step",
                      json={"step": "again", "again": ["bus-99"]})  # fmt: skip
        await refuses(409, "has no rollout", "/api/rollouts/xx/step", json={"step": "pause"})

    play(story)


@on_one_database
def test_the_private_key_in_the_folder_of_keys_is_shown(play, tmp_path, caplog):
    async def story(station, admin, one, two):
        (tmp_path / "release.key").write_bytes(KEY.private_bytes_raw())
        assert "move it to the safe" in (await admin.get("/api/releases")).json()["warning"]
        await until(lambda: "release.key is the private release key" in caplog.text)
        (tmp_path / "release.pub").unlink()
        answer = await admin.post("/api/releases", content=release(), headers=RAW)
        assert "does not know the release key" in answer.json()["detail"]

    play(story)

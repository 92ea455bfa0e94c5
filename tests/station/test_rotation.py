"""Every bus learns the city's next key as it comes online, and only then the old one may go."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from station_told import NOW_MS, At, connected, count, event, status, telling, until

from sim.bus.city import City
from station import rotation
from station.clock import FollowedClock
from station.commands import Answer
from station.db.database import Database
from station.identity.signing import KEY_AWAY, Signer
from station.rotation import Rotation
from station.settings import Settings
from station.told_keys import SOON_MS, ToldKeys

OLD, NEW = City(), City(2)


class Fleet:
    """Commands that answer for the buses."""

    def __init__(self):
        self.buses = [self.bus("bus-01"), self.bus("bus-02", online=False)]
        self.asked, self.answers = [], {}

    @staticmethod
    def bus(name, online=True):
        return SimpleNamespace(key=("lc", name), bus=name, online=online, gone_ms=None,
                               status_serial="a1")  # fmt: skip

    async def ask(self, bus, name, request, by):
        self.asked.append((bus.bus, name, request["keys"], by))
        answer = self.answers.get(bus.bus, Answer(True, "The bus now obeys these keys."))
        if answer is None:
            raise TimeoutError("It has not answered.")
        return answer

    def took(self):
        asked, self.asked = self.asked, []
        return asked


def test_each_bus_is_told_once_and_a_restart_forgets_no_rotation(tmp_path):
    (tmp_path / "city.key").write_text(OLD.pem)
    both = [OLD.public, NEW.public]

    async def story():
        settings = Settings(db=str(tmp_path / "s.db"), keys=str(tmp_path))
        database, fleet = Database(settings.db), Fleet()
        await database.upgrade()

        def started():
            signer = Signer(database, FollowedClock(0), settings)
            return Rotation(database, fleet.buses, signer, fleet, ToldKeys(FollowedClock(0)))

        station = started()
        await station.look()
        assert fleet.took() == [], "the keys they were enrolled with"

        (tmp_path / "city.next.key").write_text(NEW.pem)
        fleet.answers["bus-01"] = None
        await station.look()
        await station.look()
        assert fleet.took() == [("bus-01", "city_keys", both, "station")] * 2, "it did not answer"
        fleet.answers.clear()
        station = started()
        await station.look()
        await station.look()
        assert fleet.took() == [("bus-01", "city_keys", both, "station")]
        fleet.buses[1].online = True
        fleet.answers["bus-02"] = Answer(False, "identity.json cannot be changed.")
        await station.look()
        fleet.answers.clear()
        await station.look()
        assert fleet.took() == [("bus-02", "city_keys", both, "station")], "it has said no"
        fleet.buses[1].status_serial = "a2"
        await station.look()
        assert fleet.took() == [("bus-02", "city_keys", both, "station")], "it was deployed"
        await station.look()
        await started().look()
        assert fleet.took() == [], "all know both"

        (tmp_path / "city.next.key").replace(tmp_path / "city.key")
        await station.look()
        assert [keys for _, _, keys, _ in fleet.took()] == [[NEW.public]] * 2
        await started().look()
        assert fleet.took() == []
        await database.close()

    asyncio.run(story())


def test_a_fleet_that_does_not_know_the_key_is_asked_once_a_start(tmp_path, caplog):
    """The keys were swapped while no station ran, or the folder is the wrong one."""
    (tmp_path / "city.key").write_text(OLD.pem)

    async def story():
        settings = Settings(db=str(tmp_path / "s.db"), keys=str(tmp_path))
        database, fleet = Database(settings.db), Fleet()
        await database.upgrade()

        def started():
            signer = Signer(database, FollowedClock(0), settings)
            return Rotation(database, fleet.buses, signer, fleet, ToldKeys(FollowedClock(0)))

        await started().look()
        (tmp_path / "city.key").write_text(NEW.pem)
        fleet.answers["bus-01"] = Answer(False, "The signature is not the city's.")
        station = started()
        for _ in range(5):
            await station.look()
        assert len(fleet.took()) == 1
        told = [record.getMessage() for record in caplog.records]
        assert [one.split()[0] for one in told] == ["The", "lc/bus-01"]
        assert f"none of the keys that the buses know ({OLD.public})" in told[0]
        assert "BUS=bus-01 ROTATE=1" in told[1]
        fleet.buses[0].status_serial = "a2"
        fleet.answers.clear()
        await station.look()
        fleet.buses[1].online = True
        await station.look()
        assert len(fleet.took()) == 2
        await started().look()
        assert fleet.took() == [], "all know it"
        await database.close()

    asyncio.run(story())


def test_that_the_folder_of_keys_is_away_is_said_once(tmp_path, caplog):
    async def story():
        settings = Settings(db=str(tmp_path / "s.db"), keys=str(tmp_path / "away"))
        database, fleet = Database(settings.db), Fleet()
        await database.upgrade()
        signer = Signer(database, FollowedClock(0), settings)
        told_keys = ToldKeys(FollowedClock(0))
        station = Rotation(database, fleet.buses, signer, fleet, told_keys)
        await station.look()
        await station.look()
        (said,) = [record.getMessage() for record in caplog.records]
        assert said == f"{KEY_AWAY} ({tmp_path / 'away'})"
        await database.close()

    asyncio.run(story())


def test_without_a_key_nobody_is_told_anything(tmp_path):
    async def story():
        settings = Settings(db=str(tmp_path / "s.db"))
        database, fleet = Database(settings.db), Fleet()
        await database.upgrade()
        signer = Signer(database, FollowedClock(0), settings)
        told_keys = ToldKeys(FollowedClock(0))
        await Rotation(database, fleet.buses, signer, fleet, told_keys).look()
        assert fleet.took() == []
        await database.close()

    asyncio.run(story())


def changed(seq, keys, at_ms=NOW_MS):
    data = {"keys": [key[:8] for key in keys], "by": "station"}
    return event(seq, "city_keys_changed", "warning", at_ms=at_ms, data=data)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_staff_is_not_asked_about_the_keys_that_the_station_sent(
    settings, broker, tmp_path, monkeypatch
):
    """But about every other change, and about one more report of these keys: who has a leaked key
    can write "station" into a command, too."""
    monkeypatch.setattr(rotation, "_LOOK_S", 0.1)
    (tmp_path / "city.key").write_text(OLD.pem)
    both = [OLD.public, NEW.public]
    settings = settings.model_copy(update={"keys": str(tmp_path), "city_key": None})

    async def story():
        async with At(settings).running() as station:
            await connected(station)

            def warned():
                return [a for a in station.alarms.views() if a["kind"] == "city_keys_changed"]

            await until(station.rotation._known)
            with telling(broker) as bus:
                bus.say(status(), changed(1, both))
                await until(lambda: len(warned()) == 1)
                station.commands.ask = answered
                (tmp_path / "city.next.key").write_text(NEW.pem)
                await until(lambda: asked)
                bus.say(changed(2, [NEW.public]), changed(3, both))
                await until(lambda: len(warned()) == 2)
                assert [a["data"]["keys"] for a in warned()] == [
                    [NEW.public[:8]], [key[:8] for key in both]
                ]  # fmt: skip
                bus.say(changed(4, both))
                await until(lambda: len(warned()) == 3)
                assert await count(station, "events") == 4

    asked = []

    async def answered(bus, name, request, by):
        asked.append(json.dumps(request))
        return Answer(True, "The bus now obeys these keys.")

    asyncio.run(story())


def test_a_report_long_after_is_not_expected():
    clock = FollowedClock(NOW_MS)
    told, bus, data = ToldKeys(clock), ("lc", "bus-01"), {"keys": [NEW.public[:8]]}
    told.tell(bus, [NEW.public])
    assert not told.expects(("lc", "bus-02"), "city_keys_changed", data)
    clock.set(NOW_MS + SOON_MS + 60_000)
    assert not told.expects(bus, "city_keys_changed", data)
    told.tell(bus, [NEW.public])
    told.refused(bus)
    assert not told.expects(bus, "city_keys_changed", data)

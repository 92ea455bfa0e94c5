"""A bus that sleeps watches as well as one that is awake, and keeps what it promised the city."""

import json

import pytest

from sim.bus.rig import Rig, config_for
from sim.stories import scenarios_night
from sim.stories.story import Story
from sim.world.world import World
from station.clock import Clock, parse_iso
from station.ingest.contract import read
from station.live.hub import Hub
from station.live.live import Live

MINUTE_MS = 60_000
HEARD = [
    (scenarios_night.night, []),
    (scenarios_night.child_at_night, ["child_left_behind", "heat", "parked_movement"]),
    (scenarios_night.thief_of_a_battery, ["supply"]),
]


def configured(**settings):
    config = config_for(World())
    for key, value in settings.items():
        config[key].update(value)
    return config


def parked(minutes=0.0, **settings):
    bus = Story(config=configured(**settings))
    bus.waits(minutes=minutes)
    return bus


def asleep(**settings):
    """A bus that sleeps already: five minutes are long in a test."""
    bus = parked(minutes=2, sleep={"after_s": 60}, **settings)
    assert bus.rig.vehicle.is_asleep
    return bus


def states(bus):
    city = bus.rig.peer.city
    return [(at, read(topic, body).body) for at, topic, body in city if topic.endswith("/state")]


def sleeps(bus, seconds):
    """Share of the time."""
    asleep = 0
    for _ in range(seconds):
        bus.waits(seconds=1)
        asleep += bus.rig.vehicle.is_asleep
    return asleep / seconds


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    bus = Story()
    tell(bus)
    bus.rig.drain()
    bus.rig.check()
    assert bus.city_heard("alarm", "warning") == kinds
    assert bus.told("started") == [], "it has not been reset"


def test_a_quiet_night_is_slept_through_and_every_promise_kept():
    bus = parked(minutes=6)
    assert sleeps(bus, 3600) > 0.97
    told = states(bus)
    assert [state["next_s"] for _, state in told].count(900) >= 5
    for (at_ms, state), (next_ms, _) in zip(told, told[1:], strict=False):
        assert next_ms - at_ms <= state["next_s"] * 1000
    for _, state in told[-4:]:
        assert (state["phase"], state["clock"]) == ("parked", "gnss")
        assert state["lat"] is not None
    bus.rig.check()


def test_the_station_never_takes_a_sleeping_bus_for_dark():
    bus = parked(minutes=50)
    live, overdue = Live(Clock(), Hub()), []
    start_ms = bus.world.start_utc_ms
    for at_ms, topic, body in bus.rig.peer.city:
        _, fleet, name, kind = topic.split("/", 3)
        now_ms = start_ms + at_ms
        known = live.get(fleet, name)
        if known is not None:
            assert known.online is not False  # no last will: it said good-bye
            if known.promise_ms is not None and now_ms > known.promise_ms:
                overdue.append(at_ms)
        if kind in ("state", "status"):
            getattr(live, kind)(fleet, name, read(topic, body).body, False, now_ms)
    assert overdue == []
    bus_seen = next(iter(live))
    assert bus_seen.is_surely_empty and bus_seen.status["sleep_s"] == 900
    assert bus_seen.promise_ms > start_ms + bus.rig.now_ms
    assert parse_iso(bus_seen.state["at"]) < start_ms + bus.rig.now_ms - 60_000


@pytest.mark.parametrize("second", [0, 137, 826])
def test_seats_are_watched_while_it_sleeps_and_the_alarm_brings_the_radio_up(second):
    bus = asleep()
    bus.waits(seconds=second)
    while not bus.rig.vehicle.is_asleep:
        bus.waits(seconds=1)
    assert not bus.rig.bus.uplink.connected
    bus.boards(20)
    bus.waits(seconds=4)
    assert bus.buzzer_sounds and bus.lamp_shines
    assert not bus.rig.vehicle.is_asleep
    bus.waits(seconds=10)
    assert "parked_movement" in bus.city_heard()
    (event,) = bus.told("parked_movement")
    assert event["data"] == {"seats": [20]}


@pytest.mark.parametrize(
    "wakes",
    [
        lambda bus: bus.turns_ignition(True),
        lambda bus: bus.opens_door(),
        lambda bus: bus.opens_door("emergency"),
        lambda bus: bus.presses_check_button(),
        lambda bus: bus.cuts_wire(seat=4),
        lambda bus: bus.loses_expander(2),
        lambda bus: bus.loses_supply(),
    ],
    ids=["ignition", "door", "emergency", "button", "wire", "expander", "supply"],
)
def test_it_wakes_for(wakes):
    bus = asleep()
    wakes(bus)
    bus.waits(seconds=9)
    assert bus.rig.bus.uplink.connected
    assert states(bus)[-1][1]["next_s"] <= 60
    assert sleeps(bus, 40) == 0


def test_movement_wakes_it():
    bus = asleep(accelerometer={"fitted": True})
    bus.world.blow(3000, forward=600)
    bus.waits(seconds=2)
    assert not bus.rig.vehicle.is_asleep


@pytest.mark.parametrize("doubt", ["seat", "door", "supply low", "no check"])
def test_in_doubt_it_stays_awake(doubt):
    bus = Story()
    if doubt == "seat":
        bus.rig.vehicle.faults.silence_expander(3)
    elif doubt == "door":
        bus.cuts_wire("front_door")
    elif doubt == "supply low":
        bus.world.supply_mv = 11_300
    else:
        bus.drives(seats={3}, seconds=10)
        bus.parks(check=False)
    assert sleeps(bus, 8 * 60) == 0
    assert bus.rig.bus.uplink.connected


def test_it_stays_awake_until_the_city_has_everything():
    bus = parked(minutes=1)
    bus.loses_signal()
    bus.opens_door("emergency")
    bus.closes_door("emergency")
    assert sleeps(bus, 9 * 60) == 0
    bus.finds_signal()
    bus.waits(minutes=3)
    assert bus.city_heard("warning") == ["emergency_door"]
    assert bus.rig.missing() == 0
    assert bus.rig.vehicle.is_asleep


def test_without_signal_it_gives_up_for_now_and_comes_back_to_it():
    bus = parked(minutes=1)
    bus.loses_signal()
    bus.opens_door("emergency")
    bus.closes_door("emergency")
    bus.waits(minutes=20)
    assert bus.rig.vehicle.is_asleep and bus.rig.missing() > 0
    bus.finds_signal()
    bus.waits(minutes=15)
    assert bus.city_heard("warning") == ["emergency_door"]
    assert bus.rig.vehicle.is_asleep and bus.rig.missing() == 0
    bus.rig.check()


def test_what_the_city_asks_a_sleeping_bus_is_answered_when_it_wakes():
    bus = asleep()
    command = bus.city.command("drill", ident="night-1")
    bus.rig.peer.publish("schoolbus/laemchabang/bus-01/cmd/drill", command)
    bus.waits(minutes=15)
    replies = [body for _, topic, body in bus.rig.peer.city if topic.endswith("/reply")]
    assert [json.loads(body)["id"] for body in replies] == ["night-1"]
    assert bus.rig.bus.snapshot.trip.mode == "drill" and sleeps(bus, 60) == 0


def test_switched_off_it_never_sleeps_and_says_so():
    bus = parked(sleep={"on": False}, minutes=6)
    assert sleeps(bus, 120) == 0
    city = bus.rig.peer.city
    status = [json.loads(body) for _, topic, body in city if topic.endswith("/status")]
    assert status[-1]["sleep_s"] is None
    assert max(state["next_s"] for _, state in states(bus)) == 60


def test_time_asleep_does_not_count_as_time_without_a_link():
    bus = parked(broker={"reset_after_min": 15}, sleep={"wake_s": 3600}, minutes=75)
    assert bus.rig.vehicle.boots == 1
    assert bus.city_heard("warning") == []


@pytest.mark.parametrize("radio", ["cellular", "wifi"])
def test_with_its_real_radios_it_sleeps_and_an_alarm_is_out_in_half_a_minute(radio):
    world = World()
    config = config_for(world)
    config["radios"] = ["wifi", "cellular"]
    config["wifi"] = {"ssid": "bus-depot", "password": "secret12"}
    rig = Rig(world, config, wireless=True)
    air = rig.vehicle.wireless
    air.ap.rssi = -60 if radio == "wifi" else None
    rig.run_for(60_000)
    world.check_button_pressed = True
    rig.run_for(1000)
    world.check_button_pressed = False
    rig.run_for(12 * MINUTE_MS)
    assert rig.vehicle.is_asleep and air.route == "" and not air.wlan.active()
    assert air.modem.is_asleep == (radio == "cellular")
    rig.run_for(20 * MINUTE_MS)
    while not rig.vehicle.is_asleep:
        rig.run_for(1000)
    world.sit(20)
    rig.run_for(30_000)
    assert "parked_movement" in [event["kind"] for event in rig.heard()]
    assert air.route == radio and air.modem.doze.missed == 0
    rig.check()


def test_modules_on_rs485_are_scanned_once_a_tick():
    seats = {"inputs": "modbus", "modules": [[1, 48], [2, 32]], "count": 40}
    bus = asleep(seats=seats)
    bus.boards(20)
    bus.waits(seconds=15)
    assert "parked_movement" in bus.city_heard()

"""Stories of a bus with its real radio drivers: Wi-Fi at the depot, a modem on the road."""

import random

import pytest

from sim.bus.rig import Rig, config_for
from sim.chips.modem_sim import FAILURE, SimCard
from sim.world import day
from sim.world.world import MONDAY_UTC_MS, World

_HOUR_MS = 3_600_000
_MINUTE_MS = 60_000


def rig(*radios, world=None, start=True, **settings):
    world = world or World(MONDAY_UTC_MS)
    config = config_for(world)
    config["radios"] = list(radios)
    config["wifi"] = {"ssid": "bus-depot", "password": "secret12"}
    for key, value in settings.items():
        config[key].update(value)
    made = Rig(world, config, wireless=True)
    if start:
        made.run_for(90_000)
    return made


def heard(rig, kind):
    return [event["data"] for event in rig.heard() if event["kind"] == kind]


def finish(rig):
    rig.drain()
    rig.check()
    assert rig.missing() == 0


def test_a_bus_with_a_modem_alone_is_connected_within_a_minute():
    bus = rig("cellular", start=False)
    bus.run_for(45_000)
    assert bus.bus.uplink.connected and bus.vehicle.wireless.route == "cellular"
    finish(bus)


def test_a_missing_sim_card_is_told_over_the_wifi():
    bus = rig("wifi", "cellular", start=False)
    air = bus.vehicle.wireless
    air.modem.sim.present = False
    bus.run_for(180_000)
    assert not bus.bus.uplink.connected
    air.ap.rssi = -60
    bus.run_for(60_000)
    assert bus.bus.uplink.connected and air.route == "wifi"
    assert heard(bus, "fault") == [
        {"what": "radio", "text": "There is no SIM card in the modem, or it cannot be read."}
    ]
    finish(bus)


def test_from_the_depots_wifi_to_the_mobile_network_and_home():
    bus = rig("wifi", "cellular", start=False)
    air = bus.vehicle.wireless
    air.ap.rssi = -55
    bus.run_for(60_000)
    assert bus.bus.uplink.connected and air.route == "wifi" and air.modem.boots == 0
    air.ap.rssi = None
    bus.run_for(180_000)
    assert bus.bus.uplink.connected and air.route == "cellular"
    air.ap.rssi = -55
    bus.run_for(60_000)
    assert bus.bus.uplink.connected and air.route == "wifi"
    finish(bus)
    changes = [(data["radio"], data["was"]) for data in heard(bus, "radio_changed")]
    assert changes == [("cellular", "wifi"), ("wifi", "cellular")]


def test_a_modem_that_hangs_in_the_middle_of_the_day_is_power_cycled():
    bus = rig("cellular")
    modem = bus.vehicle.wireless.modem
    assert bus.bus.uplink.connected
    modem.silent = True
    bus.run_for(12 * _MINUTE_MS)
    assert not modem.silent and modem.boots == 2 and bus.bus.uplink.connected
    finish(bus)


def test_a_denied_sim_card_is_told_once_it_is_let_in():
    bus = rig("cellular", start=False)
    modem = bus.vehicle.wireless.modem
    modem.registration = "denied"
    bus.run_for(15 * _MINUTE_MS)
    modem.registration = "auto"
    bus.run_for(12 * _MINUTE_MS)
    assert bus.bus.uplink.connected
    texts = [data["text"] for data in heard(bus, "fault")]
    assert texts == ["The mobile network refuses this SIM card."]
    finish(bus)


def test_a_wrong_pin_is_given_once_however_often_the_board_starts():
    bus = rig("cellular", start=False, cellular={"pin": "9999"})
    sim = bus.vehicle.wireless.modem.sim = SimCard("1234")
    for _ in range(5):
        bus.run_for(3 * _MINUTE_MS)
        bus.power_cut()
        bus.run_for(5000)
        bus.power_on()
    assert (sim.presented, sim.tries) == (1, 2)


def test_a_morning_on_which_everything_starts_slowly_tells_the_city_of_no_fault():
    """The modem says that there is no card and the hotspot refuses the password it took before."""
    bus = rig("wifi", "cellular", start=False)
    air = bus.vehicle.wireless
    air.modem.sim.starts = ((3000, FAILURE), (2000, "NOT READY"), (3000, "SIM REMOVED"))
    air.ap.rssi = -55
    bus.run_for(60_000)
    assert air.route == "wifi"

    for radio in ("wifi", "cellular"):
        bus.power_cut()
        air.ap.password = "not yet"
        bus.run_for(5000)
        bus.power_on()
        bus.run_for(25_000)
        air.ap.password = "secret12"
        if radio == "cellular":
            air.ap.rssi = None
        bus.run_for(2 * _MINUTE_MS)
        assert bus.bus.uplink.connected and air.route == radio
    assert heard(bus, "fault") == []
    finish(bus)


def test_the_modems_own_receiver_gives_the_position():
    bus = rig("cellular", gnss={"in_modem": True})
    bus.run_for(30_000)
    assert bus.bus.snapshot.gnss.lat_e7 is not None and bus.bus.uplink.connected
    bus.vehicle.reset("watchdog")
    bus.run_for(60_000)
    assert bus.bus.snapshot.gnss.lat_e7 is not None


def test_a_tunnel():
    bus = rig("cellular")
    bus.world.signal_dbm = None
    bus.run_for(4 * _MINUTE_MS)
    assert not bus.bus.uplink.connected
    bus.world.signal_dbm = -85
    bus.run_for(2 * _MINUTE_MS)
    assert bus.bus.uplink.connected and bus.vehicle.wireless.modem.boots == 1
    finish(bus)


def test_a_watchdog_reset_leaves_the_modem_in_data_mode_and_costs_seconds():
    bus = rig("cellular")
    bus.vehicle.reset("watchdog")
    bus.run_for(20_000)
    assert bus.bus.uplink.connected and bus.vehicle.wireless.modem.boots == 1
    finish(bus)


@pytest.mark.parametrize("seed", range(3))
def test_a_modem_that_talks_out_of_turn(seed):
    bus = rig("cellular", start=False)
    modem = bus.vehicle.wireless.modem
    modem.garbage, modem.chatty, modem._rng = 0.15, True, random.Random(seed)
    bus.run_for(4 * _MINUTE_MS)
    assert bus.bus.uplink.connected
    finish(bus)


def test_the_board_starts_anew_once_when_nothing_else_helps_and_nobody_may_sit_there():
    bus = rig("cellular", broker={"reset_after_min": 15})
    bus.network.refuses = True
    bus.network.reset()
    bus.run_for(20 * _MINUTE_MS)
    assert (bus.vehicle.boots, bus.bus.snapshot.trip.phase) == (1, "checking")
    bus.world.check_button_pressed = True
    bus.run_for(1000)
    bus.world.check_button_pressed = False
    bus.run_for(60 * _MINUTE_MS)
    assert (bus.vehicle.boots, bus.bus.snapshot.trip.phase) == (2, "parked")
    bus.network.refuses = False
    bus.run_for(17 * _MINUTE_MS)  # it sleeps by now, and tries when it wakes
    assert [data["what"] for data in heard(bus, "fault")] == ["link"]
    assert "external" in [data["reset"] for data in heard(bus, "started")]
    finish(bus)


@pytest.mark.soak
def test_a_school_day_over_the_modem_and_the_depots_wifi_delivers_everything():
    world = day.school_day(0, seed=5, seats=16)
    bus = rig("wifi", "cellular", world=world, start=False, seats={"expanders": [32, 33]})
    air, home = bus.vehicle.wireless, (world.lat_e7, world.lon_e7)
    while bus.now_ms < 3 * _HOUR_MS:
        bus.run_for(_MINUTE_MS)
        at_home = abs(world.lat_e7 - home[0]) + abs(world.lon_e7 - home[1]) < 4000
        air.ap.rssi = -60 if at_home else None
    finish(bus)
    changes = [(data["radio"], data["was"]) for data in heard(bus, "radio_changed")]
    assert ("cellular", "wifi") in changes and ("wifi", "cellular") in changes
    assert len(bus.account.confirmed) > 100 and air.modem.overlapped == 0

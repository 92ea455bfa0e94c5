"""The tick knows no network: nothing that it calls touches the uplink, the radio or the dialer."""

from bus_bench import MINUTE
from watched import Watched

from firmware.config.load import defaults
from firmware.journal.journal import KIND_POSITION, TRACK
from firmware.trip.sleep import ASLEEP, LEAVING


def test_a_day_with_the_network_behind_the_gate():
    watched = Watched()
    watched.parts.ignition.on = True
    watched.waits(10000)
    assert watched.bus.uplink.connected
    assert watched.heard("/state")[-1]["signal_dbm"] == -70
    watched.parts.ignition.on = False
    watched.parts.check_button.on = False
    watched.waits(10000)
    watched.parts.check_button.on = True
    watched.waits(500)
    watched.parts.check_button.on = False
    watched.waits(1000)
    assert watched.bus.snapshot.trip.phase == "parked"
    watched.waits(7 * MINUTE)
    assert watched.bus.sleeping.state == ASLEEP and watched.slept_ms > 30000
    assert watched.heard("/state")[-1]["next_s"] == 900
    assert watched.bus.journal.backlog(0) + watched.bus.journal.backlog(1) == 0


def test_a_record_of_the_same_tick_is_waited_for():
    """The tick knows of the uplink what the last turn left; of the journal it knows the newest."""
    for records, state in ((0, ASLEEP), (1, LEAVING)):
        watched = Watched()
        bus = watched.bus
        while bus.sleeping.state != LEAVING:
            watched.waits(1)  # one tick
        watched.waits(1)
        assert bus.sleeping.state == LEAVING
        for _ in range(records):
            bus.journal.append(TRACK, KIND_POSITION, bytes(16))
        bus.tick(bus.next_tick_ms)
        assert bus.sleeping.state == state


def test_a_city_out_of_reach_ends_in_one_reset():
    watched = Watched()
    watched.parts.seats.banks[0].dead = True  # so that the bus does not sleep
    watched.waits(10000)
    watched.modem.is_on = False
    after_min = defaults()["broker"]["reset_after_min"]
    watched.waits((after_min - 1) * MINUTE)
    assert not watched.resets and not watched.bus.uplink.connected
    watched.waits(2 * MINUTE)
    assert watched.resets == 1


def test_the_gate_notices_what_touches_the_uplink():
    watched = Watched()
    watched.gate.is_shut = True
    for look in (lambda: watched.bus.uplink.connected, lambda: watched.parts.radio.name):
        try:
            look()
            noticed = False
        except AssertionError:
            noticed = True
        assert noticed

"""The tick knows no network: nothing that it calls touches the uplink, the radio or the dialer."""

import json

from bus_bench import MINUTE, Parts, Radio
from lines import BROKER, Dialer, Line, packets
from nor import Flash
from parts import Nvs

import firmware.bus as bus_module
from firmware.bus import Bus
from firmware.config.load import defaults
from firmware.journal.journal import KIND_POSITION, TRACK
from firmware.trip.sleep import ASLEEP, LEAVING


class Gate:
    """Shut while the bus ticks."""

    is_shut = False


class Guard:
    """Stands for a thing; any access while the gate is shut is an AssertionError."""

    def __init__(self, thing, gate):
        self._thing = thing
        self._gate = gate

    def __getattr__(self, name):
        assert not self._gate.is_shut, "the tick touches ." + name
        return getattr(self._thing, name)


class Modem(Radio):
    """Has a network as long as `is_on`."""

    is_on = True

    def is_up(self):
        return self.is_on

    def is_off(self):
        return True

    def restart(self):
        pass

    def signal_dbm(self):
        return -70


class Watched:
    """A whole bus with a broker in memory. The gate is shut in every tick."""

    def __init__(self):
        gate = self.gate = Gate()
        self.line = Line()
        self.line.acks = True
        self.modem = Modem()
        self.parts = Parts(Flash(64), Nvs({"unchecked": 0}))
        self.parts.radio = Guard(self.modem, gate)
        self.parts.dialer = Guard(Dialer(self.line), gate)
        self.parts.reset = self.reset
        self.parts.sleep = self.sleep
        self.resets = self.slept_ms = 0
        config = defaults()
        config["broker"].update(BROKER)
        real = bus_module.Uplink
        bus_module.Uplink = lambda *given: Guard(real(*given), gate)
        try:
            self.bus = Bus(config, self.parts, 0)
        finally:
            bus_module.Uplink = real

    def reset(self):
        self.resets += 1

    def sleep(self, ms):
        self.slept_ms += ms

    def waits(self, ms):
        bus = self.bus
        end = bus.next_tick_ms + ms
        while bus.next_tick_ms < end:
            now_ms = bus.next_tick_ms
            if bus.sleeping.state != ASLEEP:
                self.parts.gnss.said = b"$GPRMC,,V,,,,,,,,,,N*53\r\n"
            self.gate.is_shut = True
            bus.tick(now_ms)
            self.gate.is_shut = False
            while bus.turn(now_ms):
                pass
            bus.sleep(now_ms)

    def heard(self, topic):
        found = []
        for first, body in packets(self.line.sent):
            if first & 0xF0 == 0x30:
                end = 2 + (body[0] << 8 | body[1])
                if body[2:end].decode().endswith(topic):
                    found.append(json.loads(body[end + 2 :]))
        return found


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

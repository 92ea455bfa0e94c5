"""A whole bus with a broker in memory, whose tick must not touch the network."""

import json

from bus_bench import Parts, Radio
from lines import BROKER, Dialer, Line, packets
from nor import Flash
from parts import Nvs

import firmware.bus as bus_module
from firmware.bus import Bus
from firmware.config.load import defaults
from firmware.trip.sleep import ASLEEP


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

    def __init__(self, fit=None, **names):
        """fit(parts): more parts, before the bus starts; names: fleet and bus."""
        gate = self.gate = Gate()
        self.line = Line()
        self.line.acks = True
        self.modem = Modem()
        self.parts = Parts(Flash(64), Nvs({"unchecked": 0}))
        self.parts.radio = Guard(self.modem, gate)
        self.parts.dialer = Guard(Dialer(self.line), gate)
        self.parts.reset = self.reset
        self.parts.sleep = self.sleep
        if fit is not None:
            fit(self.parts)
        self.resets = self.slept_ms = 0
        config = defaults()
        config.update(names)
        config["broker"].update(BROKER)
        real = bus_module.Uplink
        bus_module.Uplink = lambda *given: Guard(real(*given), gate)
        try:
            self.bus = Bus(config, self.parts, 0)
        finally:
            bus_module.Uplink = real
        self.bus.uplink._thing.on_command = self.bus._answer

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
                self.between()
            self.between()
            bus.sleep(now_ms)

    def between(self):
        """Between two turns."""

    def heard(self, topic):
        found = []
        for first, body in packets(self.line.sent):
            if first & 0xF0 == 0x30:
                end = 2 + (body[0] << 8 | body[1])
                if body[2:end].decode().endswith(topic):
                    found.append(json.loads(body[end + 2 :]))
        return found

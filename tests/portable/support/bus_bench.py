"""A whole bus on hand-set parts."""

import json

from nor import Flash, drain, entropy
from parts import Chip, Nvs, Output

from drivers.seat_inputs import SeatInputs
from firmware.bus import Bus
from firmware.config.load import defaults
from firmware.journal.journal import ALARM, WARNING

MINUTE = 60000


class Switch:
    def __init__(self):
        self.on = False

    def read(self):
        return self.on


class Gnss:
    """Silent until it is given something to say."""

    def turn(self, now_ms, sentences):
        pass

    def __init__(self):
        self.said = b""

    def readinto(self, buf):
        n = min(len(buf), len(self.said))
        buf[:n] = self.said[:n]
        self.said = self.said[n:]
        return n


class Supply:
    dead = False

    def read_mv(self):
        if self.dead:
            raise OSError(5)
        return 12600


class Radio:
    name = "wifi"
    fault = failure = ""

    def turn(self, now_ms):
        pass

    def up(self):
        pass

    def down(self):
        pass

    def is_up(self):
        return False

    def signal_dbm(self):
        return None


class Dialer:
    def start(self, connect):
        raise AssertionError("nobody dials without a radio")


class Watchdog:
    fed = 0

    def feed(self):
        self.fed += 1


class Parts:
    """One board; `flash` and `nvs` outlive it."""

    def __init__(self, flash, nvs, reset_cause="power_on"):
        self.seats = SeatInputs()
        for number in range(1, 7):
            self.seats.add([Chip()], "expander %d" % number)
        self.switches = None
        for name in ("ignition", "front_door", "emergency_door", "check_button", "sos_button"):
            setattr(self, name, Switch())
        self.check_button_2 = self.here_button = self.driver_seat = None
        self.presence = []
        self.buzzer, self.lamp, self.horn = Output(), Output(), Output()
        self.gnss = Gnss()
        self.supply = Supply()
        self.backup = None
        self.cabin = None
        self.accelerometer = None
        self.flash = flash
        self.nvs = nvs
        self.files = None
        self.slots = self.board_name = self.mpy = self.mpython = None  # no update is possible
        self.radio = Radio()
        self.dialer = Dialer()
        self.watchdog = Watchdog()
        self.reset_cause = reset_cause
        self.entropy = entropy
        self.utc_s = None  # as the clock of the board was set

    def set_utc(self, utc_s):
        self.utc_s = utc_s


class Bench:
    """A bus that is ticked when it wants to be."""

    files = None

    def __init__(self, config=None, errors=(), checked=True, blocks=64):
        self.flash = Flash(blocks)
        self.nvs = Nvs({"unchecked": 0} if checked else {})
        self.config = config or defaults()
        self.start(errors)

    def start(
        self,
        errors=(),
        reset_cause="power_on",
        start="normal",
        crash=None,
        why=None,
        was_asked=False,
    ):
        self.parts = Parts(self.flash, self.nvs, reset_cause)
        self.parts.files = self.files
        self.now_ms = 0
        self.bus = Bus(self.config, self.parts, 0, errors, start, crash, why, was_asked)

    def waits(self, ms):
        end = self.now_ms + ms
        while self.bus.next_tick_ms <= end:
            self.now_ms = self.bus.next_tick_ms
            self.bus.tick(self.now_ms)
            self.bus.turn(self.now_ms)
        self.now_ms = end

    def sits(self, seat, sitting=True):
        expander, pin = divmod(2 * (seat - 1), 14)
        chip = self.parts.seats.banks[expander]
        chip.word = chip.word | 1 << pin if sitting else chip.word & ~(1 << pin)

    def presses(self):
        self.parts.check_button.on = True
        self.waits(700)
        self.parts.check_button.on = False
        self.waits(300)

    def parks_with(self, *seats):
        """Ignition on and off again, with these seats taken."""
        for seat in seats:
            self.sits(seat)
        self.parts.ignition.on = True
        self.waits(3000)
        self.parts.ignition.on = False
        self.waits(1000)

    def says_once_a_second(self, ms):
        for _ in range(ms // 1000):
            self.parts.gnss.said = b"$GPRMC,,V,,,,,,,,,,N*53\r\n"
            self.waits(1000)

    def status(self):
        return json.loads(self.bus._publisher.status())

    def events(self, *lanes):
        """Of these lanes; without any: alarms and warnings."""
        found = []
        for lane in lanes or (ALARM, WARNING):
            found += drain(self.bus.journal, lane)
        return [json.loads(b"{" + payload) for _, kind, payload in sorted(found) if kind == 1]

    def told(self, kind):
        return [event["state"] for event in self.events() if event["kind"] == kind]

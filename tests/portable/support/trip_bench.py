"""A Trip fed with hand-set readings."""

from parts import Nvs, put, snapshot

from firmware.config.load import defaults
from firmware.rules.child_left_behind import ChildLeftBehind
from firmware.sensing.press import Press
from firmware.trip.trip import Trip

_SEATS = ("taken", "unknown", "buckled_empty")
CHECKED = {"unchecked": 0}
MINUTE = 60000


class Ride:
    """Feeds a Trip with hand-set readings, ten times a second.

    Each tick has a fix, and the bus goes north at its speed; not in a ride whose test sets fix_new.
    """

    doors = True  # they have contacts
    inputs: dict = {}  # of bus.json, that differ from the defaults

    def __init__(self, config=None, **nvs):
        self.nvs = Nvs(nvs)
        config = config or defaults()
        config["inputs"]["front_door"] = config["inputs"]["emergency_door"] = self.doors
        config["inputs"].update(self.inputs)
        self.trip = Trip(config, self.nvs)
        self.s = snapshot(
            seats=8,
            ignition=False,
            front_door=False if self.doors else None,
            emergency_door=False if self.doors else None,
            check_button=False,
            speed_mms=0,
            lat_e7=130827000,
            lon_e7=1008833000,
        )
        self._press = Press()
        self._has_own_fixes = False
        self._north_mm = 0
        self.notices = []
        self.now_ms = 0

    def goes(self, ms=100, **readings):
        """These readings hold for so long -> the phase."""
        for name, value in readings.items():
            put(self.s, name, value)
        self._has_own_fixes = self._has_own_fixes or "fix_new" in readings
        if any(name in readings for name in _SEATS):
            self.s.seats.changes += 1
        for _ in range(ms // 100):
            self.s.now_ms = self.now_ms
            vehicle = self.s.vehicle
            vehicle.check_press_ms = self._press.update(self.now_ms, vehicle.check_button)
            if not self._has_own_fixes:
                self._fix(self.s.gnss)
            self.notices += self.trip.update(self.s)
            self.now_ms += 100
        return self.s.trip.phase

    def _fix(self, gnss):
        gnss.fix_new = gnss.speed_mms is not None
        if gnss.fix_new:
            self._north_mm += gnss.speed_mms // 10
            gnss.lat_e7 += self._north_mm // 11  # 11 mm and a little
            self._north_mm %= 11

    def says_here(self, ms=1000):
        """The here button, pressed for so long."""
        self.goes(ms, here_button=True)
        return self.goes(here_button=False)

    def presses(self):
        self.goes(500, check_button=True)
        return self.goes(200, check_button=False)

    def kinds(self):
        return [event.kind for event in self.notices]

    def data(self, kind):
        return [dict(event.data) for event in self.notices if event.kind == kind]


def parked():
    return Ride(**CHECKED)


class Watched(Ride):
    """A Ride that child_left_behind looks at: `alarms` are its events, `warning` is its own."""

    def __init__(self, config=None, **nvs):
        super().__init__(config, **nvs)
        self.rule = ChildLeftBehind(defaults()["rules"])
        self.alarms = []

    def goes(self, ms=100, **readings):
        for _ in range(ms // 100):
            super().goes(100, **readings)
            readings = {}
            event = self.rule.judge(self.s)
            if event is not None:
                self.alarms.append((event.state, dict(event.data)))
        return self.s.trip.phase

    @property
    def warning(self):
        return self.rule.warning


def left_behind():
    """Parked and checked after 20 s; a child is on seat 7, and the doors are shut."""
    ride = Watched(**CHECKED)
    ride.goes(MINUTE)
    ride.goes(MINUTE, ignition=True, taken=[7])
    ride.goes(20000, ignition=False)
    ride.presses()
    return ride

"""Sensors: asks every part once a tick and fills in the Snapshot's readings. It judges nothing.

A part that does not answer (OSError) leaves None, and its name stands in Snapshot.silent.
"""

from micropython import const

from firmware.clock import Clock
from firmware.gnss.nmea import Nmea
from firmware.sensing.headcount import HeadCount
from firmware.sensing.motion import Motion
from firmware.sensing.seats import SeatMap
from firmware.timing import Debounced, Every

_SWITCH_MS = const(100)
_FIX_AGE_MS = const(3000)  # an older position is no position
_GNSS_SILENT_MS = const(3000)  # every receiver sends once a second
_MIN_SATS = const(4)
_MAX_HDOP_E2 = const(500)
_STANDS_MMS = const(1000)  # a lower speed is the receiver's noise
_SLOW_MS = const(1000)  # supply and cabin change slowly
_READS = const(4)  # of the GNSS buffer in one tick, at most


class Sensors:
    def __init__(self, config, parts, s):
        """Names the sensors in the Snapshot: those of the seats, gnss, supply, cabin, ..."""
        self._parts = parts
        self._seats = SeatMap(config["seats"], parts.seats.banks, config["rules"])
        self._clock = Clock()
        self.nmea = Nmea()
        self._buffer = bytearray(256)
        self._fixes = 0
        self._fix_ms = None
        self._heard_ms = None
        self._ignition = Debounced(_SWITCH_MS)
        self._front_door = Debounced(_SWITCH_MS)
        self._emergency_door = Debounced(_SWITCH_MS)
        self._check_button = Debounced(_SWITCH_MS)
        self._sos_button = Debounced(_SWITCH_MS)
        self._slow = Every(_SLOW_MS)
        self._cut_mv = config["rules"]["supply_cut_mv"]
        self._motion = Motion(config["accelerometer"], parts.accelerometer)
        self._heads = HeadCount()
        self._banks_of = _by_name(parts.seats.names)
        names = [name for name, _ in self._banks_of] + ["gnss", "supply", "cabin", "accelerometer"]
        if parts.switches is not None:
            names.append("switches")
        s.sensors = tuple(names)
        s.vehicle.expander_resets = [0] * len(parts.seats.names)
        self._deaf_ms = 0  # time since the start in which the receiver was not listened to
        self.settled = False  # no switch is on its way from one reading to another

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._seats.on_thresholds(thresholds)

    def sense(self, s, slept_ms=0):
        """Snapshot with now_ms set -> its readings. slept_ms: of the time since the last tick."""
        self._read_seats(s)
        self._read_switches(s)
        if slept_ms:
            self._miss_gnss(s, slept_ms)
        else:
            self._read_gnss(s)
        self._motion.sense(s)
        _note(s, "accelerometer", self._motion.silent)
        self._heads.update(s)
        s.utc_ms = self._clock.utc_ms(s.now_ms)
        s.clock = self._clock.source(s.now_ms)
        if self._slow.due(s.now_ms):
            self._read_slow(s)

    def _read_seats(self, s):
        seats = self._parts.seats
        seats.turn(s.now_ms)
        self._seats.sense(s)
        resets = s.vehicle.expander_resets
        for index in range(len(resets)):
            resets[index] = seats.banks[index].resets
        if self._seats.is_any_silent or s.silent:
            self._note_seats(s)

    def _note_seats(self, s):
        for name, banks in self._banks_of:
            silent = False
            for index in banks:
                silent = silent or self._seats.silent(index)
            _note(s, name, silent)

    def _read_switches(self, s):
        parts, now_ms = self._parts, s.now_ms
        if parts.switches is not None:
            _note(s, "switches", not parts.switches.refresh())
        ignition = parts.ignition.read()
        front = parts.front_door.read()
        emergency = parts.emergency_door.read()
        check = parts.check_button.read()
        sos = parts.sos_button.read()
        s.vehicle.ignition = self._ignition.update(now_ms, ignition)
        s.vehicle.front_door = self._front_door.update(now_ms, front)
        s.vehicle.emergency_door = self._emergency_door.update(now_ms, emergency)
        s.vehicle.check_button = self._check_button.update(now_ms, check)
        s.vehicle.sos_button = self._sos_button.update(now_ms, sos)
        self.settled = (
            s.vehicle.ignition == ignition
            and s.vehicle.front_door == front
            and s.vehicle.emergency_door == emergency
            and s.vehicle.check_button == check
            and s.vehicle.sos_button == sos
        )

    def _read_gnss(self, s):
        now_ms, fix = s.now_ms, self.nmea.fix
        if self._heard_ms is None:
            self._heard_ms = now_ms
        n = self._listen()
        if not n:
            self.nmea.feed(self._buffer, 0)  # silence completes what came before
        for _ in range(_READS):
            if not n:
                break
            if self.nmea.feed(self._buffer, n):
                self._heard_ms = now_ms
            n = self._listen()
        self._parts.gnss.turn(now_ms - self._deaf_ms, self.nmea.sentences)
        _note(s, "gnss", now_ms - self._heard_ms > _GNSS_SILENT_MS)
        s.gnss.fix_new = self.nmea.fixes != self._fixes
        if s.gnss.fix_new:
            self._fixes = self.nmea.fixes
            self._fix_ms = now_ms
            if fix.utc_ms is not None:
                self._clock.discipline(now_ms, fix.utc_ms)
        if self._fix_ms is None or not self._trusted(fix, now_ms):
            s.gnss.fix_new = False
            s.gnss.lat_e7 = s.gnss.lon_e7 = s.gnss.speed_mms = s.gnss.heading_deg = None
        elif s.gnss.fix_new:
            s.gnss.lat_e7 = fix.lat_e7
            s.gnss.lon_e7 = fix.lon_e7
            speed = fix.speed_mms
            s.gnss.speed_mms = 0 if speed is not None and speed < _STANDS_MMS else speed
            course = fix.course_cdeg if s.gnss.speed_mms else None
            s.gnss.heading_deg = None if course is None else (course + 50) // 100 % 360
        s.gnss.sats = fix.sats
        s.gnss.hdop_e2 = fix.hdop_e2

    def _miss_gnss(self, s, slept_ms):
        """After sleep, partial sentences are discarded and the gap does not count as silence. The
        time of the receiver's driver stands still meanwhile.
        """
        for _ in range(_READS):
            if not self._listen():
                break
        self._deaf_ms += slept_ms
        self._heard_ms = s.now_ms
        s.gnss.fix_new = False
        s.gnss.lat_e7 = s.gnss.lon_e7 = s.gnss.speed_mms = s.gnss.heading_deg = s.gnss.sats = (
            s.gnss.hdop_e2
        ) = None

    def _listen(self):
        try:
            return self._parts.gnss.readinto(self._buffer)
        except OSError:
            return 0

    def _trusted(self, fix, now_ms):
        return (
            fix.valid
            and now_ms - self._fix_ms <= _FIX_AGE_MS
            and (fix.sats is None or fix.sats >= _MIN_SATS)
            and (fix.hdop_e2 is None or fix.hdop_e2 <= _MAX_HDOP_E2)
        )

    def _read_slow(self, s):
        s.vehicle.supply_mv = _read_mv(self._parts.supply)
        _note(s, "supply", s.vehicle.supply_mv is None)
        # With the vehicle's supply the pin shows the charger (LilyGO T-A7670, README, note 4).
        is_cut = s.vehicle.supply_mv is not None and s.vehicle.supply_mv < self._cut_mv
        s.vehicle.backup_mv = (
            _read_mv(self._parts.backup) if is_cut and self._parts.backup else None
        )
        if self._parts.cabin is None:
            return
        try:
            s.vehicle.cabin_c10 = self._parts.cabin.read_c10()
        except OSError:
            s.vehicle.cabin_c10 = None
        _note(s, "cabin", s.vehicle.cabin_c10 is None)


def _note(s, name, silent):
    """Whether this sensor is silent -> Snapshot.silent; a new list only if that has changed."""
    if (name in s.silent) != silent:
        s.silent = _toggled(s, name)


def _toggled(s, name):
    """By itself: a comprehension costs its function memory at every call."""
    return [other for other in s.sensors if (other in s.silent) != (other == name)]


def _by_name(names):
    """Names of the banks -> [(name, indices of its banks)]: banks of one part are one sensor."""
    banks_of = []
    for name in names:
        if name not in [known for known, _ in banks_of]:
            banks = tuple([index for index in range(len(names)) if names[index] == name])
            banks_of.append((name, banks))
    return banks_of


def _read_mv(supply):
    """-> mV, or None: it cannot be read."""
    try:
        return supply.read_mv()
    except OSError:
        return None

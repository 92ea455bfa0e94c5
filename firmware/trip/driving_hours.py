"""DrivingHours: how long the bus has been driven, without a break and within 24 hours.

Time counts as driven while the ignition is on: a driver who waits at a stop with the engine on
does not rest. The board knows no drivers, so this is the time of the bus; where drivers change,
neither of them has driven that long.

Kept in NVS, written every five minutes of driving and when the engine goes off:
`drv_run` minutes without a break, `drv_off` the UTC minute of the last drive,
`drv_hour` the UTC hour of the newest of 24 hourly sums, `drv_0` to `drv_4` five
sums of 0 to 60 minutes each, 6 bits a sum, `drv_wait` minutes that have no hour yet.

Unknown: without a clock no hour is over. After a reset the hours count on as if the bus had not
rested, until the first fix shows how long it did. A clock that was set back changes nothing until
it has caught up.
"""

from micropython import const

_MINUTE_MS = const(60000)
_SAVE_MIN = const(5)
_HOURS = const(24)
_A_WORD = const(5)
_BITS = const(6)
_WORDS = const(5)


class DrivingHours:
    def __init__(self, memory, thresholds):
        self._memory = memory
        self._run_min = memory.get("drv_run") or 0
        self._boot_min = 0  # of these, driven since this start
        self._last_min = memory.get("drv_off")
        self._hour = memory.get("drv_hour")
        self._sums = [0] * _HOURS  # minutes driven in UTC hour h, at h % 24
        for at in range(_HOURS):
            word = memory.get("drv_%d" % (at // _A_WORD)) or 0
            self._sums[at] = word >> at % _A_WORD * _BITS & 63
        self._stale = 0  # bit n: word n of the sums is not in memory as it is here
        self._unplaced_min = memory.get("drv_wait") or 0  # driven while the hour was unknown
        self._waiting_min = self._unplaced_min  # as it stands in memory
        self._unsaved = 0
        self._at_ms = None
        self._driven_ms = 0
        self._rested_ms = 0
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._rest_min = thresholds["rest_min"]  # a break

    def update(self, s):
        """Snapshot after Trip -> no Events; fills in driven_min and driven_day_min."""
        last, self._at_ms = self._at_ms, s.now_ms
        if last is None:
            self._tell(s)
        elif s.trip.ignition_off_ms is None:
            self._rested_ms = 0
            self._driven_ms += s.now_ms - last
            if self._driven_ms >= _MINUTE_MS:
                self._driven_ms -= _MINUTE_MS
                self._drive(s)
        else:
            if self._unsaved:
                self._save(s)
            before = self._rested_ms // _MINUTE_MS
            self._rested_ms += s.now_ms - last
            if self._rested_ms // _MINUTE_MS != before:
                self._rest(s)
        return ()

    def _drive(self, s):
        """Another minute was driven."""
        self._believe_clock(s)
        self._run_min += 1
        self._boot_min += 1
        self._unplaced_min += 1
        self._roll(s)
        self._unsaved += 1
        if self._unsaved >= _SAVE_MIN:
            self._save(s)
        self._tell(s)

    def _rest(self, s):
        """Another minute was rested."""
        if self._rested_ms >= self._rest_min * _MINUTE_MS:
            self._run_min = self._boot_min = 0
        self._believe_clock(s)
        self._roll(s)
        self._tell(s)

    def _believe_clock(self, s):
        """If a reset fell into a rest, the clock shows how long that was."""
        if s.utc_ms is None or self._last_min is None:
            return
        if s.utc_ms // _MINUTE_MS - self._last_min >= self._rest_min + _SAVE_MIN:
            self._run_min = self._boot_min
        if s.trip.ignition_off_ms is None:
            self._last_min = None  # until this drive is saved

    def _roll(self, s):
        """Drops the hours that are more than 24 h old; puts driven minutes into their hour."""
        if s.utc_ms is None:
            return
        hour = s.utc_ms // (60 * _MINUTE_MS)
        if self._hour is None:
            self._hour = hour
        for _ in range(min(max(0, hour - self._hour), _HOURS)):
            self._hour += 1
            self._put(0)
        self._hour = max(self._hour, hour)
        driven = self._sums[self._hour % _HOURS]
        placed = min(self._unplaced_min, 60 - driven)
        if placed:
            self._put(driven + placed)
            self._unplaced_min -= placed

    def _put(self, minutes):
        """The sum of the newest hour."""
        at = self._hour % _HOURS
        self._sums[at] = minutes
        self._stale |= 1 << at // _A_WORD

    def _tell(self, s):
        s.trip.driven_min = self._run_min
        s.trip.driven_day_min = sum(self._sums) + self._unplaced_min

    def _save(self, s):
        self._unsaved = 0
        if s.utc_ms is not None:
            self._last_min = s.utc_ms // _MINUTE_MS
        self._memory.set("drv_run", self._run_min)
        if self._last_min is not None:
            self._memory.set("drv_off", self._last_min)
        if self._hour is not None:
            self._memory.set("drv_hour", self._hour)
        if self._waiting_min != self._unplaced_min:
            self._memory.set("drv_wait", self._unplaced_min)
            self._waiting_min = self._unplaced_min
        for number in range(_WORDS):
            if self._stale >> number & 1:
                self._memory.set("drv_%d" % number, self._word(number))
        self._stale = 0

    def _word(self, number):
        word = 0
        for at in range(number * _A_WORD, min(number * _A_WORD + _A_WORD, _HOURS)):
            word |= self._sums[at] << at % _A_WORD * _BITS
        return word

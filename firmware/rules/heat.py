"""A parked bus in which a child may sit gets dangerously hot."""

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, Event
from firmware.rules import heating
from firmware.trip.attended import DRIVER_SEAT, HERE
from firmware.values import Fixed, fixed, lasted
from firmware.warnings import HORN, INSIDE, SILENT

_SETTLE_MS = 2000  # after boot, until the seats are known


class Heat:
    """The ignition is off, a child may be in the bus, and the cabin is at heat_c, or will be
    within heat_ahead_min (reported heat_after_s after the ignition went off: until then
    the driver is walking through the bus). Where children board a hot bus with its engine
    off, nothing is reported before they may have been alone for so long (trip/boarding.py).

    Reported as `ahead`, and again when it is `now`: then the horn sounds, whatever the
    profile says. It ends when no seat is in question any more, when the bus is in use, or when
    the sensor reads heat_end_c less. The here button quiets no heat that a sensor has measured, and
    none that stands; but the curve is that of a bus without an adult.

    City: alarm; raised, updated, cleared.
    Driver: inside, horn.

    Source: 35 degC and 10 min [default]; the curve by McLaren et al., Pediatrics 2005
    (firmware/rules/heating.py). Without a cabin sensor it begins at heat_start_c [default].

    Unknown temperature: the known curve stands in, and ends nothing. Unknown seats count as
    taken until the driver has looked at them.
    """

    kind = "heat"
    always_on = True
    settings = (
        ("heat_c", 35, 25, 50),
        ("heat_end_c", 2, 1, 10),  # below heat_c: it is over
        ("heat_ahead_min", 10, 0, 30),
        ("heat_after_s", 180, 0, 900),
        ("heat_start_c", 30, 0, 45),  # without a cabin sensor, at ignition off
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit_c = config["heat_c"]
        self._end_c10 = config["heat_end_c"] * 10
        self._ahead_min = config["heat_ahead_min"]
        self._after_ms = config["heat_after_s"] * 1000
        self._start_c = config["heat_start_c"]
        self._reported = None  # "ahead" or "now"

    def judge(self, s):
        off_ms = s.trip.ignition_off_ms
        is_asked = off_ms is not None and s.now_ms >= _SETTLE_MS
        may_be_alone = is_asked and self._alone_ms(s) is not None
        seats = s.seats
        is_anyone = seats.sitting or seats.doubtful or seats.loose or s.trip.moved
        if not (may_be_alone and is_anyone):
            return self._report(None, s) if self._reported else None
        cabin_c10 = heating.estimate_c10(s.vehicle.cabin_c10, off_ms, self._start_c)
        missing_c10 = self._limit_c * 10 - cabin_c10
        level = self._level(s, missing_c10)
        if level == self._reported:
            return None
        if level != "now" and self._reported is not None:
            cooler = s.vehicle.cabin_c10 is not None and missing_c10 >= self._end_c10
            if not cooler:
                return None
        return self._report(level, s)

    def _alone_ms(self, s):
        """The time alone; by a thermometer, as if nobody had said to be there."""
        is_known = s.vehicle.cabin_c10 is not None or self._reported is not None
        if (
            s.trip.alone_ms is not None
            or s.trip.attended not in (HERE, DRIVER_SEAT)
            or not is_known
        ):
            return s.trip.alone_ms
        return 0 if s.trip.phase == "boarding" else s.trip.ignition_off_ms

    def _level(self, s, missing_c10):
        grace = self._alone_ms(s) < self._after_ms
        measured = s.vehicle.cabin_c10 is not None and s.trip.phase != "boarding"
        if missing_c10 <= 0 and (measured or not grace):
            return "now"
        return "ahead" if not grace and self._comes(s.trip.ignition_off_ms, missing_c10) else None

    def _comes(self, off_ms, missing_c10):
        later = heating.rise_c10(off_ms + self._ahead_min * 60000)
        return later - heating.rise_c10(off_ms) >= missing_c10

    def _report(self, level, s):
        state = CLEARED if level is None else RAISED if self._reported is None else UPDATED
        self._reported = level
        self.warning = SILENT if level is None else HORN if level == "now" else INSIDE
        off_ms = s.trip.ignition_off_ms
        cabin = left = None
        if off_ms is not None:
            cabin = Fixed(heating.estimate_c10(s.vehicle.cabin_c10, off_ms, self._start_c), 1)
            left = heating.minutes_left(s.vehicle.cabin_c10, off_ms, self._start_c, self._limit_c)
        data = (
            ("level", level),
            ("seats", s.seats.sitting),
            ("unknown", s.seats.doubtful),
            ("loose", s.seats.loose),
            ("cabin_c", cabin),
            ("minutes", left),
        )
        why = (
            ("sensor_c", fixed(s.vehicle.cabin_c10, 1)),
            ("limit_c", self._limit_c),
            ("ahead_min", self._ahead_min),
            ("ignition_off_s", lasted(off_ms)),
            ("alone_s", lasted(s.trip.alone_ms)),
        )
        return Event(self.kind, ALARM, state, data, why)

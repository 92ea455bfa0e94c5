"""The bus has crashed: who is on board?"""

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.sensing.headcount import pairs
from firmware.sensing.sudden_stop import SuddenStop
from firmware.timing import Held
from firmware.values import Fixed, fixed
from firmware.warnings import SILENT

_DRIVES_MMS = 2778  # 10 km/h


class Crash:
    """A shock of crash_mg or more, gravity taken away, filtered over about 40 ms.

    Without an accelerometer, or while it is silent: a stop from 30 km/h or more, harder than
    crash_stop_cms2, after which the bus stands for crash_stand_s.

    The seats taken and unknown at that moment and 5 to 10 s before are frozen in the
    event. A harder shock is reported as an update, with the seats of that moment. After a knock
    at the parked bus so is the first shock once it is not parked, even a lighter one: the
    warning becomes an alarm. It ends when the bus has driven on for crash_end_s. The driver hears
    nothing: they know.

    City: alarm, or a warning in a parked, empty bus; raised, updated, cleared.
    Driver: nothing.

    Source: 2.5 g, the upper end of 1 to 2.5 g [positrace]; the filter [default]; 10 m/s2
    [default], more than dry asphalt gives to tyres.

    Unknown shock and speed neither raise nor end it; an unknown speed after such a stop
    counts as standing.
    """

    kind = "crash"
    settings = (
        ("crash_mg", 2500, 1000, 7000),
        ("crash_stop_cms2", 1000, 800, 3000),  # as GNSS shows it
        ("crash_stand_s", 5, 2, 30),
        ("crash_end_s", 60, 10, 600),  # of driving on
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit_mg = config["crash_mg"]
        self._limit_cms2 = config["crash_stop_cms2"]
        self._stand_s = config["crash_stand_s"]
        self._stop = SuddenStop(self._limit_cms2, self._stand_s)
        self._drives = Held(config["crash_end_s"] * 1000)
        self._top_mg = None  # as last reported; None: no crash
        self._by_gnss = False
        self._severity = WARNING  # until a shock finds the bus not parked
        self._heads = ()

    def judge(self, s):
        if s.vehicle.shock_mg is None:
            stop_mms2 = self._stop.update(s)
            if stop_mms2 is not None:
                return self._crashes(stop_mms2 * 1000 // 9807, s, self._stop.heads)
        elif s.vehicle.shock_mg >= self._limit_mg:
            return self._crashes(s.vehicle.shock_mg, s, None)
        if self._top_mg is None:
            return None
        drives = s.gnss.speed_mms is not None and s.gnss.speed_mms >= _DRIVES_MMS
        if not self._drives.update(s.now_ms, drives):
            return None
        event = self._event(CLEARED, s)
        self._top_mg = None
        self._severity = WARNING
        return event

    def _crashes(self, shock_mg, s, heads):
        self._drives.update(s.now_ms, False)
        before = self._top_mg
        if self._severity == WARNING and s.trip.phase != "parked":
            self._severity = ALARM  # however hard the parked bus was knocked before
        elif before is not None and shock_mg <= before:
            return None
        self._top_mg = shock_mg
        self._by_gnss = heads is not None
        self._heads = heads or pairs(s)
        return self._event(RAISED if before is None else UPDATED, s)

    def _event(self, state, s):
        data = (("shock_g", Fixed(self._top_mg // 10, 2)),) + self._heads
        if self._by_gnss:
            why = (("stop_ms2", Fixed(self._top_mg * 9807 // 10000, 2)),)
            why += (("limit_ms2", Fixed(self._limit_cms2, 2)), ("stood_s", self._stand_s))
        else:
            now_mg = None if s.vehicle.shock_mg is None else s.vehicle.shock_mg // 10
            why = (("shock_g", fixed(now_mg, 2)), ("limit_g", Fixed(self._limit_mg // 10, 2)))
        return Event(self.kind, self._severity, state, data, why)

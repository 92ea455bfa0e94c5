"""The engine: is the bus in use? By all evidence, not by the ignition wire alone.

    key on    in use while the engine runs. With the engine off and the bus standing (radio,
              a key that was forgotten) for key_on_min in all; then nobody attends the bus
    key off   the engine is off. A bus that drives all the same has a dead wire: from then on
              the supply says whether the engine runs; without it the engine counts as off
              after end_s at standstill. A key that cannot be read is judged in the same way

Evidence: a supply of alternator_mv or more, and then until it falls 0.4 V below that (an engine
that idles; twice as much in a 24 V bus, if alternator_mv is a 12 V bus's; 0: a smart alternator,
which says nothing); a bus that drives (departure.py: a jump of the receiver is not enough; for 30 s
if the key is off and the supply says nothing). A parked bus that moves while its key is off and its
supply does not charge is carried: on a ferry, or towed. An alternator that did not charge for a
minute of driving says nothing until it charges again.

Two hours at standstill end the use of a bus whatever its supply says, for a charger and a lithium
battery look like an engine; half an hour does if the supply says nothing.

ignition_fault names what is wrong with the wire (rules/input_faulty.py): `flapping`, more changes
in a minute than a hand makes: the key is unknown; `stuck_on`, on for so long at standstill while
nothing charges: the key says nothing; `dead`, off while the bus drives.

Unknown: a supply that cannot be read, or is cut, says nothing; a key that is on then counts as an
engine that runs, until it is stuck. An unknown speed is no driving.
"""

from micropython import const

from firmware.timing import Held
from firmware.trip.departure import Departure

_MOST_12_V_MV = const(18000)
_FLAPS = const(20)
_FLAPS_MS = const(60000)
_STUCK_MS = const(7200000)
_UNCLEAR_MS = const(1800000)
_SURE_MS = const(30000)
_IDLES_MV = const(400)
_STANDING_MMS = const(1400)  # 5 km/h
_ROLLS_MS = const(5000)  # with the key off: the receiver may lag behind a bus that has stopped
_WORN_MS = const(60000)  # of driving without a charge


class Engine:
    """has_departed: the bus has set off (departure.py). spent_ms: with the key on, and the engine
    off."""

    def __init__(self, config):
        trip = config["trip"]
        self._start_mms = trip["start_kmh"] * 10000 // 36
        self._charging_mv = trip["alternator_mv"]
        self._cut_mv = config["rules"]["supply_cut_mv"]
        self._key_on_ms = trip["key_on_min"] * 60000
        self.has_departed = False
        self._departure = Departure(self._start_mms)
        self._stands = Held(trip["end_s"] * 1000)
        self._rolls = Held(_ROLLS_MS)
        self._stuck = Held(_STUCK_MS)
        self._unclear = Held(_UNCLEAR_MS)
        self._worn = Held(_WORN_MS)
        self._sure = Held(_SURE_MS)
        self._charged = False  # since the key was turned
        self._is_worn = False  # the alternator says nothing
        self._is_dead = False  # the wire: the bus drove with its key off
        self._is_stuck = False  # two hours at standstill on a key alone
        self._key = None  # as last known
        self.spent_ms = 0  # with the key on, and the engine off
        self._at_ms = 0
        self._flaps_from_ms = 0
        self._changes = 0
        self._is_flapping = False

    def update(self, s, was_in_use, is_parked):
        """Snapshot -> bool: the bus is in use; fills in engine and ignition_fault.

        was_in_use: as of the last tick; is_parked: it is checked, and nobody is on board.
        """
        key = self._read_key(s, is_parked)
        self.has_departed = self._departure.update(s)
        is_fast = s.gnss.speed_mms is not None and s.gnss.speed_mms >= self._start_mms
        charges = self._charges(s, was_in_use and is_fast)
        drives = is_fast and was_in_use
        is_sure = self._sure.update(s.now_ms, is_fast)
        if self.has_departed and (key or charges or (charges is None and is_sure)):
            drives = True
        self._follow_wire(s, key, drives, charges, was_in_use)
        s.trip.engine = self._runs(key, drives, charges)
        in_use = self._is_in_use(s, key, drives, charges, was_in_use)
        self._at_ms = s.now_ms
        return in_use

    def _read_key(self, s, is_parked):
        """-> True, False or None; None too while the wire flaps."""
        if s.now_ms - self._flaps_from_ms >= _FLAPS_MS:
            self._is_flapping = self._changes > _FLAPS
            self._flaps_from_ms = s.now_ms
            self._changes = 0
        key = s.vehicle.ignition
        if key is not None and key is not self._key:
            self._changes += self._key is not None
            self._key = key
            if is_parked:
                self.spent_ms = 0
        if self._changes > _FLAPS:
            self._is_flapping = True
        return None if self._is_flapping else key

    def _charges(self, s, drives):
        """-> bool; None: the supply says nothing of the engine."""
        supply_mv = s.vehicle.supply_mv
        if supply_mv is None or not self._charging_mv or supply_mv < self._cut_mv:
            return None
        least_mv = self._charging_mv - (_IDLES_MV if self._charged else 0)
        charges = supply_mv >= least_mv * (2 if self._is_24_v(supply_mv) else 1)
        self._charged = charges and s.vehicle.ignition is not False
        if self._worn.update(s.now_ms, drives and not charges):
            self._is_worn = True
        if charges:
            self._is_worn = False
        return None if self._is_worn else charges

    def _is_24_v(self, supply_mv):
        """alternator_mv was left at that of a 12 V bus."""
        return supply_mv > _MOST_12_V_MV > self._charging_mv

    def _follow_wire(self, s, key, drives, charges, was_in_use):
        if self._rolls.update(s.now_ms, drives and not key):
            self._is_dead = True
        elif key:
            self._is_dead = False
        stands = not drives and not (charges and s.gnss.speed_mms is None)
        waits = bool(stands and (key or was_in_use))
        is_unclear = waits and charges is None and s.gnss.speed_mms is not None
        is_long = self._unclear.update(s.now_ms, is_unclear)
        self._is_stuck = self._stuck.update(s.now_ms, waits) or is_long
        fault = None
        if self._is_flapping:
            fault = "flapping"
        elif key and self._is_stuck and not charges:
            fault = "stuck_on"
        elif key is False and self._is_dead:
            fault = "dead"
        s.trip.ignition_fault = fault

    def _runs(self, key, drives, charges):
        if drives or (charges and (key or self._is_dead)):
            return True
        if charges is False or (key is False and not self._is_dead):
            return False
        return None

    def _is_in_use(self, s, key, drives, charges, was_in_use):
        stands = self._stands.update(s.now_ms, not drives)
        if key:
            return self._is_key_enough(s)
        if drives:
            return True
        if not was_in_use or self._is_stuck or not (key is None or self._is_dead):
            return False
        return not stands if charges is None else charges

    def _is_key_enough(self, s):
        if s.trip.engine is False:
            if s.gnss.speed_mms is None or s.gnss.speed_mms < _STANDING_MMS:
                self.spent_ms += s.now_ms - self._at_ms
            return self.spent_ms < self._key_on_ms
        if s.trip.engine:
            self.spent_ms = 0
        return not self._is_stuck

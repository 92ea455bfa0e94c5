"""Sensors: asks every part once a tick and fills in the Snapshot's readings. It judges nothing.

A part that does not answer (OSError) leaves None, and its name stands in Snapshot.silent.
"""

from micropython import const

from firmware.event import fault
from firmware.sensing.frozen import Frozen
from firmware.sensing.headcount import HeadCount
from firmware.sensing.motion import Motion
from firmware.sensing.receiver import Receiver
from firmware.sensing.seats import SeatMap
from firmware.sensing.settling import Settling
from firmware.sensing.switches import Switches
from firmware.timing import Every

_SLOW_MS = const(1000)  # supply and cabin change slowly
_FROZEN = "The thermometer of the cabin has reported the same for a day. Is its wire whole?"
_BEYOND = "An input of seat %d changes, but bus.json has seats.count %d: nobody watches that seat."


class Sensors:
    def __init__(self, config, parts, s):
        """Names the sensors in the Snapshot: those of the seats, gnss, supply, cabin, ..."""
        self._parts = parts
        self._seats = SeatMap(config["seats"], parts.seats.banks, config["rules"])
        self.receiver = Receiver(parts.gnss)
        self._switches = Switches(parts, s)
        self._slow = Every(_SLOW_MS)
        self._cut_mv = config["rules"]["supply_cut_mv"]
        self._frozen = Frozen()
        self._beyond = 0  # seats beyond the count that were reported
        self._motion = Motion(config["accelerometer"], parts.accelerometer)
        self._heads = HeadCount()
        self._settling = Settling()
        s.settling = True
        self._banks_of = _by_name(parts.seats.names)
        names = [name for name, _ in self._banks_of] + ["gnss", "supply", "cabin", "accelerometer"]
        if parts.switches is not None:
            names.append("switches")
        s.sensors = tuple(names)
        self._chips = list(parts.seats.banks)  # each counts how often it lost its settings
        chips = list(parts.seats.names)
        for name in ("switches", "accelerometer"):
            if getattr(parts, name) is not None:
                self._chips.append(getattr(parts, name))
                chips.append(name)
        s.vehicle.chips = tuple(chips)
        s.vehicle.chip_resets = [0] * len(chips)

    @property
    def settled(self):
        """No switch is on its way from one reading to another."""
        return self._switches.settled

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._seats.on_thresholds(thresholds)

    def sense(self, s, slept_ms=0):
        """Snapshot with now_ms set -> its readings; a list of Events, good until the next.

        slept_ms: of the time since the last tick.
        """
        self._read_seats(s)
        self._read_switches(s)
        notices = self.receiver.sense(s, slept_ms)
        _note(s, "gnss", self.receiver.silent)
        self._motion.sense(s)
        _note(s, "accelerometer", self._motion.silent)
        self._heads.update(s)
        resets = s.vehicle.chip_resets
        for index in range(len(resets)):
            resets[index] = self._chips[index].resets
        if self._slow.due(s.now_ms):
            self._read_slow(s, notices)
        while self._beyond < len(self._seats.beyond):
            seat = self._seats.beyond[self._beyond]
            self._beyond += 1
            notices.append(fault("seats", _BEYOND % (seat, s.seats.count)))
        if s.settling:
            is_known = self.settled and self._seats.is_settled
            s.settling = self._settling.update(s.now_ms, is_known)
        return notices

    def _read_seats(self, s):
        self._parts.seats.turn(s.now_ms)
        self._seats.sense(s)
        if self._seats.is_any_silent or s.silent:
            self._note_seats(s)

    def _note_seats(self, s):
        for name, banks in self._banks_of:
            silent = False
            for index in banks:
                silent = silent or self._seats.silent(index)
            _note(s, name, silent)

    def _read_switches(self, s):
        if self._parts.switches is not None:
            _note(s, "switches", not self._parts.switches.refresh())
        self._switches.sense(s)

    def _read_slow(self, s, notices):
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
            c10 = self._parts.cabin.read_c10()
        except OSError:
            c10 = None
        _note(s, "cabin", c10 is None)
        was_frozen = self._frozen.is_on
        s.vehicle.cabin_c10 = self._frozen.believe(s.now_ms, c10)
        if self._frozen.is_on and not was_frozen:
            notices.append(fault("cabin", _FROZEN))


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

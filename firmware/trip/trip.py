"""The trip: PARKED -> BOARDING -> DRIVING -> CHECKING -> PARKED.

    in use                                -> BOARDING  (engine.py)
    start_kmh for 2 s and 20 m            -> DRIVING   (departure.py; a new trip, if there was none)
    front door open at standstill         -> BOARDING  (a stop is being served; without a contact
                                             at the door: a seat is taken or left there)
    not in use                            -> CHECKING
    checked, and nobody on board          -> PARKED    (check.py, persons.py)
    a seat taken while PARKED             -> CHECKING, or BOARDING through an open
                                             front door (boarding.py)
    a presence input sees a person there  -> CHECKING  (presence.py); alone since then

No walk is asked for if nobody can have boarded since the last one (armed.py). A key that is turned
without the engine ends no check, and no engine ends an alarm about a person: the bus that drives
off does, for then somebody drives it. Nor does the city that takes a seat out of service.

Unknown: as engine.py has it. With an unknown speed the bus has driven off when its engine is known
to have run for a minute.

A reset: nothing is judged before the contacts have settled (sensing/settling.py). How long the
power was away is unknown. If children may have been alone before it (`alone` in NVS: 1, a time ran;
2, it was an alarm, which a key that is on now does not end), that time counts as long enough, and
the alarm comes at once. If an adult was with them
(attended.py, children boarding at the open door), a dip of the supply has left no child: the time
begins anew, so the alarm comes at the latest one time of the profile after the power is back. It
runs from then on, so a second reset alarms at once.
"""

from micropython import const

from firmware.event import INFO, Event
from firmware.snapshot import BOARDING, CHECKING, DRIVING, PARKED
from firmware.timing import LONG_AGO_MS, Held
from firmware.trip.armed import Armed
from firmware.trip.attended import Attended
from firmware.trip.boarding import Boarding, is_alarm_due
from firmware.trip.check import Check
from firmware.trip.doors import Door
from firmware.trip.engine import Engine
from firmware.trip.ledger import Ledger
from firmware.trip.odometer import Odometer
from firmware.trip.persons import Persons
from firmware.trip.presence import Presence

_STANDING_MMS = const(1400)  # 5 km/h
_BLIND_MS = const(60000)  # the engine runs, and the speed is unknown


class Trip:
    """Keeps the Snapshot's phase.

    memory: Memory, for what a power cut must not undo.
    """

    def __init__(self, config, memory):
        self._memory = memory
        self._engine = Engine(config)
        self._blind = Held(_BLIND_MS)
        self._attended = Attended(config)
        self._armed = Armed(memory)
        self.phase = CHECKING if self._armed.is_due else PARKED
        unchecked = memory.get("unchecked")  # None: a new board, which has not been checked either
        self._was_alone = memory.get("alone")  # None: not known, so they were
        is_new = unchecked is None or (unchecked and self._was_alone == 0)
        self._off_since_ms = 0 if is_new else -LONG_AGO_MS
        self._had_alarm = self._was_alone == 2  # until the first tick has looked
        self._check = Check(self.phase == PARKED, config["rules"])
        self._persons = Persons(memory, config["rules"])
        self._presence = Presence(config, memory)
        inputs = config["inputs"]
        self._front, self._emergency = Door(inputs["front_door"]), Door(inputs["emergency_door"])
        self._boarding = Boarding(config["rules"], -self._off_since_ms)
        self._notices = []
        self._odometer = Odometer(memory.get("odometer_m") or 0)
        self._number = memory.get("trip") or 0
        self._begun_m = None  # odometer at the start of the trip under way
        self._stops = 0
        self._ledger = Ledger()
        self._on_board = None  # seats taken when the door opened at this stop
        self._was_used = True  # not only a contact that touched
        self._granted = None  # seats out of service; None: not looked at since the start
        self._came = []  # where the door has no contact: seats taken when the bus last moved
        self._place = None  # the policy's name for it

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._check.on_thresholds(thresholds)
        self._persons.on_thresholds(thresholds)
        self._presence.on_thresholds(thresholds)
        self._boarding.on_thresholds(thresholds)

    def update(self, s):
        """Snapshot with its readings -> list of Events, good until the next; fills in the phase."""
        notices = self._notices
        notices.clear()
        if s.settling:
            return notices
        self._odometer.update(s)
        rests = self._off_since_ms is not None
        in_use = self._engine.update(s, not rests, self.phase == PARKED)
        is_blind = in_use and s.gnss.speed_mms is None and s.trip.engine is True
        self._is_blind = self._blind.update(s.now_ms, is_blind)
        running = in_use and not (rests and (self._had_alarm or self._is_key_alone(s)))
        self._look_at_grants(s)
        if running and rests:
            self._was_used = False
            self._off_since_ms = None
            self._check.begin()
            self._boarding.runs(s)
            self._ledger.run(s.seats.taken + s.seats.loose)
            self._came = s.seats.taken
            self.phase = BOARDING
        off_ms = None if running else self._off_ms(s)
        walked = self._judge_persons(s, off_ms)
        self._armed.update(s, running)
        self._attended.update(s, running, in_use, walked)
        if running:
            s.trip.alone_ms = None
            self._run(s, notices)
        else:
            self._rest(s, notices, off_ms, walked)
        self._had_alarm = False
        s.trip.phase = self.phase
        s.trip.number = self._number
        s.trip.ignition_off_ms = off_ms
        alone = 0 if s.trip.alone_ms is None else 2 if is_alarm_due(s) else 1
        if alone != self._was_alone:
            self._was_alone = alone
            self._memory.set("alone", alone)
        return notices

    def _look_at_grants(self, s):
        """A seat in question that the city takes out of service: a walk has to follow."""
        if s.seats.out_of_service is not self._granted:
            self._take_grants(s)

    def _take_grants(self, s):
        """By itself: names that a comprehension shares cost the heap a cell each at every call."""
        before, self._granted = self._granted, s.seats.out_of_service
        if before is None:
            return
        asked = s.seats.sitting + s.seats.loose + s.seats.doubtful
        if [seat for seat in self._granted if seat in asked and seat not in before]:
            self._armed.expect()
            self._check.begin()

    def _judge_persons(self, s, off_ms):
        """Who is on board -> bool: the driver has just walked to the check button."""
        drives = self.phase == DRIVING
        self._front.update(s.now_ms, s.vehicle.front_door, drives)
        self._emergency.update(s.now_ms, s.vehicle.emergency_door, drives)
        self._boarding.watch(s, self._front)
        walked = self._check.press(s, off_ms)
        self._persons.update(s, self._front, self._emergency, off_ms, walked)
        self._presence.update(s, self._front, self._emergency, off_ms, walked)
        self._check.judge(s, self._persons.has_risen)
        return walked

    def _off_ms(self, s):
        return 0 if self._off_since_ms is None else s.now_ms - self._off_since_ms

    def _is_key_alone(self, s):
        """The key is on in a bus that was not in use -> bool: that does not yet end its rest."""
        if self._engine.has_departed or self._is_blind:
            return False
        if is_alarm_due(s) and (s.trip.moved or self._is_seat_in_question(s)):
            return True
        return s.trip.engine is False and self.phase != PARKED

    def _run(self, s, notices):
        self._was_used = self._was_used or s.trip.engine is True or self._engine.has_departed
        if self._engine.has_departed:
            self._leave_stop(s, notices)
            self.phase = DRIVING
            if self._begun_m is None:
                self._begin_trip(notices)
        elif s.gnss.speed_mms is None or s.gnss.speed_mms >= _STANDING_MMS:
            self._came = s.seats.taken
        elif s.vehicle.front_door:
            self._serve(s, s.seats.taken + self._persons.stood_up)
        elif not self._front.is_fitted and s.seats.taken != self._came:
            self._serve(s, self._came)

    def _serve(self, s, on_board):
        """A stop is being served."""
        self.phase = BOARDING
        if self._on_board is None:
            self._on_board = on_board
            self._place = s.place.stop

    def _rest(self, s, notices, off_ms, walked):
        if self._off_since_ms is None:
            self._off_since_ms = s.now_ms
            self._boarding.stops(s, not self._was_used, self._engine.spent_ms)
            self._leave_stop(s, notices)
            self._ledger.rest(s.seats.taken + s.seats.loose)
            if not self._armed.is_on:
                self._check.waive(s)
        if self.phase == PARKED and self._boarding.begins(s):
            self._check.begin()
        attended = None if is_alarm_due(s) or self._had_alarm else s.trip.attended
        s.trip.alone_ms = self._boarding.alone_ms(s, attended, walked)
        if s.trip.moved and s.trip.alone_ms is not None and not self._is_seat_in_question(s):
            s.trip.alone_ms = min(s.trip.alone_ms, s.now_ms - self._presence.moved_ms)
        if s.seats.sitting or s.seats.loose or s.trip.moved or not s.trip.checked:
            if self.phase == PARKED:
                self._armed.expect()
                self._on_board = []
                self._place = s.place.stop
            self.phase = BOARDING if self._boarding.is_on else CHECKING
        elif self.phase != PARKED:
            self.phase = PARKED
            self._armed.disarm(s.now_ms)
            self._boarding.parks(s, walked)
            self._on_board = None
            self._end_trip(s, notices)

    @staticmethod
    def _is_seat_in_question(s):
        return s.seats.sitting or s.seats.loose or s.seats.doubtful

    def _begin_trip(self, notices):
        self._begun_m = self._odometer.metres
        self._stops = 0
        self._number += 1
        self._memory.set("trip", self._number)
        notices.append(Event("trip_started", INFO, data=(("trip", self._number),), subject=None))

    def _end_trip(self, s, notices):
        self._memory.set("odometer_m", self._odometer.metres)
        counts = self._ledger.close(self._persons.take_unaccounted())
        if self._begun_m is None:
            return
        way_m = self._odometer.metres - self._begun_m
        self._begun_m = None
        data = (("trip", self._number), ("distance_m", way_m), ("stops", self._stops))
        if s.seats.out_of_service:
            counts += (("unwatched", s.seats.out_of_service),)
        notices.append(Event("trip_ended", INFO, data=data + counts, subject=None))

    def _leave_stop(self, s, notices):
        """The door was open at this stop: an Event with who boarded and who alighted."""
        if self._on_board is not None:
            self._end_stop(s, notices)

    def _end_stop(self, s, notices):
        before, after = self._on_board, s.seats.taken
        self._on_board = None
        boarded = [seat for seat in after if seat not in before]
        alighted = [seat for seat in before if seat not in after]
        if not (boarded or alighted or self._front.is_fitted):
            return  # a restless child at a red light
        self._stops += 1
        self._ledger.stop(boarded, alighted)
        data = (
            ("stop", self._stops),
            ("boarded", boarded),
            ("alighted", alighted),
            ("on_board", len(after)),
        )
        if self._place is not None:
            data += (("place", self._place),)
        notices.append(Event("stop_served", INFO, data=data, subject=None))

"""StatePublisher: what the city sees of the bus now, on the topics `state` and `status`.

`state` goes out at once when something on a map changes, else every 10 s, of a parked bus every
60 s. It is only sent when it leaves at once; an old one is never queued.
"""

from micropython import const

from firmware import messages
from firmware.journal.journal import ALARM, TRACK, WARNING
from firmware.snapshot import PARKED
from firmware.trip.sleep import LEAVING

_STATE_S = const(10)
_PARKED_STATE_S = const(60)
_EARLY_MS = const(500)  # before the promise is over: the message takes its time
_PARKED_EARLY_MS = const(1000)  # a parked bus looks once a second


class StatePublisher:
    def __init__(
        self, config, startup, snapshot, journal, outage, recorder, policy, engine, sleeping, parts
    ):
        """outage: Outage; policy: PolicyInForce; engine: RuleEngine; sleeping: Sleep; parts: of
        the board."""
        self._startup = startup
        self._snapshot = snapshot
        self._journal = journal
        self._outage = outage
        self._recorder = recorder
        self._policy = policy
        self._engine = engine
        self._sleeping = sleeping
        self._parts = parts
        self._is_tls = config["broker"]["tls"]
        self._has_belts = config["seats"]["belts"]
        self._sleep_s = config["sleep"]["wake_s"] if config["sleep"]["on"] else None
        self._sent_ms = self._promised_s = 0
        self._opened = 0  # the journal and its outage, as in the status that was sent last
        self._was_refused = False
        # As in the state that was sent last.
        self._phase = self._mode = self._front_door = self._emergency_door = None
        self._seat_changes = self._was_leaving = None
        self._loose = self._attended = self._until_ms = None

    def turn(self, now_ms, uplink):
        """Publishes the state if it is due and the uplink takes it, and the status if the journal
        is another one, or its flash begins or ceases to refuse."""
        opened, is_refused = self._journal.opened, self._outage.is_on
        if opened != self._opened or is_refused != self._was_refused:
            self._opened, self._was_refused = opened, is_refused
            uplink.renew_status()
        is_leaving = self._sleeping.state == LEAVING
        if self._is_renewing():
            self._was_leaving = False
        if not self._is_due(now_ms) and not self._has_changed(self._snapshot, is_leaving):
            return
        if uplink.takes("state"):
            self._sent_ms = now_ms
            self._promised_s = self._next_s()
            self._remember(self._snapshot, is_leaving)
            uplink.offer("state", self._state())
            if is_leaving:
                self._sleeping.said(now_ms)

    def status(self):
        """-> bytes, for every new connection."""
        startup, parts, slots = self._startup, self._parts, self._parts.slots
        return messages.status(
            self._snapshot.utc_ms,
            startup.fw,
            self._journal.epoch,
            startup.boot,
            startup.reset_cause,
            startup.start,
            self._engine.unwatched(self._has_belts),
            self._policy.hash,
            self._sleep_s,
            "refused" if self._outage.is_on else "ok",
            self._is_tls,
            parts.board_name,
            parts.mpython,
            None if slots is None else slots.release,
            slots is not None and slots.is_trial,
        )

    def _state(self):
        backlog = [self._journal.backlog(lane) for lane in (ALARM, WARNING, TRACK)]
        active, next_s = self._recorder.active(), self._next_s()
        return messages.state(self._snapshot, active, backlog, next_s, self._startup.boot)

    def _next_s(self):
        """-> the longest time until the next state, in s."""
        if self._sleeping.state == LEAVING:
            return self._sleeping.next_s
        return _PARKED_STATE_S if self._snapshot.trip.phase == PARKED else _STATE_S

    def _is_renewing(self):
        """bool: the state before it slept still says all, and its promise holds."""
        return self._sleeping.is_renewing and self._sleeping.state != LEAVING

    def _is_due(self, now_ms):
        promised_s = self._promised_s if self._is_renewing() else self._next_s()
        is_parked = self._snapshot.trip.phase == PARKED
        early_ms = _PARKED_EARLY_MS if is_parked else _EARLY_MS
        return now_ms - self._sent_ms >= promised_s * 1000 - early_ms

    def _has_changed(self, s, is_leaving):
        """Compared one by one: a tuple would be garbage in every turn."""
        return (
            s.trip.phase != self._phase
            or s.trip.mode != self._mode
            or s.vehicle.front_door != self._front_door
            or s.vehicle.emergency_door != self._emergency_door
            or s.seats.changes != self._seat_changes
            or s.seats.loose != self._loose
            or s.trip.attended != self._attended
            or s.trip.attended_until_ms != self._until_ms
            or is_leaving != self._was_leaving
        )

    def _remember(self, s, is_leaving):
        self._phase, self._mode = s.trip.phase, s.trip.mode
        self._front_door, self._emergency_door = s.vehicle.front_door, s.vehicle.emergency_door
        self._seat_changes, self._was_leaving = s.seats.changes, is_leaving
        self._loose, self._attended = s.seats.loose, s.trip.attended
        self._until_ms = s.trip.attended_until_ms

"""Sleep: a bus that is parked, checked and empty, and has reported so, sleeps between its ticks.

    AWAKE -> LEAVING -> ASLEEP     all calm for after_s; the last state promises the next one
    ASLEEP -> AWAKE                at once if anything is not calm; and a minute before that state

Asleep the board ticks once a second as in any parked bus, with the same code: it reads seats,
doors, buttons, ignition and supply. It does without the radio, and without the sentences of the
GNSS receiver, which come while the processor sleeps.

Unknown keeps it awake: a seat, a door, a button, an ignition or a supply that cannot be read. A
door without a contact (bus.json, inputs) is not known better by a bus that is awake, and does not.
"""

from micropython import const

from firmware.snapshot import NORMAL, PARKED
from firmware.timing import Held

AWAKE, LEAVING, ASLEEP = const(0), const(1), const(2)

_JOIN_MS = const(60000)  # before the promised state: for the radio to find its network
_LINGER_MS = const(5000)  # after the link is up: commands that the city has sent meanwhile come
_FIX_MS = const(30000)  # from waking, at most: for a position and the time
_GIVE_UP_MS = const(600000)  # awake without the broker acknowledging anything
_MOVED_MG = const(250)  # a shock of a bus that moves, or of a person who moves in it


class Sleep:
    """state: AWAKE, LEAVING or ASLEEP. next_s: what a state has to promise while LEAVING.

    is_renewing: it is awake only because that promise is nearly over; nothing else has changed.
    """

    def __init__(self, config):
        settings = config["sleep"]
        self._is_wanted = settings["on"]
        self._low_mv = config["rules"]["supply_low_mv"]
        self._has_broker = bool(config["broker"]["host"])
        self._has_front = config["inputs"]["front_door"]
        self._has_emergency = config["inputs"]["emergency_door"]
        self._calm = Held(settings["after_s"] * 1000)
        self._acked = None
        self._acked_ms = 0  # when the broker last acknowledged something
        self._due_ms = 0  # when it wakes for the promised state
        self.next_s = settings["wake_s"]
        self._wake()

    def doubt(self, s):
        """Snapshot -> str: what keeps the bus awake; "" if nothing does."""
        if s.trip.phase != PARKED or not s.trip.checked or s.vehicle.ignition is not False:
            return "it is not parked and checked"
        if s.seats.taken or s.seats.unknown or s.seats.sitting or s.seats.doubtful:
            return "a seat is taken or unknown"
        if self._has_front and s.vehicle.front_door is not False:
            return "the front door is open or unknown"
        if self._has_emergency and s.vehicle.emergency_door is not False:
            return "the emergency door is open or unknown"
        if s.vehicle.check_button is not False or s.vehicle.sos_button is not False:
            return "a button is pressed or unknown"
        if s.trip.mode != NORMAL or s.trip.exercise:
            return "the mode is " + s.trip.mode
        if s.vehicle.supply_mv is None or s.vehicle.supply_mv < self._low_mv:
            return "the supply is low or unknown"
        if s.vehicle.shock_mg is not None and s.vehicle.shock_mg >= _MOVED_MG:
            return "the bus moves"
        if s.silent or s.vehicle.failing:
            return "a part fails"
        return ""

    def update(self, s, is_calm, link, is_delivered):
        """Every tick. is_calm: no warning is due, no event stands, no work is left.

        link: the LinkStatus as of the last turn; is_delivered: the city has every answer, and
        every record, those of this tick included, and the bus no policy half.
        """
        is_calm = is_calm and self._is_wanted and not self.doubt(s)
        if not self._calm.update(s.now_ms, is_calm):
            self._wake()
        elif self.state == ASLEEP:
            if s.now_ms >= self._due_ms:
                self._wake(True)
        else:
            self._try(s, s.now_ms, link, is_delivered)

    def said(self, now_ms):
        """A state that promises next_s is on its way."""
        self._said_ms = now_ms

    def _wake(self, is_renewing=False):
        self.state = AWAKE
        self.is_renewing = is_renewing
        self._since_ms = self._linked_ms = self._said_ms = None

    def _try(self, s, now_ms, link, is_delivered):
        if self._since_ms is None:
            self._since_ms = self._acked_ms = now_ms
        if link.acked != self._acked:
            self._acked = link.acked
            self._acked_ms = now_ms
        if not link.connected:
            self.state = AWAKE
            self._linked_ms = self._said_ms = None
        elif self._linked_ms is None:
            self._linked_ms = now_ms
        if not self._has_broker or now_ms - self._acked_ms >= _GIVE_UP_MS:
            self._sleep(now_ms)
        elif is_delivered:
            if self._said_ms is not None:
                self._sleep(self._said_ms)
            elif self._is_ready(s, now_ms):
                self.state = LEAVING

    def _is_ready(self, s, now_ms):
        """Commands had the time to come, and the receiver the time to find its position."""
        has_looked = s.gnss.lat_e7 is not None or now_ms - self._since_ms >= _FIX_MS
        return has_looked and now_ms - self._linked_ms >= _LINGER_MS

    def _sleep(self, promised_ms):
        self.state = ASLEEP
        self._due_ms = promised_ms + self.next_s * 1000 - _JOIN_MS

"""Bus: one tick, in the order of the arrows (sense, judge, record, warn), then the
uplink's turn. The tick and the uplink share nothing but the journal.
"""

from micropython import const

from firmware import VERSION, messages
from firmware.event import INFO, WARNING, Event, fault
from firmware.journal.journal import ALARM, TRACK, Journal
from firmware.journal.recorder import Recorder
from firmware.journal.track import Track
from firmware.memory import Memory
from firmware.policy.in_force import PolicyInForce
from firmware.rules.engine import RuleEngine, unwatched
from firmware.sensing.backup import Backup
from firmware.sensing.self_check import SelfCheck
from firmware.sensing.sensors import Sensors
from firmware.snapshot import Snapshot
from firmware.timing import Every
from firmware.trip.driving_hours import DrivingHours
from firmware.trip.modes import NORMAL, Modes
from firmware.trip.sleep import ASLEEP, LEAVING, Sleep
from firmware.trip.trip import PARKED, Trip
from firmware.uplink import commands
from firmware.uplink.last_resort import LastResort
from firmware.uplink.radio_news import RadioNews
from firmware.uplink.uplink import Uplink
from firmware.warnings import INSIDE, LAMP, Warnings

_TICK_MS = const(100)
_PARKED_TICK_MS = const(1000)
_STATE_S = const(10)
_PARKED_STATE_S = const(60)
_CONFIG_FAULTS = const(8)  # a hopeless file is told by its first faults
_SIGNAL_MS = const(5000)
SAFE = "safe"


class Bus:
    """The whole bus on the parts that a board.py hands it (drivers/board/board.py names them).

    Call tick(now_ms) when next_tick_ms has come, and turn(now_ms) in between.
    on_event(event): told of every event, for a console; may be replaced.
    start: normal; previous (a crash loop: the code before it runs again); safe (a crash loop: the
    policy and the optional parts stay unused). crash: str, what ended the start before; or None.
    """

    def __init__(self, config, parts, now_ms, config_errors=(), start="normal", crash=None):
        self._parts = parts
        self._start = start
        memory = self._memory = Memory(parts.nvs)
        self.boot = (memory.get("boot") or 0) + 1
        memory.set("boot", self.boot)
        self.snapshot = Snapshot(config["seats"]["count"])
        self.trip = Trip(config, memory)
        self.snapshot.trip.phase = self.trip.phase
        self._driving_hours = DrivingHours(memory)
        check = self._self_check = SelfCheck(parts)
        self.warnings = Warnings(config["warnings"], check.lamp, check.buzzer, check.horn)
        kept = config["journal"]
        self.journal = Journal(
            parts.flash, parts.entropy, kept["alarm_kb"], kept["cursor_s"], memory
        )
        self.journal.prepare(now_ms)
        self.uplink = Uplink(config, self.journal, parts.radio, parts.dialer, self._status)
        self.uplink.on_command = self._answer
        self.next_tick_ms = now_ms
        self._has_kept_house = False  # since the last tick
        self.on_event = lambda event: None
        self.sensors = Sensors(config, parts, self.snapshot)
        self.modes = Modes(config)
        if parts.reset_cause == "power_on" and self.trip.phase == PARKED:
            self.modes.await_button()
        self.policy = PolicyInForce(config, parts.files, self.trip.phase != PARKED, start != SAFE)
        self._track = Track(config["track"])
        self._recorder = Recorder(self.journal, self.boot)
        self._engine = RuleEngine(self._recorder)
        self._tune()
        self._state_of = None
        self._state_ms = 0
        self._signal = Every(_SIGNAL_MS)
        self._radio_news = RadioNews(parts.radio)
        self._last_resort = LastResort(config["broker"]["reset_after_min"], memory)
        self._has_broker = bool(config["broker"]["host"])
        self._backup = Backup(config, memory, parts.reset_cause)
        self.sleeping = Sleep(config["sleep"], config["rules"]["supply_low_mv"], self._has_broker)
        self._has_belts = config["seats"]["belts"]
        self._sleep_s = config["sleep"]["wake_s"] if config["sleep"]["on"] else None
        self._slept_ms = 0  # since the last tick
        self._more = True
        self._notices = [self._started()]
        self._notices += [fault("config", str(error)) for error in config_errors[:_CONFIG_FAULTS]]
        if crash is not None:
            self._notices.append(fault("crash", crash))

    def tick(self, now_ms):
        """Everything up to the journal and the horn. Only a completed tick feeds the watchdog."""
        s = self.snapshot
        s.now_ms = now_ms
        self.sensors.sense(s, self._slept_ms)
        self._slept_ms = 0
        self._notices.extend(self.policy.update(s))
        self._judge(s)
        must_reset = self._has_broker and self._reach(now_ms)
        self._record(s)
        self.warnings.show(s, self._engine.rules, self.modes)
        self._settle(s)
        self._parts.watchdog.feed()
        self._plan(now_ms)
        if must_reset:
            self._parts.reset()

    def turn(self, now_ms):
        """The uplink's and the journal's work between ticks; never blocks.

        -> True if there is more to do at once, should there be time.
        """
        if not self._has_kept_house:  # an erase takes 45 ms: while the next tick is far away
            self._has_kept_house = True
            self.journal.housekeep(now_ms)
        self._parts.radio.turn(now_ms)
        more = self._parts.seats.turn(now_ms)
        more = self.uplink.turn(now_ms) or more
        if self.uplink.connected:
            self._tell_state(now_ms)
        self._more = self._police() or more
        return self._more

    def sleep(self, now_ms):
        """Call after turn(): sleeps until the next tick, if the bus may -> bool: it has slept.

        parts.sleep(ms): see drivers/board/board.py.
        """
        ms = self.next_tick_ms - now_ms
        if self.sleeping.state != ASLEEP or self._more or not self.uplink.is_off or ms <= 0:
            return False
        self._slept_ms += ms
        self._parts.sleep(ms)
        return True

    @property
    def is_refused(self):
        """The journal's flash takes no records."""
        return self._recorder.failed

    def enter(self, mode):
        """Into a mode (modes.py) with the next tick; ValueError says why not."""
        self.modes.enter(mode, self.snapshot, self.warnings.level)

    def _police(self):
        is_calm = self.snapshot.trip.mode == NORMAL and self.warnings.level < INSIDE
        more = self.policy.turn(self.snapshot, is_calm, self.uplink.reply)
        if self.policy.is_new:
            self.policy.is_new = False
            self._tune()
            self.uplink.renew_status()
        return more

    def _tune(self):
        thresholds = self.policy.thresholds
        self._engine.tune(thresholds)
        self.sensors.tune(thresholds)
        self.trip.tune(thresholds)
        self._self_check.tune(thresholds)
        self._driving_hours.tune(thresholds)

    def _judge(self, s):
        notices = self._notices
        notices.extend(self.trip.update(s))
        notices.extend(self._self_check.update(s))
        notices.extend(self._backup.update(s))
        notices.extend(self._memory.update(s.now_ms))
        self._driving_hours.update(s)
        notices.extend(self.modes.update(s))
        self._engine.judge(s, notices)

    def _record(self, s):
        self._recorder.report_losses(self._notices)
        if self._recorder.failed:
            self._recorder.flush()
        if not s.trip.exercise:
            self._recorder.end_exercise(s)
        for event in self._notices:
            self._recorder.event(event, s)
            self.on_event(event)
        self._notices.clear()
        for _ in range(self._track.keep(s)):
            self._recorder.position(self._track.take())

    def _settle(self, s):
        """To sleep, or not to."""
        is_busy = self.policy.is_pending or not self._recorder.is_calm
        self.sleeping.update(s, self.warnings.level, is_busy, self.uplink)
        self.uplink.rest(s.now_ms, self.sleeping.state == ASLEEP)

    def _reach(self, now_ms):
        """Is the city within reach? -> bool: only a reset is left to try."""
        self._notices.extend(self._radio_news.update(now_ms))
        rests = self.sleeping.state == ASLEEP
        lost = self._last_resort.update(now_ms, self.uplink.connected, self._is_quiet(), rests)
        if lost is not None:
            self._notices.append(lost)
        return lost is not None

    def _is_quiet(self):
        """A parked bus in which nothing goes on."""
        s = self.snapshot
        return (
            s.trip.phase == PARKED
            and s.trip.mode == NORMAL
            and self.warnings.level <= LAMP
            and self.sensors.settled
        )

    def _plan(self, now_ms):
        """While nothing goes on it ticks once a second."""
        period = _PARKED_TICK_MS if self._is_quiet() else _TICK_MS
        self.next_tick_ms += period
        self._has_kept_house = False
        if self.next_tick_ms <= now_ms:
            self.next_tick_ms = now_ms + period

    def _tell_state(self, now_ms):
        s = self.snapshot
        if self._signal.due(now_ms):
            s.vehicle.signal_dbm = self._parts.radio.signal_dbm()
        leaving = self.sleeping.state == LEAVING
        every_s = _PARKED_STATE_S if s.trip.phase == PARKED else _STATE_S
        if leaving:
            every_s = self.sleeping.next_s
        seen = (
            s.trip.phase,
            s.trip.mode,
            s.vehicle.front_door,
            s.vehicle.emergency_door,
            s.seats.changes,
            leaving,
        )
        # A second early, so that the promise holds in a parked bus's slow ticks too.
        due = seen != self._state_of or now_ms - self._state_ms >= every_s * 1000 - 1000
        if due and self.uplink.wants_state(now_ms):
            self._state_of = seen
            self._state_ms = now_ms
            self.uplink.offer_state(
                messages.state(
                    s,
                    self._recorder.active(),
                    self.journal.backlog(ALARM),
                    self.journal.backlog(TRACK),
                    every_s,
                )
            )
            if leaving:
                self.sleeping.said(now_ms)

    def _status(self):
        s = self.snapshot
        return messages.status(
            s.utc_ms,
            VERSION,
            self.journal.epoch,
            self.boot,
            self._parts.reset_cause,
            self._start,
            unwatched(self.policy.thresholds, self._has_belts),
            self.policy.hash,
            self._sleep_s,
        )

    def _answer(self, name, payload):
        return commands.answer(self, name, payload)

    def _started(self):
        cause = self._parts.reset_cause
        data = (("boot", self.boot), ("reset", cause), ("start", self._start), ("fw", VERSION))
        ordinary = cause == "power_on" and self._start == "normal"
        severity = INFO if ordinary else WARNING
        return Event("started", severity, data=data, subject=None)

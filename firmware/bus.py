"""Bus: one tick, in the order of the arrows (sense, judge, record, warn), then a turn of what
takes longer. The tick knows no network: of the uplink it reads a LinkStatus, and they share the
journal.
"""

from micropython import const

from firmware import messages
from firmware.earliest import Earliest
from firmware.gap import Gap
from firmware.journal.journal import Journal
from firmware.journal.outage import Outage
from firmware.journal.recorder import Recorder
from firmware.journal.track import Track
from firmware.memory import Memory
from firmware.policy.in_force import PolicyInForce
from firmware.rules.engine import RuleEngine
from firmware.sensing.backup import Backup
from firmware.sensing.exercised import Exercised
from firmware.sensing.self_check import SelfCheck
from firmware.sensing.sensors import Sensors
from firmware.snapshot import NORMAL, PARKED, Snapshot
from firmware.startup import Startup
from firmware.trip.driving_hours import DrivingHours
from firmware.trip.modes import Modes
from firmware.trip.out_of_service import OutOfService
from firmware.trip.seat_usage import SeatUsage
from firmware.trip.sleep import ASLEEP, Sleep
from firmware.trip.trip import Trip
from firmware.trip.wires import Wires
from firmware.updates import Updates
from firmware.uplink.authority import Authority
from firmware.uplink.city_keys import CityKeys
from firmware.uplink.last_resort import LastResort
from firmware.uplink.link_supervisor import LinkSupervisor
from firmware.uplink.state_publisher import StatePublisher
from firmware.uplink.uplink import Uplink
from firmware.warnings import INSIDE, LAMP, SILENT, Warnings

_TICK_MS = const(100)
_QUIET_TICK_MS = const(1000)
SAFE = "safe"


class Bus:
    """The whole bus on the parts of its board (drivers/board/board.py names them).

    Call tick(now_ms) when next_tick_ms has come, and turn(now_ms) in between.
    on_event(event): called with every Event, for a console; may be replaced.
    start, crash, why, asked (was_asked): see Startup.
    """

    def __init__(
        self, config, parts, now_ms, errors=(), start="normal", crash=None, why=None, asked=False
    ):
        rules, has_broker = config["rules"], bool(config["broker"]["host"])
        self._parts = parts
        self.next_tick_ms = now_ms
        self.on_event = lambda event: None
        memory = Memory(parts.nvs)
        self.startup = Startup(memory, parts.reset_cause, start)
        self._notices = self.startup.events(errors, crash, why, asked)  # for the next tick
        self.earliest = Earliest(memory, config.get("identity"), parts.set_utc, now_ms)
        s = self.snapshot = Snapshot(config["seats"]["count"])
        # sense
        self.sensors = Sensors(config, parts, s)
        # judge
        trip = Trip(config, memory)
        s.trip.phase = trip.phase
        is_parked = s.trip.phase == PARKED
        wires = Wires(config)
        self.modes = Modes(config)
        self.out_of_service = OutOfService(memory, config["seats"]["count"])
        s.seats.out_of_service = self.out_of_service.seats
        if parts.reset_cause == "power_on" and is_parked:
            self.modes.await_button()
        self.gap = Gap()
        self.policy = PolicyInForce(config, parts.files, not is_parked, start != SAFE, self.gap)
        self.authority = Authority(config.get("identity"), memory)
        self.city_keys = CityKeys(config.get("identity"), parts.files)
        self.updates = Updates(config, parts, memory)
        check = SelfCheck(parts, rules)
        backup = Backup(config, memory, parts.reset_cause)
        hours = DrivingHours(memory, rules)
        # record
        kept = config["journal"]
        sizes = kept["alarm_kb"], kept["warning_kb"], kept["cursor_s"]
        self.journal = Journal(parts.flash, parts.entropy, *sizes, memory)
        self.journal.prepare(now_ms)
        self.recorder = Recorder(self.journal, self.startup.boot)
        outage = Outage(self.journal, self.recorder)
        self._watchers = (
            self.earliest,
            self.policy,
            self.authority,
            self.city_keys,
            self.updates,
            self.out_of_service,
            trip,
            wires,
            SeatUsage(memory),
            Exercised(memory),
            check,
            backup,
            memory,
            hours,
            self.modes,
            outage,
        )
        self._track = Track(config["track"])
        self._has_kept_house = False  # the journal, since the last tick
        self._engine = RuleEngine(self.recorder, rules)
        self._followers = (self._engine, self.sensors, trip, wires, check, hours)  # of the policy
        # warn
        self.warnings = Warnings(config["warnings"], check.lamp, check.buzzer, check.horn)
        # the turn
        self.sleeping = Sleep(config)
        self._slept_ms = 0  # since the last tick
        self._publisher = StatePublisher(
            config,
            self.startup,
            s,
            self.journal,
            outage,
            self.recorder,
            self.policy,
            self._engine,
            self.sleeping,
            parts,
        )
        status, boot = self._publisher.status, self.startup.boot
        self.uplink = Uplink(
            config, self.journal, parts.radio, parts.dialer, status, boot, self.earliest.utc_ms
        )
        self.uplink.on_command = self._answer
        self.commanded_ms = now_ms  # when the last command came
        self._supervisor = LinkSupervisor(self.uplink, parts.radio, has_broker)
        self._link = self._supervisor.status
        after_min = config["broker"]["reset_after_min"]
        self._last_resort = LastResort(after_min, memory) if has_broker else None

    def tick(self, now_ms):
        """Everything up to the journal and the horn. Only a completed tick feeds the watchdog."""
        s, notices = self.snapshot, self._notices
        s.now_ms = now_ms
        events = self.sensors.sense(s, self._slept_ms)
        if events:
            notices.extend(events)
        self._slept_ms = 0
        for watcher in self._watchers:
            events = watcher.update(s)
            if events:  # extend() makes an iterator even of nothing
                notices.extend(events)
        self._engine.judge(s, notices)
        given_up = None if self._last_resort is None else self._give_up(now_ms)
        if given_up is not None:
            notices.append(given_up)
        self._record(s)
        is_asleep = self.sleeping.state == ASLEEP
        self.warnings.show(s, self._engine.rules, self.modes, is_asleep)
        self._settle(s)
        self._parts.watchdog.feed()
        self._plan(now_ms)
        if given_up is not None:
            self._parts.reset()

    def turn(self, now_ms):
        """What the journal, the seats, the uplink and the policy do between ticks; never blocks.

        -> True if there is more to do at once, should there be time.
        """
        if self.gap.is_awaited:
            self.uplink.wake()
        self.gap.look(now_ms, self.next_tick_ms, self.snapshot.trip.phase == PARKED)
        if not self._has_kept_house:  # an erase takes 45 ms: while the next tick is far away
            self._has_kept_house = True
            if self.journal.housekeep(now_ms):
                self.gap.take()
            self._renew_journal()
        more = self._parts.seats.turn(now_ms)
        is_asleep = self.sleeping.state == ASLEEP
        more = self._supervisor.turn(now_ms, is_asleep, self.snapshot, self._notices) or more
        self._publisher.turn(now_ms, self.uplink)
        more = self._follow_policy() or self._examine() or more
        more = self.updates.turn(now_ms, self) or more
        self._supervisor.refresh()
        return more or self.gap.is_awaited

    def sleep(self, now_ms):
        """Sleeps until the next tick, if the bus may -> bool: it has slept.

        Call it after a turn() that left nothing to do. parts.sleep(ms): see
        drivers/board/board.py.
        """
        ms = self.next_tick_ms - now_ms
        if self.sleeping.state != ASLEEP or not self._link.off or ms <= 0:
            return False
        self._slept_ms += ms
        self._parts.sleep(ms)
        return True

    def enter(self, mode, by=None):
        """Into a mode (trip/modes.py) with the next tick; ValueError says why not."""
        self.modes.enter(mode, self.snapshot, self.warnings.real, by)

    def _examine(self):
        """A slice of what shows whether a command is the city's -> bool: there was one."""
        if not self.authority.turn():
            return False
        if not self.authority.is_examining:
            self.uplink.wake()
        return True

    def _follow_policy(self):
        is_calm = self.snapshot.trip.mode == NORMAL and self.warnings.level < INSIDE
        more = self.policy.turn(self.snapshot, is_calm, self.uplink)
        if self.policy.is_new:
            self.policy.is_new = False
            for follower in self._followers:
                follower.on_thresholds(self.policy.thresholds)
            self.uplink.renew_status()
        return more

    def _renew_journal(self):
        """A journal of an older form, or of other sizes, is replaced once the city has all of it,
        while nothing goes on."""
        is_calm = self._link.drained and self.is_quiet() and self.recorder.is_calm
        if is_calm and self.journal.is_outdated:
            self.journal.renew()

    def _give_up(self, now_ms):
        """-> Event, if only a reset is left to bring the broker back within reach; else None."""
        is_asleep = self.sleeping.state == ASLEEP
        return self._last_resort.update(now_ms, self._link.connected, self.is_quiet(), is_asleep)

    def _record(self, s):
        self.recorder.report_losses(self._notices)
        self.recorder.release(s.now_ms)
        if self.recorder.failed:
            self.recorder.flush()
        if not s.trip.exercise:
            self.recorder.end_exercise(s)
        for event in self._notices:
            self.recorder.event(event, s)
            self.on_event(event)
        self._notices.clear()
        self._record_positions(self._track.keep(s))

    def _record_positions(self, n):
        for _ in range(n):
            self.recorder.position(self._track.take())

    def _settle(self, s):
        """Falls asleep, or wakes."""
        is_calm = self.warnings.level == SILENT and self.recorder.is_calm
        is_calm = is_calm and not self.policy.is_pending and not self.updates.keeps_awake
        # This tick may have recorded more; and the city may be sending a policy.
        is_delivered = self._link.drained and self.journal.is_delivered
        is_delivered = is_delivered and not self.policy.keeps_awake
        self.sleeping.update(s, is_calm, self._link, is_delivered)

    def is_quiet(self):
        """A parked bus in which nothing goes on."""
        s = self.snapshot
        return (
            s.trip.phase == PARKED
            and not s.settling
            and s.trip.mode == NORMAL
            and self.warnings.level <= LAMP
            and self.sensors.settled
        )

    def _plan(self, now_ms):
        """A quiet bus ticks once a second; a flash of its lamp is shorter."""
        is_quiet = self.is_quiet() and not self.warnings.flashes
        period = _QUIET_TICK_MS if is_quiet else _TICK_MS
        self.next_tick_ms += period
        self._has_kept_house = False
        if self.next_tick_ms <= now_ms:
            self.next_tick_ms = now_ms + period

    def _answer(self, name, payload, is_retained):
        self.commanded_ms = self.snapshot.now_ms
        try:
            from firmware.uplink import commands  # leaves the heap a minute after the last command

            return commands.answer(self, name, payload, is_retained)
        except (ImportError, OSError, MemoryError):
            text = "The bus cannot load what it needs for a command; send this again later."
            return messages.reply(None, False, text)

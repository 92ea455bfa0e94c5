"""Vehicle: one bus with everything on board: its world, its board, its flash, the firmware.

It knows no network: its maker says how it dials. Time is the caller's, too:
the Rig jumps, the live simulator follows the wall clock.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from firmware.bus import SAFE, Bus
from firmware.config.in_use import FILE, Settings
from firmware.identity import FILE as identity_file
from firmware.identity import Identity, identity_of
from firmware.policy.store import KEPT
from firmware.selftest import plain
from sim.bus.bad_code import CRASHES, HANGS, LAST_WORDS, spoil
from sim.bus.board import SimBoard
from sim.bus.board_modules import Reset
from sim.bus.faults import Faults
from sim.bus.files import Files
from sim.bus.plain_radio import SimRadio
from sim.bus.releases import fit
from sim.bus.starting import Starting
from sim.bus.wireless import Wireless
from sim.chips.gnss import GnssChip
from sim.wires.flash import Flash, PowerCut
from sim.wires.nvs import NVS
from sim.wires.uart import UART
from sim.world.world import World

_TURN_MS = 5  # what a turn of the uplink takes on the board, about
_CRASH_PAUSE_MS = 3000  # as in main.py
FLASH_BLOCKS = 512
"""2 MiB, as the journal's partition on the board."""


class Vehicle:
    """`bus` is the running firmware, None while the power is cut, or while code that is bad on
    purpose (starting.bad) does not tick.

    now_ms and next_ms are the simulator's ms; the firmware counts its own from each boot on.
    `started` is called with the Vehicle after every boot, `stopped` when the processor stops.
    """

    def __init__(
        self,
        config: dict[str, Any],
        world: World,
        dialer: Callable[[], Any],
        *,
        wireless: bool = False,
        receiver: Callable[[UART], Any] | None = None,
        flash: Flash | None = None,
        policy: dict[str, Any] | None = None,
        seed: int = 0,
        config_errors: tuple = (),
        started: Callable[[Vehicle], None] | None = None,
        stopped: Callable[[], None] | None = None,
        identity: Identity | None = None,
        release: str | None = None,
    ):
        """dialer: makes what a freshly powered board gets. wireless: the radios that the config
        wants, driver and all, instead of a simple one. receiver: makes what is at
        the other end of the GNSS wire, a chip that sees the world if not given. identity: with one
        the bus seals what it sends; a file identity.json takes its place. release: the version
        that its code slot holds; None: it has none, and its code stands at the root.
        """
        self._config = config  # of a bus whose files hold no bus.json
        self.world = world
        self.flash = flash or Flash(FLASH_BLOCKS, seed=seed + 1)
        self.nvs = NVS()
        self.files = Files()
        if policy is not None:
            self.files.content[KEPT] = json.dumps(policy).encode()
        if release is not None:
            fit(self.files, release)
        self.faults = Faults()
        self.now_ms = world.now_ms
        self.starting = Starting(self.files, self.nvs, self._clock)
        self.has_power = False
        self.bus: Bus | None = None
        self.boots = 0
        self.latest_ms = 0  # no tick has begun later after its time
        self._free_ms = 0  # until then the processor waits for its flash
        self._dialer = dialer
        self.wireless = Wireless(config, world, self._clock, seed) if wireless else None
        self.uart = UART()
        make = receiver or (lambda uart: GnssChip(uart, seed + 2, world.start_utc_ms))
        self.receiver = make(self.uart)  # with a backup supply: it outlives power cuts
        self._config_errors = config_errors
        self.started = started
        self._stopped = stopped
        self._identity = identity
        self._more_ms: int | None = None
        self._rng = random.Random(seed)
        self._boot_ms = 0
        self._settings: Settings | None = None
        self._start: Any = None
        self._crashed_ms: int | None = None
        self.power_on()

    @property
    def reaches_network(self) -> bool:
        """Whether packets leave the bus."""
        if self.wireless is not None:
            return bool(self.wireless.route)
        return self.world.signal_dbm is not None and not self.board.radio.is_off()

    @property
    def is_asleep(self) -> bool:
        return self.bus is not None and self.board.wakes_ms is not None

    @property
    def mac_key(self) -> bytes | None:
        """With which it seals; None: it has no identity."""
        identity = self.config["identity"]
        return identity.mac_key if identity else None

    def _clock(self) -> int:
        return self.now_ms

    @property
    def firmware_ms(self) -> int:
        """The time as the firmware counts it: since its boot."""
        return self.now_ms - self._boot_ms

    @property
    def next_ms(self) -> int | None:
        """When `step` has work: a tick, a turn that was not finished, the watchdog's bite.

        None without power.
        """
        if not self.has_power:
            return None
        timer_ms = self.starting.modules.timer_ms
        if self.bus is None:
            due = [ms for ms in (timer_ms, self._crashed_ms) if ms is not None]
            return min(due, default=None)
        due_ms = self._program_ms(self.bus)
        return due_ms if timer_ms is None else min(due_ms, timer_ms)

    def _program_ms(self, bus: Bus) -> int:
        tick_ms = max(self._boot_ms + bus.next_tick_ms, self._free_ms)
        due_ms = min(tick_ms, self.board.watchdog.deadline_ms)
        if self.board.wakes_ms is not None:
            return min(self.board.wakes_ms, self.board.watchdog.deadline_ms)
        if self.wireless is not None:
            due_ms = max(self.now_ms + 1, min(due_ms, self.wireless.next_ms))
        if self._more_ms is None:
            return due_ms
        return min(due_ms, max(self._more_ms, self._free_ms))

    def step(self, now_ms: int) -> None:
        """Everything on board that is due by now: the world, then a tick if it is time, a turn."""
        self.world.advance(now_ms)
        self.now_ms = now_ms
        if self.wireless is not None:
            self.wireless.modem.powered = self.has_power
            if self.config["gnss"]["in_modem"]:
                self.receiver.powered = self.has_power and self.wireless.modem.speaks_nmea
            self.wireless.advance(now_ms)
        try:
            self.starting.modules.fire(now_ms)
        except Reset:
            self.reset("external")
            return
        bus = self.bus
        if bus is None:
            if self._crashed_ms is not None and now_ms >= self._crashed_ms:
                self.reset("external")
            return
        if now_ms >= self.board.watchdog.deadline_ms:
            self.reset("watchdog")
            return
        if now_ms < self._free_ms or (self.is_asleep and not self._wakes()):
            return
        busy_us = self.flash.busy_us
        try:
            late_ms = now_ms - self._boot_ms - bus.next_tick_ms
            if late_ms >= 0:
                self.latest_ms = max(self.latest_ms, late_ms)
                self.board.refresh()
                bus.tick(now_ms - self._boot_ms)
                if self._settings is not None:
                    self._settings.live(now_ms - self._boot_ms)
                if self._start.live(now_ms - self._boot_ms, bus):
                    raise Reset
            more = bus.turn(now_ms - self._boot_ms)
            self._more_ms = now_ms + _TURN_MS if more else None
            self._free_ms = now_ms + (self.flash.busy_us - busy_us) // 1000
            if not more:
                bus.sleep(now_ms - self._boot_ms)
            if self.wireless is not None:
                self.wireless.advance(now_ms)  # it sees at once what the firmware did
        except PowerCut:
            self.power_cut()
        except Reset:
            self.reset("external")

    def _wakes(self) -> bool:
        """-> whether it is time to wake. What arrives during sleep is lost."""
        wakes_ms = self.board.wakes_ms
        if wakes_ms is not None and self.now_ms < wakes_ms:
            return False
        self.board.wake()
        (self.wireless or self.board.radio).miss()
        return True

    # power

    def power_on(self, reset_cause: str = "power_on") -> None:
        """Boot on what flash and NVS kept. No effect if it has power already."""
        if not self.has_power:
            self._boot(reset_cause)

    def _boot(self, cause: str) -> None:
        """boot.py, then what main.py does before its loop."""
        self._boot_ms = self.now_ms
        self.flash.power()
        self.has_power = self.receiver.powered = True
        self.starting.reset(cause)
        self._crashed_ms = None
        bad = self.starting.runs
        if bad == CRASHES:
            self.starting.crash(LAST_WORDS)
            self._crashed_ms = self.now_ms + _CRASH_PAUSE_MS
        if bad in (CRASHES, HANGS):
            return
        self._start = self.starting.start()
        is_safe = self._start.word == SAFE
        if cause == "power_on":  # a battery that is weak is no crash (main.py)
            self._start.is_hopeless = False
        self.config, errors = self._config, self._config_errors
        if self.files.has(FILE):
            self._settings = Settings(self.files, is_safe, self._start.is_hopeless)
            self.config, errors = self._settings.config, tuple(self._settings.errors)
        identity, wrong = self._identity, []
        if self.files.has(identity_file):
            identity, wrong = identity_of(self.files, self.config)
        self.config = {**self.config, "identity": identity}  # it is no setting
        if is_safe:
            self.config = copy.deepcopy(self.config)
            plain(self.config)
        self.board = SimBoard(
            self.config,
            self.world,
            self._clock,
            self.flash,
            self.nvs,
            self.wireless.make() if self.wireless else SimRadio(self.world, self._clock),
            self._dialer(),
            uart=self.uart,
            receiver=self.receiver,
            faults=self.faults,
            rng=random.Random(self._rng.getrandbits(32)),
            reset_cause=cause,
            files=self.files,
            slots=self.starting.slots(),
            reset=self.starting.asked_reset,
        )
        spoil(self.board, bad)
        try:
            self.bus = self.starting.bus(self.config, self.board, (*errors, *wrong), self._start)
        except PowerCut:
            self.power_cut()
            return
        self.starting.watch(self.config, self.board, self.bus, self._start)
        self.boots += 1
        if self.started is not None:
            self.started(self)

    def power_cut(self) -> None:
        """Everything volatile is gone, the outputs fall."""
        self.has_power = False
        self._stop()
        self.files.power_cut()
        self.starting.forget()

    def _stop(self) -> None:
        """The processor stands still. The modem goes on if it has power."""
        if self._stopped is not None:
            self._stopped()
        self.board.dialer.abandon()
        self.bus = None
        self._more_ms = None
        self._free_ms = 0
        self.starting.stop()
        self.receiver.powered = False
        self.receiver.advance(self.now_ms)
        self.world.horn_sounds = False

    def reset(self, cause: str) -> None:
        """The processor starts again; the power stays."""
        self._stop()
        self._boot(cause)

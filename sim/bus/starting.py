"""Starting: which code a simulated bus runs after a reset, as on a board.

boot.py itself decides, and drivers/board/start.py itself says when the code has proven itself: both
run over the files and the NVS of the bus (board_modules.py). The program is always this tree's;
which release it counts as is what the signed manifest of its slot says. A bus without slots runs
the code at the root.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import firmware.startup
from drivers.board.nvs import Nvs, ask
from drivers.board.slots import SIGNED, Slots
from firmware.bus import Bus
from firmware.memory import Memory
from firmware.update.trial import Trial
from sim.bus.board import SimBoard
from sim.bus.board_modules import RTC, BoardModules, reset
from sim.bus.files import Files
from sim.wires.nvs import NVS


class Starting:
    """bad: releases whose code is bad on purpose, by the first 16 digits of their id; see
    bad_code.py."""

    def __init__(self, files: Files, nvs: NVS, clock: Callable[[], int]):
        """nvs: of the firmware; the namespace of boot.py is made here."""
        self.nvs = {"busguard": nvs, "start": NVS()}
        self.bad: dict[str, str] = {}
        self._rtc = RTC()
        self._files = files
        self._clock = clock
        self.reset("power_on")

    def reset(self, cause: str) -> None:
        """boot.py runs. cause: as drivers/board/board.py names it."""
        self.modules = BoardModules(self._files, self.nvs, self._rtc, self._clock, cause)
        self.modules.run("boot.py")
        self.slot: str = self.modules.os.getcwd()[1:]
        text = self._files.content.get(f"{self.slot}/{SIGNED}") if self.slot else None
        self.version: str | None = None if text is None else json.loads(text)["version"]
        """Of the release; None: the code of no release runs."""
        self.release = None if text is None else hashlib.sha256(text).hexdigest()[:16]

    def start(self) -> Any:
        """drivers/board/start.py's Start, as main.py makes it."""
        source = self.modules.run("drivers/board/start.py")
        return source["Start"](self._memory(), self._rtc)

    def slots(self) -> Slots:
        """As the program sees them."""
        return Slots(self._files, self._memory())

    def _memory(self) -> Memory:
        return Memory(Nvs(lambda: self.nvs["start"]))

    @property
    def runs(self) -> str | None:
        """How the code is bad that runs; None: it is good."""
        return self.bad.get(self.release or "")

    def crash(self, words: str) -> None:
        """What main.py keeps of a crash."""
        self._rtc.memory(words[-200:].encode())

    def stop(self) -> None:
        """What was not committed is lost."""
        for nvs in self.nvs.values():
            nvs.power_cut()

    def asked_reset(self) -> None:
        """As drivers/board/board.py resets when the bus asks for it."""
        ask(self._memory())
        reset()

    def forget(self) -> None:
        """A power cut: what only resets keep is gone."""
        self._rtc.kept = b""

    def bus(self, config: dict[str, Any], board: SimBoard, errors: tuple, start: Any) -> Bus:
        """This tree's code, under the version of the release that it counts as."""
        ours = firmware.startup.VERSION
        firmware.startup.VERSION = self.version or ours
        try:
            how = start.word, start.crash, start.why, start.was_asked
            return Bus(config, board, 0, errors, *how)
        finally:
            firmware.startup.VERSION = ours

    def watch(self, config: dict[str, Any], board: SimBoard, bus: Bus, start: Any) -> None:
        """New code is judged, as main.py has it."""
        if board.slots.is_trial:
            start.watch(Trial(bus, board.slots, self._files, bool(config["broker"]["host"]), 0))

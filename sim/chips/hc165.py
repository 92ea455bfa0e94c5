"""A chain of 74HC165 registers at the end of three wires, with the wires themselves.

Source: Nexperia 74HC165 product data sheet Rev. 5, table 3 (function table) and figure 6:
PL low loads all eight inputs; each rising edge of CP shifts D7 first, DS enters at D0.
The farthest register's DS is tied to ground.
"""

from __future__ import annotations

from typing import Any


class Chain74HC165:
    """SPI-shaped towards the board: `readinto`. `inputs[n]`: 8 levels of register n, D7 as bit 7.

    cut_data = n: the wire that brings data into register n is torn and reads `floats`; 0 is the
    board's own. cut_load, cut_clock = n: register n and all behind it do not get that wire.
    slips: so many extra clock pulses in the next read.
    """

    def __init__(self, registers: int):
        self.inputs = [0] * registers
        self._held = [0] * registers
        self.cut_data: int | None = None
        self.cut_load: int | None = None
        self.cut_clock: int | None = None
        self.floats = 1
        self.slips = 0

    def load(self) -> None:
        """PL goes low and high again."""
        for at, levels in enumerate(self.inputs):
            if self.cut_load is None or at < self.cut_load:
                self._held[at] = levels

    def readinto(self, buf: Any, write: int = 0) -> None:
        """Mode 2 of SPI: sampled before each rising edge."""
        for _ in range(self.slips):
            self._shift()
        self.slips = 0
        for at in range(len(buf)):
            byte = 0
            for _ in range(8):
                bit = self.floats if self.cut_data == 0 else self._held[0] >> 7
                byte = byte << 1 | bit
                self._shift()
            buf[at] = byte

    def _shift(self) -> None:
        last = len(self._held) - 1
        for at in range(last + 1):
            if self.cut_clock is not None and at >= self.cut_clock:
                return
            if at == last:
                enters = 0
            elif self.cut_data == at + 1:
                enters = self.floats
            else:
                enters = self._held[at + 1] >> 7
            self._held[at] = (self._held[at] << 1 | enters) & 0xFF


class LoadPin:
    """machine.Pin at PL: the registers load while it is low."""

    def __init__(self, chain: Chain74HC165):
        self._chain = chain

    def value(self, level: int) -> None:
        if not level:
            self._chain.load()

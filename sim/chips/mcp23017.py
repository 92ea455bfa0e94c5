"""MCP23017: 16 pins behind I2C, register by register.

Source: Microchip DS20001952C: addressing and sequential mode 3.2, registers
3.5 and tables 3-2 to 3-5, interrupt logic 3.6, power-on values table 3-3.
Both register layouts (IOCON.BANK) are there, because a single wrong bit
switches a real chip over, too. Not modelled: the INTA/INTB pins themselves,
slew rate, contention between an output and the wire.
"""

from __future__ import annotations

import random

IODIR, IPOL, GPINTEN, DEFVAL, INTCON, IOCON = 0x00, 0x02, 0x04, 0x06, 0x08, 0x0A
GPPU, INTF, INTCAP, GPIO, OLAT = 0x0C, 0x0E, 0x10, 0x12, 0x14
_REGISTERS = 0x16
_IOCON_BANK = 0x80
_IOCON_SEQOP = 0x20
_IOCON_IMPLEMENTED = 0xFE
_READ_ONLY = (INTF, INTF + 1, INTCAP, INTCAP + 1)


class MCP23017:
    """The chip as the bus sees it (`receive`, `transmit`) and as its pins do (`wires`).

    All 16-bit masks: bit 0 = GPA0, bit 8 = GPB0. An input that no wire holds
    reads its pull-up, or noise if the pull-up is off.
    """

    def __init__(self, rng: random.Random | None = None):
        self._rng = rng or random.Random(0)
        self._low = self._high = 0
        self.answers = True
        self.reset()

    def reset(self) -> None:
        """Power-on or RESET pin: every register back to table 3-3."""
        self._regs = bytearray(_REGISTERS)
        self._regs[IODIR] = self._regs[IODIR + 1] = 0xFF
        self._pointer = 0
        self._last_levels = self._levels()
        self._settle()

    def flip(self, register: int, bit: int) -> None:
        """A disturbance turns one bit over; the register's number as with IOCON.BANK = 0."""
        value = self._regs[register] ^ 1 << bit
        self._regs[register] = value
        if register in (IOCON, IOCON + 1):
            self._regs[IOCON] = self._regs[IOCON + 1] = value
        self._settle()

    def wires(self, low: int, high: int = 0) -> None:
        """What is connected outside: pins held to ground, pins held to VDD; the rest is open."""
        if low == self._low and high == self._high:
            return
        self._low, self._high = low, high
        self._settle()

    @property
    def outputs(self) -> int:
        """Levels that the chip drives; 0 where a pin is an input."""
        return self._pair(OLAT) & ~self._pair(IODIR)

    # the bus side

    def receive(self, data: bytes) -> None:
        """A write transfer: the register address, then bytes to write from there on."""
        if not data:
            return
        self._pointer = data[0]
        if len(data) > 1:
            for value in data[1:]:
                self._write(self._register(), value)
                self._advance()
            self._settle()

    def transmit(self, buf) -> None:
        """A read transfer from the address pointer on."""
        end = self._pointer + len(buf)
        if self._quiet and end <= _REGISTERS:  # nothing that reading changes: one copy
            buf[:] = self._regs[self._pointer : end]
            self._pointer = end if end < _REGISTERS else 0
            return
        self._settle()  # floating inputs move on
        for at in range(len(buf)):
            register = self._register()
            buf[at] = 0 if register is None else self._regs[register]
            if register is not None and INTCAP <= register < OLAT:
                self._clear_interrupt(register & 1)
            self._advance()

    # inside

    def _pair(self, register: int) -> int:
        return self._regs[register] | self._regs[register + 1] << 8

    def _set_pair(self, register: int, value: int) -> None:
        self._regs[register] = value & 0xFF
        self._regs[register + 1] = value >> 8 & 0xFF

    def _register(self) -> int | None:
        """The BANK = 0 number of the register that the pointer names; None: no such register."""
        if not self._regs[IOCON] & _IOCON_BANK:
            return self._pointer if self._pointer < _REGISTERS else None
        number, port = self._pointer & 0x0F, self._pointer >> 4
        return number * 2 + port if number < _REGISTERS // 2 and port < 2 else None

    def _advance(self) -> None:
        banked = self._regs[IOCON] & _IOCON_BANK
        if self._regs[IOCON] & _IOCON_SEQOP:  # byte mode: 3.2.1
            if not banked:
                self._pointer ^= 1
            return
        self._pointer += 1
        if self._pointer > (0x1A if banked else 0x15):
            self._pointer = 0

    def _write(self, register: int | None, value: int) -> None:
        if register is None or register in _READ_ONLY:
            return
        if register in (IOCON, IOCON + 1):  # one register under two addresses
            self._regs[IOCON] = self._regs[IOCON + 1] = value & _IOCON_IMPLEMENTED
        elif register in (GPIO, GPIO + 1):  # 3.5.10: writing the port writes the latch
            self._regs[register + 2] = value
        else:
            self._regs[register] = value

    def _levels(self) -> int:
        """16 bits on the pins now."""
        inputs = self._pair(IODIR)
        open_pins = ~(self._low | self._high) & 0xFFFF
        pulled = self._pair(GPPU)
        level = self._high | open_pins & pulled
        floating = open_pins & ~pulled
        if floating & inputs:
            level |= floating & self._rng.getrandbits(16)
        return level & inputs | self._pair(OLAT) & ~inputs

    def _settle(self) -> None:
        """Ports and interrupt flags after anything changed."""
        levels = self._levels()
        enabled = self._pair(GPINTEN) & self._pair(IODIR)
        if enabled:
            compared = self._pair(INTCON)
            moved = (levels ^ self._last_levels) & ~compared
            differing = (levels ^ self._pair(DEFVAL)) & compared
            self._interrupt(enabled & (moved | differing), levels)
        self._last_levels = levels
        self._set_pair(GPIO, levels ^ self._pair(IPOL))
        floating = ~(self._low | self._high | self._pair(GPPU)) & self._pair(IODIR) & 0xFFFF
        modes = self._regs[IOCON] & (_IOCON_BANK | _IOCON_SEQOP)
        self._quiet = not (enabled or floating or modes)

    def _interrupt(self, causes: int, levels: int) -> None:
        """The first cause on a port is flagged and captured; later ones wait for the read."""
        for port in (0, 1):
            cause = causes >> 8 * port & 0xFF
            if cause and not self._regs[INTF + port]:
                self._regs[INTF + port] = cause
                self._regs[INTCAP + port] = (levels ^ self._pair(IPOL)) >> 8 * port & 0xFF

    def _clear_interrupt(self, port: int) -> None:
        """Reading GPIO or INTCAP clears; a DEFVAL difference that lasts interrupts again."""
        self._regs[INTF + port] = 0
        lasting = (self._last_levels ^ self._pair(DEFVAL)) & self._pair(INTCON)
        causes = lasting & self._pair(GPINTEN) & self._pair(IODIR)
        self._interrupt(causes & 0xFF << 8 * port, self._last_levels)

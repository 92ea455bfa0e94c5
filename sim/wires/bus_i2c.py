"""An I2C bus shaped like MicroPython's machine.I2C (ESP32 port), with chips on it.

A chip is any object with two methods, one per I2C transfer that addresses it:
`receive(data)` takes the bytes of a write transfer, `transmit(buf)` fills a
read transfer. A chip that holds `answers = False` leaves its address byte
unacknowledged, as one without power does.

Source: MicroPython docs, class I2C; ports/esp32/machine_i2c.c for the errors:
OSError(19) ENODEV when no chip acknowledges, OSError(116) ETIMEDOUT when the
bus does not move.
"""

from __future__ import annotations

import random

ENODEV = 19
ETIMEDOUT = 116  # in newlib, whose errno.h the ESP32 port takes

_ONE_BYTE = [bytes((value,)) for value in range(256)]


class I2C:
    """Chips by address; `stuck` and `noise` break the wires.

    `stuck`: SDA or SCL is held low, every transfer times out.
    `noise`: probability that a byte read has one bit flipped on the way.
    """

    def __init__(self, rng: random.Random | None = None):
        self._chips: dict = {}
        self._rng = rng or random.Random(0)
        self.switches: list = []  # sim/chips/tca9548a.py
        self.stuck = False
        self.noise = 0.0

    def attach(self, address: int, chip) -> None:
        """Solder a chip to the bus; ValueError for an address that is reserved or taken."""
        if not 0x08 <= address <= 0x77:
            raise ValueError(f"I2C address 0x{address:02x} is reserved")
        if address in self._chips:
            raise ValueError(f"I2C address 0x{address:02x} is taken")
        self._chips[address] = chip

    def _chip(self, address):
        if self.stuck:
            raise OSError(ETIMEDOUT, "ETIMEDOUT")
        chip = self._chips.get(address) or self.chip_at(address)
        if chip is None or not chip.answers:
            raise OSError(ENODEV, "ENODEV")
        return chip

    def chip_at(self, address: int):
        """-> the chip that answers here, beside the bus or behind a switch of it; None."""
        chip = self._chips.get(address)
        for switch in self.switches:
            chip = chip or switch.chip(address)
        return chip

    def _disturb(self, buf):
        for at in range(len(buf)):
            if self._rng.random() < self.noise:
                buf[at] ^= 1 << self._rng.randrange(8)

    def scan(self) -> list[int]:
        """Addresses 0x08..0x77 that acknowledge; OSError if the bus is stuck."""
        if self.stuck:
            raise OSError(ETIMEDOUT, "ETIMEDOUT")
        return sorted(address for address, chip in self._chips.items() if chip.answers)

    def writeto(self, addr: int, buf, stop: bool = True) -> int:
        """-> number of acknowledged bytes."""
        data = bytes(buf)
        self._chip(addr).receive(data)
        return len(data)

    def readfrom_into(self, addr: int, buf, stop: bool = True) -> None:
        self._chip(addr).transmit(buf)
        if self.noise:
            self._disturb(buf)

    def readfrom(self, addr: int, nbytes: int, stop: bool = True) -> bytes:
        buf = bytearray(nbytes)
        self.readfrom_into(addr, buf, stop)
        return bytes(buf)

    def writeto_mem(self, addr: int, memaddr: int, buf, *, addrsize: int = 8) -> None:
        self._chip(addr).receive(_register(memaddr, addrsize) + bytes(buf))

    def readfrom_mem_into(self, addr: int, memaddr: int, buf, *, addrsize: int = 8) -> None:
        chip = self._chip(addr)
        chip.receive(_register(memaddr, addrsize))
        chip.transmit(buf)
        if self.noise:
            self._disturb(buf)

    def readfrom_mem(self, addr: int, memaddr: int, nbytes: int, *, addrsize: int = 8) -> bytes:
        buf = bytearray(nbytes)
        self.readfrom_mem_into(addr, memaddr, buf, addrsize=addrsize)
        return bytes(buf)


def _register(memaddr: int, addrsize: int) -> bytes:
    """The register address as sent: 8, 16, 24 or 32 bits, high byte first."""
    if addrsize == 8:
        return _ONE_BYTE[memaddr & 0xFF]
    if addrsize not in (16, 24, 32):
        raise ValueError("invalid addrsize")
    return (memaddr & ((1 << addrsize) - 1)).to_bytes(addrsize // 8, "big")

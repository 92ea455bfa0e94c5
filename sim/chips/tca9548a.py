"""TCA9548A: an I2C switch with eight buses behind it.

Source: Texas Instruments SCPS207H, 8.5.2 (the last byte of a write is the control register),
8.6.2 (control register, 00h after a reset).
"""

from __future__ import annotations

from sim.wires.bus_i2c import I2C


class TCA9548A:
    """Attach it to a bus with `join`, and chips to `buses[0]` .. `buses[7]`."""

    def __init__(self) -> None:
        self.buses = [I2C() for _ in range(8)]
        self.answers = True
        self.control = 0

    def reset(self) -> None:
        self.control = 0

    def receive(self, data: bytes) -> None:
        if data:
            self.control = data[-1]

    def transmit(self, buf) -> None:
        buf[:] = bytes((self.control,)) * len(buf)

    def join(self, i2c: I2C, address: int = 0x70) -> None:
        i2c.attach(address, self)
        i2c.switches.append(self)

    def chip(self, address: int):
        """-> the chip that this address reaches now, or None."""
        if not self.answers:
            return None
        for channel, bus in enumerate(self.buses):
            chip = bus.chip_at(address) if self.control >> channel & 1 else None
            if chip is not None:
                return chip
        return None

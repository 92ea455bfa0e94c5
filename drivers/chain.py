"""A chain of 74HC165 shift registers: many contacts on three wires, cheaply.

Source: Nexperia 74HC165 product data sheet Rev. 5, section 3 and table 3: PL low loads D0 to
D7; Q7 shows D7 at once, and each rising edge of CP shifts the next bit to it.

A chain does not detect a cut wire: behind the cut, any level looks like a seat. So the farthest
register carries no seats: its inputs are tied to a known pattern, D7 to D0 = 1010 0101. After any
fault on the way (a cut, a short, a clock that jumped, a latch that failed) the pattern does not
arrive, and then every input is unknown.
"""

from micropython import const

_PATTERN = const(0xA5)
_BANK = const(16)
_EIO = const(5)


class Chain:
    def __init__(self, spi, load, registers):
        """spi: machine.SPI, polarity 1, phase 0 (sample on the falling edge, shift on the rising),
        100 kHz. load: machine.Pin, output, to PL. registers: those that carry seats.
        """
        self._spi = spi
        self._load = load
        self._bytes = bytearray(registers + 1)
        self._is_known = False
        load.value(1)
        inputs = 8 * registers
        self.banks = []
        for at in range(0, inputs, _BANK):
            self.banks.append(_Bank(self, at // 8, min(_BANK, inputs - at)))

    def refresh(self):
        """Loads and reads the whole chain: 1.4 ms for 16 registers."""
        self._load.value(0)
        self._load.value(1)
        self._spi.readinto(self._bytes, 0xFF)
        self._is_known = self._bytes[-1] == _PATTERN

    def word(self, register, inputs):
        """-> int, `inputs` bits from this register on; OSError: the pattern did not arrive."""
        if not self._is_known:
            raise OSError(_EIO)
        if inputs > 8:
            return self._bytes[register] | self._bytes[register + 1] << 8
        return self._bytes[register]


class _Bank:
    """Two registers: bit 0 = D0 of the nearer one, bit 8 = D0 of the other."""

    resets = 0

    def __init__(self, chain, register, inputs):
        self.inputs = inputs
        self._chain = chain
        self._register = register

    def read(self):
        """-> int. The first bank's read reads the whole chain. OSError: no pattern arrived."""
        if self._register == 0:
            self._chain.refresh()
        return self._chain.word(self._register, self.inputs)

"""I2C, SPI and UART of the ESP32.

Source: ports/esp32/machine_i2c.c, machine_hw_spi.c, machine_uart.c.
"""

import io

import _ops
import _wire
from _pin import Pin


class I2C:
    """Buses 0 and 1."""

    def __init__(self, id=0, *, scl=None, sda=None, freq=400000, timeout=50000):
        if id not in (0, 1):
            raise ValueError("I2C(%d) doesn't exist" % id)
        self._id = id
        scl = Pin((18, 25)[id] if scl is None else scl)._id
        sda = Pin((19, 26)[id] if sda is None else sda)._id
        self._register = bytearray(1)
        _wire.ask(_ops.I2C_OPEN, id, scl | sda << 8 | freq // 1000 << 16)

    def scan(self):
        found = bytearray(128)
        n = _wire.ask(_ops.I2C_SCAN, self._id, 0, None, found)
        return list(found[:n])

    def writeto(self, addr, buf, stop=True):
        self._transfer(addr, buf, None)
        return len(buf)

    def readfrom_into(self, addr, buf, stop=True):
        self._transfer(addr, None, buf)

    def readfrom(self, addr, nbytes, stop=True):
        buf = bytearray(nbytes)
        self._transfer(addr, None, buf)
        return bytes(buf)

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._transfer(addr, _register(memaddr, addrsize) + buf, None)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        if addrsize == 8:
            self._register[0] = memaddr & 0xFF
            self._transfer(addr, self._register, buf)
        else:
            self._transfer(addr, _register(memaddr, addrsize), buf)

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        buf = bytearray(nbytes)
        self.readfrom_mem_into(addr, memaddr, buf, addrsize=addrsize)
        return bytes(buf)

    def _transfer(self, addr, out, into):
        what = (0 if out is None else 0x80) | (0 if into is None else 0x100)
        _wire.ask(_ops.I2C_TRANSFER, self._id, addr | what, out, into)


def _register(memaddr, addrsize):
    if addrsize not in (8, 16, 24, 32):
        raise ValueError("invalid addrsize")
    return (memaddr & (1 << addrsize) - 1).to_bytes(addrsize // 8, "big")


class SoftI2C(I2C):
    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        super().__init__(0, scl=scl, sda=sda, freq=freq)


class SPI:
    """Buses 1 (HSPI) and 2 (VSPI); only reading is wired to anything."""

    MSB, LSB = 0, 1

    def __init__(
        self,
        id,
        baudrate=500000,
        polarity=0,
        phase=0,
        bits=8,
        firstbit=0,
        sck=None,
        mosi=None,
        miso=None,
    ):
        if id not in (1, 2):
            raise ValueError("SPI(%d) doesn't exist" % id)
        self._id = id
        clock = Pin((14, 18)[id - 1] if sck is None else sck)._id
        data = Pin((12, 19)[id - 1] if miso is None else miso)._id
        mode = 2 * polarity + phase
        _wire.ask(_ops.SPI_OPEN, id, clock | data << 8 | mode << 16)

    def readinto(self, buf, write=0):
        _wire.ask(_ops.SPI_READ, self._id, write, None, buf)

    def read(self, nbytes, write=0):
        buf = bytearray(nbytes)
        self.readinto(buf, write)
        return bytes(buf)


_KEPT = object()  # an argument that was not given
_FIFO = 128  # bytes in the hardware; a buffer has to be larger


def _pin(given, kept):
    """-> its number; -1 leaves the pin alone."""
    return kept if given is _KEPT or given == -1 else Pin(given)._id


class UART(io.IOBase):
    """Ports 1 and 2; port 0 is the console's."""

    INV_TX, INV_RX, INV_RTS, INV_CTS = 32, 4, 64, 8
    IRQ_RX, IRQ_RXIDLE, IRQ_BREAK = 1, 0x1000, 1 << 8
    _CONSOLE = 0

    def __init__(self, id, *args, **more):
        if not 0 <= id < 3:
            raise ValueError("UART(%d) does not exist" % id)
        self._id = id
        self._rx, self._tx = ((3, 1), (9, 10), (16, 17))[id]
        self._baudrate, self._bits, self._parity, self._stop = 115200, 8, 0, 1
        self._txbuf = self._rxbuf = 256
        self._timeout_us = 0
        self.init(*args, **more)

    def init(
        self,
        baudrate=0,
        bits=0,
        parity=_KEPT,
        stop=0,
        *,
        tx=_KEPT,
        rx=_KEPT,
        rts=_KEPT,
        cts=_KEPT,
        txbuf=-1,
        rxbuf=-1,
        timeout=-1,
        timeout_char=-1,
        invert=-1,
        flow=-1,
    ):
        """What is not given stays as it was."""
        if bits not in (0, 5, 6, 7, 8):
            raise ValueError("invalid data bits")
        if stop not in (0, 1, 2):
            raise ValueError("invalid stop bits")
        if invert != -1 and invert & ~(UART.INV_TX | UART.INV_RX | UART.INV_RTS | UART.INV_CTS):
            raise ValueError("invalid inversion mask")
        if flow != -1 and flow & ~3:
            raise ValueError("invalid flow control mask")
        if self._id == UART._CONSOLE and (txbuf, rxbuf) != (-1, -1):
            raise ValueError("REPL UART buffer size is fixed")
        self._baudrate = baudrate if baudrate > 0 else self._baudrate
        self._bits, self._stop = bits or self._bits, stop or self._stop
        if parity is not _KEPT:
            self._parity = 0 if parity is None else 1 if parity & 1 else 2
        self._rx, self._tx = _pin(rx, self._rx), _pin(tx, self._tx)
        self._txbuf = self._txbuf if txbuf < 0 else txbuf
        self._rxbuf = self._rxbuf if rxbuf < 0 else rxbuf
        if self._rxbuf <= _FIFO or 0 < self._txbuf <= _FIFO:  # uart_driver_install
            raise OSError(-1)
        self._timeout_us = self._timeout_us if timeout == -1 else timeout * 1000
        framing = (self._rx, self._tx, self._bits, self._parity, self._stop)
        size = self._rxbuf.to_bytes(4, "little")
        _wire.ask(_ops.UART_OPEN, self._id, self._baudrate, bytes(framing) + size)

    def irq(self, handler=None, trigger=0, hard=False):
        """Only network.PPP has a use for it here: the simulator lets it read by itself."""
        if self._id == UART._CONSOLE:
            raise ValueError("REPL UART does not support IRQs")
        if handler is not None and not callable(handler):
            raise ValueError("handler must be None or callable")
        wrong = trigger & ~(UART.IRQ_RX | UART.IRQ_RXIDLE | UART.IRQ_BREAK)
        if wrong:
            raise ValueError("trigger 0x%04x unsupported" % wrong)
        if hard:
            raise ValueError("hard IRQ is not supported")

    def deinit(self):
        pass

    def any(self):
        return _wire.ask(_ops.UART_ANY, self._id)

    def readinto(self, buf, nbytes=None):
        """-> int, or None if nothing came within the time-out."""
        n = len(buf) if nbytes is None else min(nbytes, len(buf))
        got = _wire.ask(_ops.UART_READ, self._id, n, None, buf)
        if not got and self._wait():
            got = _wire.ask(_ops.UART_READ, self._id, n, None, buf)
        return got or None

    def read(self, nbytes=None):
        if nbytes is None:
            nbytes = self.any() or (self._wait() and self.any())
            if not nbytes:
                return None
        buf = bytearray(nbytes)
        n = self.readinto(buf)
        return bytes(buf[:n]) if n else None

    def readline(self):
        line = b""
        while not line.endswith(b"\n"):
            byte = self.read(1)
            if byte is None:
                break
            line += byte
        return line or None

    def write(self, buf):
        for piece in _wire.pieces(buf):
            _wire.ask(_ops.UART_WRITE, self._id, 0, piece)
        return len(buf)

    def flush(self):
        pass

    def txdone(self):
        return True

    def ioctl(self, request, argument):
        if request == 3:  # MP_STREAM_POLL
            return (argument & 1 if self.any() else 0) | argument & 4
        return 0

    def _wait(self):
        waited = 0
        while waited < self._timeout_us:
            _wire.pass_us(1000)
            waited += 1000
            if self.any():
                return True
        return False

"""`machine` of the ESP32 port, over the simulator's wires.

Source: MicroPython docs, `machine`; ports/esp32/modmachine.c, machine_pin.c, machine_adc.c,
machine_i2c.c, machine_uart.c, machine_wdt.c and machine_rtc.c for arguments and refusals.
"""

import io

import _ops
import _wire

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5
PIN_WAKE = EXT0_WAKE = 2
EXT1_WAKE = 3
TIMER_WAKE = 4

_NO_SUCH_PIN = (20, 24, 28, 29, 30, 31)  # ESP32 datasheet 2.2; 37, 38 are not led out, but there
_FIRST_INPUT_ONLY = 34
_ADC_PINS = (32, 33, 34, 35, 36, 37, 38, 39, 0, 2, 4, 12, 13, 14, 15, 25, 26, 27)
_HARD, _SOFT, _DEEPSLEEP = 0, 1, 2

cause = PWRON_RESET  # _start.py sets both
woken_by = 0


def reset_cause():
    return cause


def wake_reason():
    return woken_by


def reset():
    """The cause of the next start is HARD_RESET (modmachine.c: ESP_RST_SW, ESP_RST_PANIC)."""
    _wire.ask(_ops.RESET, _HARD)


def soft_reset():
    raise SystemExit


def deepsleep(time_ms=0):
    """Ends in a start with DEEPSLEEP_RESET; without a time only power wakes the board."""
    _wire.ask(_ops.RESET, _DEEPSLEEP, time_ms)


def lightsleep(time_ms=0):
    _wire.pass_us(time_ms * 1000)


def idle():
    _wire.pass_us(1000)


def unique_id():
    return b"\x24\x0a\xc4\x00\x00\x01"


def freq(hz=None):
    if hz is None:
        return 160000000
    if hz // 1000000 not in (20, 40, 80, 160, 240):
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")


def disable_irq():
    return 0


def enable_irq(state):
    pass


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = 0, 1, 2, 3

    def __init__(self, id, mode=None, pull=-1, *, value=None, drive=None, hold=None):
        if isinstance(id, Pin):
            id = id._id
        if not isinstance(id, int) or not 0 <= id < 40 or id in _NO_SUCH_PIN:
            raise ValueError("invalid pin")
        self._id = id
        if (mode, pull, value) != (None, -1, None):
            self.init(mode, pull, value=value)

    def init(self, mode=None, pull=-1, *, value=None, drive=None, hold=None):
        if mode is not None and mode & 2 and self._id >= _FIRST_INPUT_ONLY:
            raise ValueError("pin can only be input")
        told = 0 if value is None else 2 if value else 1
        pull = 0 if pull is None else 3 if pull == -1 else pull
        _wire.ask(_ops.PIN_OPEN, self._id, (mode or 0) | pull << 4 | told << 8)

    def value(self, x=None):
        if x is None:
            return _wire.ask(_ops.PIN_GET, self._id)
        _wire.ask(_ops.PIN_SET, self._id, 1 if x else 0)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(1 - self.value())

    def __repr__(self):
        return "Pin(%d)" % self._id


class ADC:
    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3
    WIDTH_9BIT, WIDTH_10BIT, WIDTH_11BIT, WIDTH_12BIT = 9, 10, 11, 12

    def __init__(self, pin, *, atten=ATTN_0DB, sample_ns=None):
        self._id = Pin(pin)._id
        if self._id not in _ADC_PINS:
            raise ValueError("invalid pin")
        self.atten(atten)

    def atten(self, atten):
        if atten not in (0, 1, 2, 3):
            raise ValueError("invalid atten")
        self._atten = atten

    def read_uv(self):
        return _wire.ask(_ops.ADC_UV, self._id, self._atten)

    def read_u16(self):
        return self.read_uv() * 65535 // (950000, 1250000, 1750000, 3100000)[self._atten]

    def read(self):
        return self.read_u16() >> 4


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


class UART(io.IOBase):
    """Ports 1 and 2; port 0 is the console's."""

    INV_TX, INV_RX = 32, 4

    def __init__(self, id, baudrate=115200, bits=8, parity=None, stop=1, **more):
        if not 0 <= id < 3:
            raise ValueError("UART(%d) does not exist" % id)
        self._id = id
        self._rx, self._tx = ((3, 1), (9, 10), (16, 17))[id]
        self._rxbuf = 256
        self.init(baudrate, bits, parity, stop, **more)

    def init(
        self,
        baudrate=115200,
        bits=8,
        parity=None,
        stop=1,
        *,
        tx=None,
        rx=None,
        rts=None,
        cts=None,
        txbuf=256,
        rxbuf=None,
        timeout=0,
        timeout_char=0,
        invert=0,
        flow=0,
    ):
        if bits not in (5, 6, 7, 8):
            raise ValueError("invalid data bits")
        if stop not in (1, 2):
            raise ValueError("invalid stop bits")
        self._rx = self._rx if rx is None else Pin(rx)._id
        self._tx = self._tx if tx is None else Pin(tx)._id
        self._rxbuf = self._rxbuf if rxbuf is None else rxbuf
        if self._rxbuf <= 128:  # uart_driver_install: more than the hardware's FIFO
            raise OSError(-1)
        self._timeout_us = timeout * 1000
        framing = (self._rx, self._tx, bits, 0 if parity is None else 1 + parity, stop)
        _wire.ask(
            _ops.UART_OPEN, self._id, baudrate, bytes(framing) + self._rxbuf.to_bytes(4, "little")
        )

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


class WDT:
    """Cannot be stopped. Neither Ctrl-C nor a soft reset ends it."""

    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError
        if timeout < 1000:
            raise ValueError("WDT timeout too short")
        _wire.ask(_ops.WDT_START, 0, timeout)

    def feed(self):
        _wire.ask(_ops.WDT_FEED)


class RTC:
    """memory(): 2048 bytes that resets keep and a power cut does not."""

    def memory(self, data=None):
        if data is None:
            kept = bytearray(2048)
            n = _wire.ask(_ops.RTC_READ, 0, 0, None, kept)
            return bytes(kept[:n])
        if len(data) > 2048:
            raise ValueError("buffer too long")
        _wire.ask(_ops.RTC_WRITE, 0, 0, data)

    def datetime(self, when=None):
        """(year, month, day, weekday, hours, minutes, seconds, subseconds)"""
        import time

        if when is None:
            year, month, day, hour, minute, second, weekday, _ = time.gmtime()
            return (year, month, day, weekday, hour, minute, second, 0)
        year, month, day, _, hour, minute, second, us = when
        seconds = time.mktime((year, month, day, hour, minute, second, 0, 0))
        time.rtc_offset_us = seconds * 1000000 + us - _wire.now_us()
        _wire.ask(_ops.RTC_OFFSET, 0, time.rtc_offset_us)

    init = datetime

"""Stand-ins for machine, esp32, network, _thread and the broker, for heap_vm.py.

They hold little and make no garbage while the bus runs, so that what is measured is the bus's.
"""

import os
import sys

from flash import Flash as Nor  # type: ignore[import-not-found]  # of sim/wires

_LIS3DH = b"\x57\x00\x00\xa8\x40"  # CTRL_REG1 to 5, as its driver sets it up
_STEP = 0.0072  # minutes of latitude a second: 48 km/h


class Pin:
    IN, OUT, OPEN_DRAIN, PULL_UP = 0, 1, 2, 3
    levels = {}  # of a pin by number, where a test has set one
    driven = bytearray(40)  # what each was set to

    def __init__(self, number, mode=None, pull=None, value=1):
        self.number = number
        self.level = value

    def value(self, level=None):
        if level is None:
            return self.levels.get(self.number, self.level)
        self.level = level
        self.driven[self.number] = level
        return None

    __call__ = value

    def init(self, mode, pull=None):
        pass


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, atten=None):
        pass

    def read_uv(self):
        return 1145000  # 12.6 V behind the divider


class I2C:
    """Expanders without a seat taken, an LIS3DH at rest and an LM75 at 25 degC."""

    def __init__(self, *given, **more):
        self.written = {}  # (chip, register) -> what was written there

    def writeto_mem(self, address, register, data):
        self.written[address] = True

    def readfrom_mem_into(self, address, register, buf):
        for at in range(len(buf)):
            buf[at] = 0
        if address == 0x18:
            self._accelerometer(register, buf)
        elif address == 0x48:
            if register == 0:
                buf[0] = 25
        elif len(buf) == 20:
            if address in self.written:
                buf[0] = buf[1] = buf[12] = buf[13] = 0x7F
            buf[18] = buf[19] = 0x7F
            if address < 38:
                buf[18] = 0x6E  # some seats are taken
            else:
                buf[18] = 0x47  # lamp, buzzer and horn read back as they are switched
                buf[18] |= Pin.driven[19] << 3 | Pin.driven[18] << 4 | Pin.driven[23] << 5

    def _accelerometer(self, register, buf):
        if register == 0x2F:
            buf[0] = 10  # samples
        elif register == 0x0F:
            buf[0] = 0x33
        elif register == 0x2E:
            buf[0] = 0x80
        elif register == 0xA0 and 0x18 in self.written:
            for at in range(5):
                buf[at] = _LIS3DH[at]
        elif register == 0xA8:
            for at in range(5, len(buf), 6):
                buf[at] = 0x3E  # 1 g along z


class UART:
    """What the receiver says: told before anything is measured."""

    told = []  # bytes, a second each
    line = b""
    made = None  # the one that there is

    def __init__(self, *given, **more):
        self.at = 0
        UART.made = self

    def any(self):
        return len(UART.line) - self.at

    def readinto(self, buf):
        n = min(len(buf), len(UART.line) - self.at)
        for index in range(n):
            buf[index] = UART.line[self.at + index]
        self.at += n
        return n

    def say(self):
        UART.line = UART.told.pop(0)
        self.at = 0

    def write(self, data):
        return len(data)

    def init(self, **more):
        pass


class WDT:
    def __init__(self, timeout):
        pass

    def feed(self):
        pass


class RTC:
    def memory(self, *given):
        return b""

    def datetime(self, *given):
        pass


class NVS:
    kept = {}

    def __init__(self, name):
        pass

    def get_i32(self, name):
        if name not in self.kept:
            raise OSError(2)
        return self.kept[name]

    def set_i32(self, name, value):
        self.kept[name] = value

    def commit(self):
        pass


class Partition:
    TYPE_DATA = 1
    flash = None

    @staticmethod
    def find(kind, label):
        return [Partition.flash]


class WLAN:
    PM_NONE = 0

    def __init__(self, which):
        self.on = False

    def active(self, on=None):
        if on is not None:
            self.on = on
        return self.on

    def config(self, *given, **more):
        pass

    def connect(self, *given):
        pass

    def isconnected(self):
        return self.on

    def status(self, *what):
        return -61


class Socket:
    """A broker that acknowledges each packet at the next read."""

    def __init__(self):
        self._answer = bytearray(256)
        self._n = 0
        self.published = 0

    def setblocking(self, on):
        pass

    def write(self, data):
        first = data[0]
        body = 1
        while data[body] & 0x80:
            body += 1
        body += 1
        if first & 0xF0 == 0x30:
            at = body + 2 + (data[body] << 8 | data[body + 1])
            self._put(0x40, 2, data[at], data[at + 1])
            self.published += 1
        elif first == 0x82:
            self._put(0x90, 3, data[body], data[body + 1])
            self._answer[self._n] = 1
            self._n += 1
        elif first == 0xC0:
            self._answer[self._n] = 0xD0
            self._answer[self._n + 1] = 0
            self._n += 2
        return len(data)

    def _put(self, kind, length, high, low):
        answer, n = self._answer, self._n
        answer[n], answer[n + 1], answer[n + 2], answer[n + 3] = kind, length, high, low
        self._n = n + 4

    def readinto(self, buf):
        n, self._n = self._n, 0
        if not n:
            return None
        for at in range(n):
            buf[at] = self._answer[at]
        return n

    def close(self):
        pass


class Dialer:
    """In place of drivers/radio/dial.py, which needs threads and a network."""

    sock = None

    def start(self, connect):
        pass

    def poll(self, now_ms):
        if Dialer.sock is None:
            Dialer.sock = Socket()
        return Dialer.sock

    def abandon(self):
        pass


class _Module:
    def __init__(self, **names):
        for name, value in names.items():
            setattr(self, name, value)


def speak(first_s, seconds):
    """What the receiver will say in these seconds."""
    for at in range(first_s, first_s + seconds):
        clock = f"{at // 3600:02d}{at // 60 % 60:02d}{at % 60:02d}.00"
        place = f"13{3 + at * _STEP:07.4f},N,10052.9980,E"
        rmc = f"GNRMC,{clock},A,{place},25.9,0.0,231126,,,A"
        gga = f"GNGGA,{clock},{place},1,12,0.8,12.0,M,0.0,M,,"
        UART.told.append(_framed(rmc) + _framed(gga))


def _framed(body):
    check = 0
    for byte in body.encode():
        check ^= byte
    return f"${body}*{check:02X}\r\n".encode()


def _refuse(*given):
    raise OSError("no threads here")


def put_in_place():
    """The modules that an ESP32 has in C."""
    Partition.flash = Nor(96)
    sys.modules["machine"] = _Module(
        Pin=Pin, ADC=ADC, I2C=I2C, SPI=None, UART=UART, WDT=WDT, RTC=RTC, reset=_refuse,
        PWRON_RESET=1, HARD_RESET=2, WDT_RESET=3, DEEPSLEEP_RESET=4, SOFT_RESET=5,
        reset_cause=lambda: 1, lightsleep=_refuse,
    )  # fmt: skip
    sys.modules["esp32"] = _Module(NVS=NVS, Partition=Partition)
    sys.modules["network"] = _Module(STA_IF=0, WLAN=WLAN, PPP=None)
    sys.modules["_thread"] = _Module(
        start_new_thread=_refuse, allocate_lock=None, stack_size=lambda size=0: 0
    )
    if not hasattr(os, "urandom"):
        os.urandom = bytes

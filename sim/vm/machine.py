"""`machine` of the ESP32 port, over the simulator's wires.

Source: MicroPython docs, `machine`; ports/esp32/modmachine.c, machine_wdt.c and machine_rtc.c for
arguments and refusals; pins and buses stand in _pin.py and _buses.py.
"""

import gc
import os
from binascii import crc32

import _ops
import _wire
import micropython
from _buses import I2C, SPI, UART, SoftI2C  # noqa: F401
from _pin import ADC, Pin  # noqa: F401

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5
PIN_WAKE = EXT0_WAKE = 2
EXT1_WAKE = 3
TIMER_WAKE = 4

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


def lightsleep(time_ms):
    """What comes over a UART meanwhile is lost, and Wi-Fi that was on loses its network
    (ESP-IDF programming guide, Sleep Modes). Without a time nothing here would wake it."""
    _wire.ask(_ops.SLEEP, 0)
    for timer in _wire.timers:  # their clock stands still (ESP-IDF, General Purpose Timer)
        timer.delay(time_ms * 1000)
    _wire.pass_us(time_ms * 1000)
    _wire.ask(_ops.SLEEP, 1)


def idle():
    _wire.pass_us(1000)


def unique_id():
    """Of this flash: another file is another board. Three bytes are the maker's."""
    name = os.getenv("BUSGUARD_FLASH").split("/")[-1]
    return b"\x24\x0a\xc4" + crc32(name.encode()).to_bytes(4, "big")[1:]


def freq(hz=None):
    if hz is None:
        return 160000000
    if hz // 1000000 not in (20, 40, 80, 160, 240):
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")


def disable_irq():
    return 0


def enable_irq(state):
    pass


class WDT:
    """Cannot be stopped. Neither Ctrl-C nor a soft reset ends it.

    With the answer the simulator may ask for the heap (sim/days/heap.py): bit 0, what is taken
    without what was allocated, which only a collection lowers; bit 1, a whole account.
    """

    _asked = 0

    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        _wire.ask(_ops.WDT_START, 0, timeout)

    def feed(self):
        if not self._asked:
            self._asked = _wire.ask(_ops.WDT_FEED)
            return
        self._asked = _wire.ask(_ops.WDT_FEED, 1, gc.mem_alloc() - micropython.mem_current())
        if self._asked & 2:
            gc.collect()
            micropython.mem_info()


class Timer:
    """machine_timer.c: the callback runs between two bytecodes of the program; here, whenever it
    lets time pass. A soft reset ends all of them."""

    ONE_SHOT, PERIODIC = 0, 1

    def __init__(self, number, mode=PERIODIC, period=-1, callback=None):
        if not 0 <= number < 4:
            raise ValueError("invalid Timer number, max 4")
        self._number = number
        for other in list(_wire.timers):
            if other._number == number:
                other.deinit()
        self._period_us = period * 1000
        self._is_periodic = mode == Timer.PERIODIC
        self._callback = callback
        self._due_us = _wire.now_us() + self._period_us
        _wire.timers.append(self)

    def deinit(self):
        if self in _wire.timers:
            _wire.timers.remove(self)

    def delay(self, us):
        self._due_us += us

    def look(self):
        if _wire.now_us() < self._due_us:
            return
        if self._is_periodic:
            self._due_us += self._period_us
        else:
            self.deinit()
        self._callback(self)


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

"""`time` as on the ESP32: ticks wrap at 2**30 and count from power-on, the clock starts in 2000.

Source: MicroPython docs, `time`; ports/esp32/mpconfigport.h (32-bit words, so
MICROPY_PY_TIME_TICKS_PERIOD is 2**30), py/mpconfig.h (MICROPY_EPOCH_IS_2000).
"""

import _wire
import utime

_MASK = 0x3FFFFFFF
_HALF = 0x20000000
_EPOCH_S = 946684800  # 2000-01-01 in the computer's count

rtc_offset_us = 0  # machine.RTC sets it


def ticks_ms():
    return _wire.now_us() // 1000 & _MASK


def ticks_us():
    return _wire.now_us() & _MASK


def ticks_cpu():
    return _wire.now_us() & _MASK


def ticks_add(ticks, delta):
    if not -_HALF < delta < _HALF:
        raise OverflowError("ticks interval overflow")
    return ticks + delta & _MASK


def ticks_diff(end, start):
    return (end - start + _HALF & _MASK) - _HALF


def sleep(seconds):
    if seconds > 0:
        _wire.pass_us(int(seconds * 1000000))


def sleep_ms(ms):
    if ms > 0:
        _wire.pass_us(ms * 1000)


def sleep_us(us):
    if us > 0:
        _wire.pass_us(us)


def time_ns():
    return (_wire.now_us() + rtc_offset_us) * 1000


def time():
    return (_wire.now_us() + rtc_offset_us) // 1000000


def gmtime(seconds=None):
    """-> (year, month, mday, hour, minute, second, weekday, yearday)"""
    return utime.gmtime((time() if seconds is None else int(seconds)) + _EPOCH_S)[:8]


localtime = gmtime


def mktime(when):
    return int(utime.mktime(tuple(when) + (0,) * (9 - len(when)))) - _EPOCH_S

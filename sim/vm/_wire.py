"""The socket to the simulator. README.md beside this file has the protocol.

Nothing here allocates once it is connected, so that what a tick allocates is the tick's.
"""

import os
import socket
from array import array

import _ops
from utime import sleep_us as _nap
from utime import ticks_us as _ticks_us

_LONGEST = 4096  # bytes in one message
_NAP_US = 2000  # shorter ones are put together: a computer's naps are coarse

_request = array("l", (0, 0, 0))  # 64 bits as "q", of which every number read is an object
_answer = array("l", (0, 0))
_socket = None
_whole = False
_zero_us = 0  # the VM's time minus the computer's
_debt_us = 0
speed = 1
timers = []  # that run: machine.Timer
chip = 0  # 1: with PSRAM, 2: an ESP32-S3 with octal PSRAM


def now_us():
    """Microseconds since the power came on; resets do not change it."""
    return _ticks_us() + _zero_us


def pass_us(us):
    """Time passes: us in the VM's time, us / speed in front of the computer."""
    global _zero_us, _debt_us
    if timers:
        for timer in list(timers):
            timer.look()
    if speed == 1:
        _nap(us)
        return
    _debt_us += us
    if _debt_us >= _NAP_US * speed:
        owed = _debt_us
        _debt_us = 0
        began = _ticks_us()
        _nap(owed // speed)
        us -= _ticks_us() - began
    if us > 0:
        _zero_us += us


def ask(op, unit=0, argument=0, out=None, into=None):
    """-> int. out: bytes that go along; into: what comes back stands at its start.

    Raises OSError as the simulator says.
    """
    global _whole
    if not _whole:
        connect()
    _whole = False
    size = 0 if out is None else len(out)
    _request[0] = op | unit << 8 | size << 16 | (0 if into is None else len(into)) << 32
    _request[1] = argument
    _request[2] = now_us()
    _socket.write(_request)
    if out is not None:
        _socket.write(out)
    if not _socket.readinto(_answer):
        raise SystemExit  # the simulator has ended
    size = _answer[1] & 0xFFFFFFFF
    if size:
        _socket.readinto(into, size)
    _whole = True
    value = _answer[0]
    cost_us = _answer[1] >> 32
    if cost_us:
        pass_us(cost_us)  # a timer that runs out meanwhile may ask, too
    if value < 0:
        raise OSError(-value if value > -0x1000 else value)
    return value


def pieces(data):
    """bytes -> memoryviews of what fits in one message."""
    view = memoryview(data)
    for at in range(0, len(view), _LONGEST):
        yield view[at : at + _LONGEST]


def connect():
    """To the simulator's socket, whose path is in the environment. Takes over its time."""
    global _socket, _whole, _zero_us, speed, chip
    if _socket is not None:
        _socket.close()
    _socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = os.getenv("BUSGUARD_WIRE").encode()
    _socket.connect(b"\x01\x00" + path + b"\x00" * (108 - len(path)))
    _whole = True
    boot = array("l", (0, 0, 0))
    ask(_ops.HELLO, into=boot)
    speed, chip = boot[1], boot[2]
    _zero_us = boot[0] - _ticks_us()

"""The console's input while the bus runs: a `?` asks what it is doing. Nothing stops for it.

Source: MicroPython documentation, select.poll (ipoll makes no garbage) and sys.stdin.buffer: as
text, a byte of noise above 0x7F would be the begin of a character, and reading would wait.
"""

import select

from micropython import const

_QUESTION = const(0x3F)
_AT_ONCE = const(64)


class Console:
    def __init__(self, stdin):
        """stdin: sys.stdin."""
        self._input = stdin.buffer
        self._byte = bytearray(1)
        self._poll = select.poll()
        self._poll.register(stdin, select.POLLIN)

    def is_asked(self):
        """-> bool: a `?` has come. Discards what else has come; never waits."""
        asked = False
        for _ in range(_AT_ONCE):
            if not self._has_byte() or not self._input.readinto(self._byte):
                break
            asked = asked or self._byte[0] == _QUESTION
        return asked

    def _has_byte(self):
        for _ in self._poll.ipoll(0):
            return True
        return False

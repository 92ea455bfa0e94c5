"""Satellites in view, by constellation, from GSV.

Each constellation has its own series of GSV sentences, with its own talker; from NMEA 4.11
on it has a series for each signal, with the signal in an extra last field. Field 3 of each
sentence is the count, so the satellites themselves need not be counted.
"""

from array import array

from micropython import const

from firmware.gnss.scan import LAST_FIELD, decimal, text_of

_TALKERS = const(8)


class Sky:
    def __init__(self):
        self._talkers = array("i", bytearray(4 * _TALKERS))
        self._signals = array("i", bytearray(4 * _TALKERS))
        self._counts = array("i", bytearray(4 * _TALKERS))

    def in_view(self):
        """-> int, satellites above the horizon over all constellations."""
        total = 0
        for count in self._counts:
            total += count
        return total

    def gsv(self, state):
        """Takes a scanned GSV: 1 sentences, 2 number, 3 satellites in view, then 4 for each."""
        count = decimal(state, 3, 1)
        last = state[LAST_FIELD]
        if decimal(state, 2, 1) != 1 or not 0 <= count <= 99:
            return
        signal = decimal(state, last, 1) if last % 4 == 0 else 0
        talker = text_of(state, 0) >> 18
        slot = 0
        while slot < _TALKERS - 1 and self._talkers[slot] and self._talkers[slot] != talker:
            slot += 1
        if self._talkers[slot] != talker:
            self._talkers[slot] = talker
            self._signals[slot] = signal
        if self._signals[slot] == signal:
            self._counts[slot] = count

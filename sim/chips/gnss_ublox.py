"""UBX, as u-blox receivers speak it beside their NMEA: generation 8, and 10 with keys alone.

Source: u-blox 8 / M8 receiver description (UBX-13003221 R26): 32.4 frames and checksum,
32.9 ACK, 32.10.2 CFG-MSG, 32.10.27 CFG-RATE, 32.16.16 MON-VER; u-blox M10 SPG 5.10
interface description (UBX-21035062): CFG-VALSET, which replaced CFG-MSG and CFG-RATE.
"""

from __future__ import annotations

from typing import Any

from sim.chips.gnss_language import Language

_SYNC = b"\xb5\x62"
_KINDS = ("GGA", "GLL", "GSA", "GSV", "RMC", "VTG")  # message ids of class 0xF0
_OUT = {0xBB: "GGA", 0xCA: "GLL", 0xC0: "GSA", 0xC5: "GSV", 0xAC: "RMC", 0xB1: "VTG"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}  # bytes of a value, by bits 28 to 30 of its key
_MSGOUT, _RATE_MEAS = 0x20910000, 0x30210001


def frame(group: int, number: int, payload: bytes) -> bytes:
    message = bytes((group, number)) + len(payload).to_bytes(2, "little") + payload
    a = b = 0
    for byte in message:
        a = (a + byte) & 0xFF
        b = (b + a) & 0xFF
    return _SYNC + message + bytes((a, b))


class Ublox(Language):
    outputs = _KINDS

    def __init__(self, generation: int = 8):
        self._has_keys = generation >= 9
        self._version = {6: b"", 8: b"PROTVER=18.00", 10: b"PROTVER=34.10"}[generation]
        self._heard = b""

    def hear(self, chip: Any, data: bytes, now_ms: int) -> None:
        self._heard = (self._heard + data)[-1024:]
        while (start := self._heard.find(_SYNC)) >= 0:
            message = self._heard[start:]
            size = 8 + int.from_bytes(message[4:6], "little")
            if len(message) < 6 or len(message) < size:
                return
            self._heard = message[size:]
            group, number, payload = message[2], message[3], message[6 : size - 2]
            if frame(group, number, payload) == message[:size]:
                self._obey(chip, group, number, payload, now_ms)
            else:
                chip.refused += 1

    def _obey(self, chip: Any, group: int, number: int, payload: bytes, now_ms: int) -> None:
        if (group, number) == (0x0A, 0x04):
            extensions = [b"ROM BASE", self._version] if self._version else []
            fields = b"".join(text.ljust(30, b"\0") for text in extensions)
            said = b"EXT CORE 3.01".ljust(30, b"\0") + b"00080000\0\0" + fields
            chip.answer(frame(0x0A, 0x04, said), now_ms)
        elif group == 0x06:
            try:
                done = self._configure(chip, number, payload, now_ms)
            except (ValueError, IndexError):
                done = False
            chip.refused += not done
            chip.answer(frame(0x05, 1 if done else 0, bytes((group, number))), now_ms)

    def _configure(self, chip: Any, number: int, payload: bytes, now_ms: int) -> bool:
        if number == 0x8A and self._has_keys:
            return self._set_values(chip, payload, now_ms)
        if self._has_keys:
            return False
        if number == 0x01 and len(payload) == 3 and payload[0] == 0xF0:
            chip.settings["every"][_KINDS[payload[1]]] = payload[2]
            return True
        if number == 0x08 and len(payload) == 6:
            return self._set_interval(chip, int.from_bytes(payload[:2], "little"), now_ms)
        return False

    def _set_values(self, chip: Any, payload: bytes, now_ms: int) -> bool:
        if len(payload) < 4 or payload[0] != 0 or not payload[1] & 7:
            return False
        values, at = {}, 4
        while at < len(payload):
            key = int.from_bytes(payload[at : at + 4], "little")
            size = _SIZES.get(key >> 28 & 7, 0)
            value = payload[at + 4 : at + 4 + size]
            if not size or len(value) != size:
                return False
            values[key] = int.from_bytes(value, "little")
            at += 4 + size
        if any(key != _RATE_MEAS and key - _MSGOUT not in _OUT for key in values):
            return False  # as a whole: nothing of it is applied
        for key, number in values.items():
            if key != _RATE_MEAS:
                chip.settings["every"][_OUT[key - _MSGOUT]] = number
            elif not self._set_interval(chip, number, now_ms):
                return False
        return True

    def _set_interval(self, chip: Any, interval_ms: int, now_ms: int) -> bool:
        if not 50 <= interval_ms <= 10_000:
            return False
        chip.set_interval(interval_ms, now_ms)
        return True

"""What the languages of GNSS modules have in common: a sentence with its checksum, or a frame."""

from __future__ import annotations

from typing import Any

from sim.chips.gnss_nmea import finished

BAUD_RATES = (4800, 9600, 19200, 38400, 57600, 115200)


class Language:
    """outputs: the sentences that it sends from the factory on."""

    outputs: tuple[str, ...] = ("GGA", "GLL", "GSA", "GSV", "RMC", "VTG", "ZDA")

    def hear(self, chip: Any, data: bytes, now_ms: int) -> None:
        """This language has no commands: none is obeyed."""


class Sentences(Language):
    """Commands are sentences that begin with `prefix`; others' are not even refused."""

    prefix = b""

    def __init__(self) -> None:
        self._line = b""  # of a command that is still coming

    def hear(self, chip: Any, data: bytes, now_ms: int) -> None:
        *lines, self._line = (self._line + data)[-256:].split(b"\n")
        for line in lines:
            start = line.rfind(self.prefix)
            if start >= 0:
                self._command(chip, line[start:].rstrip(b"\r"), now_ms)

    def _command(self, chip: Any, line: bytes, now_ms: int) -> None:
        body, star, checksum = line[1:].partition(b"*")
        try:
            if not star or finished([body.decode()]) != b"$" + body + b"*" + checksum + b"\r\n":
                raise ValueError("wrong checksum")
            name, *arguments = body.decode().split(",")
            self.obey(chip, name, arguments, now_ms)
        except (ValueError, KeyError, IndexError):
            chip.refused += 1

    def obey(self, chip: Any, name: str, arguments: list[str], now_ms: int) -> None:
        """ValueError, KeyError or IndexError: it is refused."""
        raise KeyError(name)


def among(arguments: list[str], count: int) -> int:
    """The first argument, one of 0..count-1; ValueError otherwise."""
    value = int(arguments[0])
    if not 0 <= value < count:
        raise ValueError(value)
    return value

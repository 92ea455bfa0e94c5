"""A pair of RS-485 wires shaped like machine.UART, with Modbus modules on it.

Bytes and answers take their time: `any` counts what has arrived by `clock()`. A module on the
line hears every byte; a frame ends with a silence of 3.5 characters (MODBUS over Serial Line
V1.02, 2.5.1.1).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any


class RS485:
    """modules: with `answer(frame) -> bytes | None`, `delay_ms`, `baud` and `cut`.

    cut: no module is reached. noise: probability that a byte arrives damaged. chatter: bytes of
    rubbish a second on the idle line. echo: a transceiver that hears itself.
    """

    def __init__(self, clock: Callable[[], int], rng: random.Random | None = None):
        self._clock = clock
        self._rng = rng or random.Random(0)
        self.modules: list[Any] = []
        self.baudrate = 9600
        self.cut = False
        self.noise = 0.0
        self.chatter = 0.0
        self.echo = False
        self.sent = 0  # requests
        self._coming: list[tuple[float, int]] = []  # (arrives at ms, byte), ascending
        self._arrived = bytearray()
        self._last_ms = -1e9  # the line was last in use
        self._looked_ms = float(clock())

    def init(self, baudrate: int, parity: int | None = None) -> None:
        self.baudrate = baudrate

    def any(self) -> int:
        self._advance()
        return len(self._arrived)

    def readinto(self, buf: Any) -> int | None:
        self._advance()
        n = min(len(buf), len(self._arrived))
        buf[:n] = self._arrived[:n]
        del self._arrived[:n]
        return n or None

    def miss(self) -> None:
        """After sleep: what has arrived is lost."""
        self._advance()
        self._arrived.clear()

    def flush(self) -> None:
        """The caller waits until all is sent; virtual time has no need to."""

    def write(self, buf: Any) -> int:
        self._advance()
        now_ms = float(self._clock())
        byte_ms = 10_000 / self.baudrate
        end_ms = now_ms + len(buf) * byte_ms
        self.sent += 1
        is_clean = now_ms - self._last_ms >= 3.5 * byte_ms and not self._coming
        if self._coming:  # two senders at once
            self._coming = [(ms, self._rng.randrange(256)) for ms, _ in self._coming]
        if self.echo:
            self._send(bytes(buf), now_ms, byte_ms)
        self._last_ms = max(self._last_ms, end_ms)
        for module in self.modules:
            self._hear(module, bytes(buf), end_ms, byte_ms, is_clean)
        return len(buf)

    def _hear(
        self, module: Any, sent: bytes, end_ms: float, byte_ms: float, is_clean: bool
    ) -> None:
        if self.cut or module.cut or module.baud != self.baudrate or not is_clean:
            return
        answer = module.answer(self._damaged(sent))
        if answer is not None:
            start_ms = end_ms + 3.5 * byte_ms + module.delay_ms
            self._send(self._damaged(answer), start_ms, byte_ms)
            self._last_ms = start_ms + len(answer) * byte_ms

    def _send(self, data: bytes, start_ms: float, byte_ms: float) -> None:
        self._coming += [(start_ms + (at + 1) * byte_ms, byte) for at, byte in enumerate(data)]
        self._coming.sort(key=lambda byte: byte[0])

    def _advance(self) -> None:
        now_ms = float(self._clock())
        if self.chatter:
            expected = (now_ms - self._looked_ms) / 1000 * self.chatter
            while expected > 0 and self._rng.random() < expected:
                self._coming.append((now_ms, self._rng.randrange(256)))
                expected -= 1
        self._looked_ms = now_ms
        while self._coming and self._coming[0][0] <= now_ms:
            self._arrived.append(self._coming.pop(0)[1])

    def _damaged(self, data: bytes) -> bytes:
        if not self.noise:
            return data
        random_ = self._rng.random
        return bytes(
            byte ^ 1 << self._rng.randrange(8) if random_() < self.noise else byte for byte in data
        )

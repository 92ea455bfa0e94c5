"""SIMCom A7670E, an LTE modem on a UART: power, AT commands, and the data mode.

Source: SIMCom A7670 series hardware design V1.03, 3.2 and 3.3 (PWRKEY, UART);
A76XX series AT command manual V1.09; 3GPP TS 27.007; ITU-T V.250. What it says to each
command stands in modem_commands.py, the SIM card in modem_sim.py.

The world constructs ModemChip(uart, key, air, clock) and sets what is wrong with it. It
calls `advance(now_ms)` before the firmware reads the UART.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from sim.chips.modem_commands import Answers
from sim.chips.modem_doze import Doze
from sim.chips.modem_sim import SimCard
from sim.chips.modem_wires import PowerWires
from sim.wires.pin import Wire
from sim.wires.ppp import CONFIGURE, CONFIGURED, TERMINATE, TERMINATED
from sim.wires.uart import UART

_BOOT_MS = 8000
_KEY_ON_MS, _KEY_OFF_MS = 50, 2500
_OFF_MS = 2000
_ANSWER_MS = 20
_SEARCH_MS = 4000
_DROP_MS = 90_000  # without coverage so long, the network lets the connection go
_GUARD_MS = 1000  # S12: silence before and after +++
_LINE = 559


class ModemChip:
    """air() -> dBm where the bus is, None: no coverage. key: high while it is pressed.

    supply, reset, reset_when: see PowerWires; that it boots by itself when let go is not modelled:
    the driver presses the key. Faults: `silent` (hangs until its power is
    taken), `garbage` (probability of rubbish in front of a line), `chatty`
    (URCs in the middle of answers), `registration` ("auto", "denied", "none", "half", "roaming"),
    `has_data` (False: NO CARRIER to a dial), `ppp` (False: LCP is not answered). Counters:
    `overlapped` characters that came during a command, `refused` commands, `boots`.
    """

    def __init__(
        self,
        uart: UART,
        key: Wire,
        air: Callable[[], int | None],
        sim: SimCard | None = None,
        supply: Wire | None = None,
        seed: int = 0,
        baudrate: int = 115200,
        model: str = "A7670E-FASE",
        dtr: Wire | None = None,
        reset: Wire | None = None,
        reset_when: int = 1,
    ):
        self.uart = uart
        self.air = air
        self.sim = sim or SimCard()
        self.model = model
        self.baudrate = uart.chip_baudrate = baudrate
        self.now_ms = 0
        self.powered = True  # the board's supply
        self.silent = False
        self.garbage = 0.0
        self.chatty = False
        self.registration = "auto"
        self.has_data = True
        self.ppp = True
        self.overlapped = self.refused = self.boots = 0
        self.mode = "off"  # off, booting, command, data, escaped
        self.gnss: dict[str, int] = {}
        self.on_gnss: Callable[[dict[str, int]], None] = lambda gnss: None
        self._key, self.doze = key, Doze(dtr)
        self._wires = PowerWires(supply, reset, reset_when)
        self.is_asleep = False
        self._rng = random.Random(seed)
        self._answers = Answers(self)
        self._key_since: int | None = None
        self._later: list[tuple[int, Callable[[], None]]] = []
        self._forget()

    def _forget(self) -> None:
        self.echo = True
        self.cmee = 0
        self.doze.csclk = 0
        self.apn = ""
        self.is_busy = False
        self._line = b""
        self._heard = b""
        self._plus = b""
        self._quiet_ms = self.now_ms
        self._served_ms = self.now_ms
        self._lost_ms: int | None = None
        self._later.clear()
        self.gnss = {}
        self.on_gnss(self.gnss)

    # time and power

    def advance(self, now_ms: int) -> None:
        """The key, what has come, what is due, bytes across the wire."""
        self.now_ms = now_ms
        if self.mode != "off" and not self._can_run():
            self._off()
            self.silent = False
        self.is_asleep = self.doze.look(now_ms, self.mode == "command")
        self._press(bool(self._key.load))
        for due in sorted([one for one in self._later if one[0] <= now_ms], key=lambda one: one[0]):
            if due in self._later:
                self._later.remove(due)
                due[1]()
        data = self.uart.received()
        if data and self.is_asleep:
            self.doze.missed += len(data)
        elif data and self.mode in ("command", "escaped") and not self.silent:
            self._type(self._damage(data))
        elif data and self.mode == "data" and not self.silent:
            self._transfer(data)
        self._escape()
        self._lose()
        self.uart.advance(now_ms)

    @property
    def next_ms(self) -> int | None:
        """When the chip next does something by itself."""
        return min((due for due, _ in self._later), default=None)

    def later(self, ms: int, call: Callable[[], None]) -> None:
        self._later.append((self.now_ms + ms, call))

    def _can_run(self) -> bool:
        return self.powered and self._wires.let_it_run()

    def _press(self, pressed: bool) -> None:
        if not pressed:
            held_ms = 0 if self._key_since is None else self.now_ms - self._key_since
            self._key_since = None
            if held_ms >= _KEY_ON_MS and self.mode == "off" and self._can_run():
                self._boot()
            elif held_ms >= _KEY_OFF_MS and self.mode not in ("off", "leaving"):
                self.mode = "leaving"  # a modem that hangs obeys its key all the same
                self.silent = False
                self.later(_OFF_MS, self._off)
        elif self._key_since is None:
            self._key_since = self.now_ms

    def _boot(self) -> None:
        self.boots += 1
        self.mode = "booting"
        self._forget()
        self.later(_BOOT_MS, self._booted)

    def _booted(self) -> None:
        self.mode = "command"
        self.uart.chip_baudrate = self.baudrate
        self.urc("*ATREADY: 1")
        self.sim.start(self)

    def card_is_ready(self) -> None:
        self._served_ms = self.now_ms
        self.urc("SMS DONE")
        self.urc("PB DONE")

    def _off(self) -> None:
        self.mode = "off"
        self.uart.silence()
        self._forget()

    # what it says

    def urc(self, line: str) -> None:
        if self.mode == "command" and not self.silent:
            self.send(f"\r\n{line}\r\n")

    def send(self, text: str) -> None:
        data = text.encode()
        if self.garbage and self._rng.random() < self.garbage:
            data = self._rng.randbytes(self._rng.randint(1, 20)) + data
        self.uart.transmit(data, self.now_ms)

    def say(self, lines: list[str], final: str, after_ms: int = _ANSWER_MS) -> None:
        """The answer to a command; until then it takes no other."""
        self.is_busy = True

        def answer() -> None:
            self.is_busy = False
            if self.silent:
                return
            for line in lines:
                self.send(f"\r\n{line}\r\n")
                if self.chatty:
                    self.send("\r\n+CGEV: ME PDN ACT 1\r\n")
            if self.chatty:
                self.send("\r\n+CREG: 1\r\n\r\n+CSQ: 31,99\r\n"[: 14 if lines else None])
            self.send(f"\r\n{final}\r\n")

        self.later(after_ms, answer)

    # what it hears

    def _damage(self, data: bytes) -> bytes:
        if self.uart.baudrate == self.uart.chip_baudrate:
            return data
        return self._rng.randbytes(len(data))

    def _type(self, data: bytes) -> None:
        for byte in data:
            if self.is_busy:
                self.overlapped += 1
                continue
            if self.echo and byte != 0x0A:
                self.uart.transmit(bytes((byte,)), self.now_ms)
            if byte != 0x0D:
                self._line = (self._line + bytes((byte,)))[-_LINE:]
                continue
            line, self._line = self._line, b""
            start = line.upper().find(b"AT")  # characters before it are noise
            if start >= 0 and line.isascii():
                self._answers.obey(line[start + 2 :].decode("ascii").strip())

    # data mode

    def connect(self) -> None:
        self.send("\r\nCONNECT 115200\r\n")
        self.is_busy = False
        self.mode = "data"
        self._heard = self._plus = b""
        self._quiet_ms = self.now_ms

    def resume(self) -> None:
        self.connect()

    def hang_up(self) -> None:
        self.mode = "command"

    def _transfer(self, data: bytes) -> None:
        is_escape = data == b"+++" and self.now_ms - self._quiet_ms >= _GUARD_MS
        self._plus = data if is_escape else b""
        self._quiet_ms = self.now_ms
        self._heard = (self._heard + data)[-64:]
        if TERMINATE in self._heard and self.ppp:
            self.uart.transmit(TERMINATED, self.now_ms)
            self._end()
        elif CONFIGURE in self._heard and self.ppp and self.is_covered:
            self._heard = b""
            self.uart.transmit(CONFIGURED, self.now_ms)

    def _escape(self) -> None:
        if self.mode == "data" and self._plus and self.now_ms - self._quiet_ms >= _GUARD_MS:
            self._plus = b""
            self.mode = "escaped"
            self.send("\r\nOK\r\n")

    def _end(self) -> None:
        self.mode = "command"
        self.send("\r\nNO CARRIER\r\n")

    def _lose(self) -> None:
        covered = self.is_covered
        if covered:
            self._lost_ms = None
        elif self._lost_ms is None:
            self._lost_ms = self.now_ms
            self._served_ms = self.now_ms
        elif self.mode == "data" and self.now_ms - self._lost_ms >= _DROP_MS:
            self.uart.transmit(TERMINATE, self.now_ms)
            self._end()

    # the network

    @property
    def is_covered(self) -> bool:
        return self.air() is not None and self.registration in ("auto", "roaming")

    @property
    def stat(self) -> int:
        """3GPP TS 27.007, 7.2: 0 not searching, 1 home, 2 searching, 3 denied, 5 roaming."""
        if self.sim.state != "READY":
            return 0
        if self.air() is None or self.registration in ("none", "half"):
            return 2
        if self.registration == "denied":
            return 3
        if self.now_ms - self._served_ms < _SEARCH_MS:
            return 2
        return 5 if self.registration == "roaming" else 1

    @property
    def speaks_nmea(self) -> bool:
        """The receiver inside runs, and its sentences leave by the serial port."""
        gnss = self.gnss
        return bool(gnss.get("power") and gnss.get("test") and gnss.get("nmea_on_uart"))

    @property
    def carries(self) -> bool:
        """Whether IP packets pass now."""
        return self.mode == "data" and not self.silent and self.is_covered

"""A SIMCom modem (A7670, SIM7600): wakes it, and sends it AT commands.

What takes time is a generator: each `yield` gives the milliseconds until its next step, so no
step ever waits. now_ms is set before each step.

Source: SIMCom A76XX series and SIM7600 series AT command manuals; A7670 and SIM7600
hardware designs, 3.2 (PWRKEY); ITU-T V.250, 6.2.9 and 6.3 (+++ , H).
"""

from micropython import const

from drivers.radio.at import TIMED_OUT, At
from drivers.radio.radio_fault import RadioFault

_BAUD = const(115200)
_OTHER_BAUDS = (9600, 57600, 38400, 460800)
_POLL_MS = const(10)
_SYNC_MS = const(300)
_SYNCS = const(3)
_DRAINS = const(10)
_GUARD_MS = const(1100)  # silence before and after +++
_ANSWER_MS = const(5000)
_KEY_MS = const(400)  # switches on: SIM7600 100 to 500 ms, A7670 50 ms or more
_KEY_OFF_MS = const(3000)  # switches off: 2.5 s or more
_OFF_MS = const(30000)  # a SIM7600 takes 26 s to log off and go
_SUPPLY_OFF_MS = const(2000)
_RESET_MS = const(2500)  # SIM767X: 2 s or more
_BOOT_MS = const(25000)


class Modem:
    """cycles: int, how often its power was switched off and on."""

    def __init__(self, uart, power):
        """uart: machine.UART, used by nothing else. power: ModemPower."""
        self._uart = uart
        self._at = At(uart)
        self._power = power
        self.now_ms = 0
        self.cycles = 0

    def pause(self, ms):
        yield ms

    def ask(self, command, timeout_ms):
        """Steps -> str, the final result. Raises RadioFault if the modem does not answer."""
        result = yield from self._ask(command, timeout_ms)
        if result == TIMED_OUT:
            raise RadioFault("The modem did not answer AT%s." % command.split("=")[0])
        return result

    def answer(self, prefix):
        """-> str: what follows prefix in the first such line of the last answer; "" if none."""
        for line in self._at.answers:
            if line.startswith(prefix):
                return line[len(prefix) :].strip()
        return ""

    def await_urc(self, text, timeout_ms):
        """Steps -> bool: this line came in time."""
        end_ms = self.now_ms + timeout_ms
        while text not in self._at.urcs and text not in self._at.answers:
            if self.now_ms >= end_ms:
                return False
            self._at.listen()
            yield _POLL_MS
        return True

    def _ask(self, command, timeout_ms):
        at = self._at
        at.drain()
        at.ask(command, self.now_ms, timeout_ms)
        while True:
            result = at.poll(self.now_ms)
            if result is not None:
                return result
            yield _POLL_MS

    def wake(self, is_last_try):
        """Steps until it answers AT: as it is, after leaving data, at another speed, switched on.

        is_last_try: switch its power off and on if nothing else helps. Raises RadioFault.
        """
        if (yield from self._is_awake()):
            return
        yield from self._escape()
        if (yield from self._is_awake()):
            yield from self.ask("H", _ANSWER_MS)
            return
        for baud in _OTHER_BAUDS:
            self._uart.init(baudrate=baud)
            if (yield from self._is_awake()):
                yield from self._ask("+IPR=%d" % _BAUD, _ANSWER_MS)
                break
        self._uart.init(baudrate=_BAUD)
        if (yield from self._is_awake()):
            return
        if not (yield from self._switch_on()):
            if is_last_try:
                yield from self.cycle_power()
            if not (yield from self._is_awake()):
                raise RadioFault("The modem does not answer.", is_last_try)

    def _is_awake(self):
        for _ in range(_SYNCS):
            result = yield from self._ask("", _SYNC_MS)
            if result == "OK":
                for _ in range(_DRAINS):  # the answers to AT that came late
                    if not self._at.drain():
                        break
                    yield 2 * _POLL_MS
                return True
        return False

    def _escape(self):
        yield _GUARD_MS
        self._uart.write(b"+++")
        yield _GUARD_MS
        self._at.drain()

    def _switch_on(self):
        self._power.press(True)
        yield _KEY_MS
        self._power.press(False)
        end_ms = self.now_ms + _BOOT_MS
        while self.now_ms < end_ms:
            if (yield from self._is_awake()):
                return True
        return False

    def cycle_power(self):
        self.cycles += 1
        if self._power.has_supply:
            self._power.supply(False)
            yield _SUPPLY_OFF_MS
            self._power.supply(True)
            yield _SUPPLY_OFF_MS
        elif self._power.has_reset:
            self._power.reset(True)
            yield _RESET_MS
            self._power.reset(False)
            yield _SUPPLY_OFF_MS
        else:
            self._power.press(True)
            yield _KEY_OFF_MS
            self._power.press(False)
            yield _OFF_MS
        yield from self._switch_on()

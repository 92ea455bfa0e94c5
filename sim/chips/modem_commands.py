"""What the modem answers to each AT command; what it does not know is an ERROR.

Source: SIMCom A76XX series AT command manual V1.09; A76XX GNSS application note V1.03;
SIM7500_SIM7600 series GPS application note, +CGPS and +CGPSNMEARATE.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sim.chips.modem_sim import BUSY, FAILURE

_NOT_INSERTED, _WRONG_PASSWORD = 10, 16
_NO_STATE = {"NOT INSERTED": _NOT_INSERTED, FAILURE: 13, BUSY: 14}
_BAUD_RATES = (0, 9600, 19200, 38400, 57600, 115200, 230400, 460800)
_PIN = re.compile(r'"?(\d{4,8})"?')
_CONTEXT = re.compile(r'(\d+),"(IP|IPV6|IPV4V6)","([^"]*)"')
_GNSS_READY_MS = 9000
_PIN_MS, _DIAL_MS, _NO_DIAL_MS = 300, 1500, 8000


class Answers:
    def __init__(self, modem: Any):
        self._modem = modem
        self._known: dict[str, Callable[[str], None]] = {
            "": self._ok, "E0": lambda _: self._echo(False), "E1": lambda _: self._echo(True),
            "H": self._hang_up, "O": self._resume, "D*99#": self._dial, "D*99***1#": self._dial,
            "+CGMM": lambda _: self._tell(modem.model), "+CSQ": self._signal,
            "+CPIN?": self._pin_state, "+CPIN=": self._pin, "+SPIC": self._tries,
            "+CMEE=": self._errors,
            "+CSCLK=": self._sleep, "+CREG?": lambda _: self._registration("+CREG"),
            "+CEREG?": lambda _: self._registration("+CEREG"), "+CGDCONT=": self._context,
            "+IPR=": self._speed, "+CGNSSPWR?": self._gnss_state, "+CGNSSPWR=": self._gnss_power,
            "+CGPSNMEARATE=": self._gnss_rate, "+CGNSSTST=": self._gnss_test,
            "+CGNSSPORTSWITCH=": self._gnss_port,
        }  # fmt: skip
        if modem.model.startswith("SIM7600"):
            for name in [name for name in self._known if name.startswith("+CGNSS")]:
                del self._known[name]
            self._known["+CGPS="], self._known["+CGPSNMEARATE="] = self._gps, self._gps_rate

    def obey(self, command: str) -> None:
        """command: without its AT."""
        name, equals, argument = command.partition("=")
        known = self._known.get(name.upper() + equals)
        if known is None:
            self._error()
        else:
            known(argument)

    def _ok(self, _: str = "") -> None:
        self._modem.say([], "OK")

    def _tell(self, *lines: str) -> None:
        self._modem.say(list(lines), "OK")

    def _error(self, code: int | None = None) -> None:
        self._modem.refused += 1
        final = "ERROR" if code is None or not self._modem.cmee else f"+CME ERROR: {code}"
        self._modem.say([], final)

    def _number(self, argument: str, *allowed: int) -> int | None:
        """None after an ERROR."""
        if argument.isdigit() and int(argument) in allowed:
            return int(argument)
        self._error()
        return None

    def _echo(self, on: bool) -> None:
        self._modem.echo = on
        self._ok()

    def _errors(self, argument: str) -> None:
        value = self._number(argument, 0, 1)  # 2, in words, is not modelled
        if value is not None:
            self._modem.cmee = value
            self._ok()

    def _sleep(self, argument: str) -> None:
        """Manual V1.09, AT+CSCLK: 1, by DTR; 2, by silence, is not modelled."""
        value = self._number(argument, 0, 1)
        if value is not None:
            self._modem.doze.csclk = value
            self._ok()

    def _speed(self, argument: str) -> None:
        value = self._number(argument, *_BAUD_RATES)
        if value:
            modem = self._modem
            self._ok()
            modem.later(30, lambda: self._change_speed(value))

    def _change_speed(self, baudrate: int) -> None:
        self._modem.baudrate = self._modem.uart.chip_baudrate = baudrate

    # SIM card

    def _pin_state(self, _: str) -> None:
        state = self._modem.sim.state
        if state in _NO_STATE:
            self._error(_NO_STATE[state])
        else:
            self._tell(f"+CPIN: {state}")

    def _pin(self, argument: str) -> None:
        modem = self._modem
        given = _PIN.fullmatch(argument)
        if modem.sim.starting or not modem.sim.present:
            self._error(_NO_STATE.get(modem.sim.state, _NO_STATE[BUSY]))
        elif not given or modem.sim.state != "SIM PIN":
            self._error()
        elif modem.sim.give(given[1]):
            modem.say([], "OK", _PIN_MS)
            modem.sim.takes_pin(modem)
        else:
            self._error(_WRONG_PASSWORD)

    def _tries(self, _: str) -> None:
        sim = self._modem.sim
        if sim.starting or not sim.present:
            self._error(_NO_STATE.get(sim.state, _NO_STATE[BUSY]))
        else:
            self._tell(f"+SPIC: {sim.tries},10,3,10")

    # network

    def _signal(self, _: str) -> None:
        dbm = self._modem.air()
        rssi = 99 if dbm is None else max(0, min(31, (dbm + 113) // 2))
        self._tell(f"+CSQ: {rssi},99")

    def _registration(self, name: str) -> None:
        """A packet network: +CREG, the circuit side, follows +CEREG; "half": it is denied there."""
        denied = name == "+CREG" and self._modem.registration == "half"
        self._tell(f"{name}: 0,{3 if denied else self._modem.stat}")

    def _context(self, argument: str) -> None:
        given = _CONTEXT.fullmatch(argument)
        if not given or given[1] != "1":
            self._error()
            return
        self._modem.apn = given[3]
        self._ok()

    def _dial(self, _: str) -> None:
        modem = self._modem
        modem.is_busy = True
        if modem.has_data and modem.apn and modem.stat in (1, 5):
            modem.later(_DIAL_MS, modem.connect)
        else:
            modem.say([], "NO CARRIER", _NO_DIAL_MS)

    def _hang_up(self, _: str) -> None:
        self._modem.hang_up()
        self._ok()

    def _resume(self, _: str) -> None:
        if self._modem.mode == "escaped":
            self._modem.resume()
        else:
            self._modem.say([], "NO CARRIER")

    # GNSS

    def _gnss_state(self, _: str) -> None:
        self._tell(f"+CGNSSPWR: {self._modem.gnss.get('power', 0)},0,1")

    def _gnss_power(self, argument: str) -> None:
        value = self._number(argument, 0, 1)
        if value is None:
            return
        modem = self._modem
        if value and not modem.gnss.get("power"):
            modem.later(_GNSS_READY_MS, self._gnss_ready)
        elif not value:
            modem.gnss = {}
            modem.on_gnss(modem.gnss)
        self._ok()

    def _gnss_ready(self) -> None:
        self._set_gnss(power=1, rate=1)
        self._modem.urc("+CGNSSPWR: READY!")

    def _gnss_rate(self, argument: str) -> None:
        self._gnss_setting("rate", argument, 1, 2, 4, 5, 10)

    def _gnss_test(self, argument: str) -> None:
        self._gnss_setting("test", argument, 0, 1)

    def _gnss_port(self, argument: str) -> None:
        if argument not in ("0,0", "0,1", "1,0", "1,1") or not self._modem.gnss.get("power"):
            self._error()
            return
        self._set_gnss(nmea_on_uart=int(argument[2]))
        self._ok()

    def _gnss_setting(self, name: str, argument: str, *allowed: int) -> None:
        if not self._modem.gnss.get("power"):
            self._error()
            return
        value = self._number(argument, *allowed)
        if value is not None:
            self._set_gnss(**{name: value})
            self._ok()

    def _gps(self, argument: str) -> None:
        """A SIM7600's: what it does already is an ERROR."""
        value = self._number(argument, 0, 1)
        if value is None:
            return
        if value == self._modem.gnss.get("power", 0):
            self._error()
            return
        self._set_gnss(power=value)
        self._ok()

    def _gps_rate(self, argument: str) -> None:
        value = self._number(argument, 0, 1)
        if value is not None:
            self._set_gnss(rate=value)
            self._ok()

    def _set_gnss(self, **settings: int) -> None:
        self._modem.gnss.update(settings)
        self._modem.on_gnss(self._modem.gnss)

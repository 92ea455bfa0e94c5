"""Cellular data through a SIMCom modem (A7670, SIM7600): AT commands, then PPP on the same UART.

_connect() has the steps in their order. Each part is a generator (see Modem): no step ever
waits.

Source: SIMCom A76XX series and SIM7600 series AT command manuals; 3GPP TS 27.007, 7.2
(+CREG), 8.5 (+CSQ), 10.1 (+CGDCONT, +CEREG, D*99#); ITU-T V.250, 6.3 (dial, hang up).
MicroPython documentation, network.PPP.
"""

from micropython import const

from drivers.radio.modem import Modem
from drivers.radio.modem_gnss import start_gnss
from drivers.radio.radio_fault import RadioFault
from drivers.radio.sim_card import unlock

_IDLE_MS = const(200)
_LOOK_MS = const(500)
_ANSWER_MS = const(5000)
_REGISTER_MS = const(90000)
_DENIED_MS = const(20000)
_DIAL_MS = const(60000)
_DIAL_AGAIN_MS = const(2000)
_PPP_MS = const(30000)
_PPP_END_MS = const(9000)  # lwIP sends two terminate requests, 3 s each, then gives up
_SIGNAL_MS = const(60000)  # a measurement counts for this long
_FIRST_WAIT_MS = const(5000)
_LONGEST_WAIT_MS = const(600000)
_WOKEN_MS = const(100)
_FAULTS_A_CYCLE = const(3)
_REGISTERED = ("1", "5")  # at home, roaming
_SEARCHING = "2"
_DENIED = "3"
_APN_TRIES = const(3)


class Cellular:
    """No method waits or raises what the modem did.

    failure: str, why it is not up; "" if it is, or if that is unknown. fault: likewise, but
    only what a person has to repair. due_ms: turn() has nothing to do before.
    """

    name = "cellular"

    def __init__(self, uart, make_ppp, power, settings, with_gnss=False, is_fast=False):
        """uart: machine.UART, used by nothing else. make_ppp: network.PPP. power: ModemPower.

        settings: config["cellular"]. with_gnss: the bus uses the modem's GNSS receiver;
        is_fast: with five fixes a second.
        """
        self._uart = uart
        self._modem = Modem(uart, power)
        self._make_ppp = make_ppp
        self._settings = settings
        self._gnss_hz = (5 if is_fast else 1) if with_gnss else 0
        # Made once: when an earlier PPP is collected it removes the UART's interrupt
        # (network_ppp.c, __del__), and the running link would receive nothing more.
        self._ppp = None
        self._is_wanted = False
        self._failures = 0  # since it was up
        self._must_cycle = False
        self._power = power
        self._can_doze = False  # it answered, and nothing has failed since
        self._is_settled = False
        self._dbm = None
        self._dbm_ms = 0
        self._now_ms = 0
        self.failure = ""
        self.fault = ""
        self._begin()

    def up(self):
        """Begins to connect; is_up() shows the result."""
        self._is_wanted = True

    def down(self):
        """Hangs up."""
        self._is_wanted = False
        self._begin()

    def restart(self):
        """Switches the modem's power off and on, and begins again."""
        self._must_cycle = True
        self._begin()

    def is_off(self):
        """bool: hung up, and asleep if it can be; nothing is lost while the board sleeps."""
        return not self._is_wanted and self._is_settled

    def is_up(self):
        """bool: there is an IP connection, as far as PPP knows."""
        return self._is_up and self._ppp.isconnected()

    def signal_dbm(self):
        """int, dBm, measured within the last minute, or None: it is not measured during data."""
        if self._dbm is None or self._now_ms - self._dbm_ms > _SIGNAL_MS:
            return None
        return self._dbm

    def turn(self, now_ms):
        """One step, if one is due."""
        self._modem.now_ms = self._now_ms = now_ms
        if now_ms < self.due_ms:
            return
        try:
            self.due_ms = now_ms + next(self._steps)
        except Exception as error:  # noqa: BLE001 - a radio must never stop the bus
            self.failure = self.fault = "The modem's driver failed (%r)." % error
            self._failures += 1
            self._begin()
            self.due_ms = now_ms + _FIRST_WAIT_MS

    def _begin(self):
        self._is_up = self._is_settled = False
        self.due_ms = 0
        self._power.doze(False)
        self._steps = self._live()

    # the order of things

    def _live(self):
        wait_ms = 0
        while True:
            yield from self._hang_up()
            yield wait_ms
            if not self._is_wanted:
                wait_ms = 0
                yield from self._doze()
            try:
                yield from self._connect()
                wait_ms = 0
                yield from self._stay()
            except RadioFault as fault:
                self._is_up = False
                self.failure = fault.text
                if fault.needs_person:
                    self.fault = fault.text
                wait_ms = min(_FIRST_WAIT_MS << min(self._failures, 10), _LONGEST_WAIT_MS)
                self._failures += 1
                self._must_cycle = self._failures % _FAULTS_A_CYCLE == 0

    def _doze(self):
        """Waits until the radio is wanted. The modem stays registered, so it is back in seconds.
        It stays awake if the bus uses its GNSS receiver."""
        dozes = self._can_doze and self._power.has_dtr and not self._gnss_hz
        self._can_doze = False
        if dozes:
            try:
                dozes = (yield from self._modem.ask("+CSCLK=1", _ANSWER_MS)) == "OK"
            except RadioFault:
                dozes = False
        self._power.doze(dozes)
        self._is_settled = True
        while not self._is_wanted:
            yield _IDLE_MS
        self._is_settled = False
        if dozes:
            self._power.doze(False)
            yield _WOKEN_MS

    def _connect(self):
        modem = self._modem
        if self._must_cycle:
            self._must_cycle = False
            self._dbm = None
            yield from modem.cycle_power()
        yield from modem.wake(self._failures > 0)
        yield from modem.ask("E0", _ANSWER_MS)
        yield from modem.ask("+CMEE=1", _ANSWER_MS)
        yield from unlock(modem, self._settings["pin"])
        if self._gnss_hz:
            yield from start_gnss(modem, self._gnss_hz)
        yield from self._register()
        yield from self._dial()

    def _stay(self):
        self._is_up = self._can_doze = True
        self._failures = 0
        self.failure = self.fault = ""
        while self._ppp.isconnected():
            yield _LOOK_MS
        raise RadioFault("The modem lost its connection.")

    # network

    def _register(self):
        end_ms = self._now_ms + _REGISTER_MS
        denied_ms = None
        while True:
            yield from self._measure()
            states = []
            for command in ("+CEREG", "+CREG"):
                yield from self._modem.ask(command + "?", _ANSWER_MS)
                states.append((self._modem.answer(command + ":").split(",") + [""])[1])
            if states[0] in _REGISTERED or states[1] in _REGISTERED:
                return
            if _DENIED not in states or _SEARCHING in states:  # one network may still be found
                denied_ms = None
            elif denied_ms is None:
                denied_ms = self._now_ms
            elif self._now_ms - denied_ms >= _DENIED_MS:
                raise RadioFault("The mobile network refuses this SIM card.", True)
            if self._now_ms >= end_ms:
                raise RadioFault("The modem finds no mobile network.")
            yield _LOOK_MS

    def _measure(self):
        yield from self._modem.ask("+CSQ", _ANSWER_MS)
        rssi = self._modem.answer("+CSQ:").split(",")[0]
        known = rssi.isdigit() and int(rssi) <= 31  # 99: not known
        self._dbm = 2 * int(rssi) - 113 if known else None
        self._dbm_ms = self._now_ms

    def _dial(self):
        settings = self._settings
        for _ in range(_APN_TRIES):
            result = yield from self._modem.ask(
                '+CGDCONT=1,"IP","%s"' % settings["apn"], _ANSWER_MS
            )
            if result == "OK":
                break
            yield _DIAL_AGAIN_MS  # it may only be busy
        else:
            raise RadioFault("The modem refuses the APN %s." % settings["apn"], True)
        result = yield from self._modem.ask("D*99#", _DIAL_MS)
        if result != "CONNECT":
            raise RadioFault("The mobile network gives no data connection (%s)." % result)
        if self._ppp is None:
            self._ppp = self._make_ppp(self._uart)
        try:
            if settings["user"]:
                self._ppp.connect(
                    security=self._ppp.SEC_PAP, user=settings["user"], key=settings["password"]
                )
            else:
                self._ppp.connect()
        except OSError as error:
            raise RadioFault("PPP does not start (%s)." % error)
        end_ms = self._now_ms + _PPP_MS
        while not self._ppp.isconnected():
            if self._now_ms >= end_ms:
                raise RadioFault("PPP did not connect in time.")
            yield _LOOK_MS // 5

    def _hang_up(self):
        """Ends PPP before the UART is read for anything else; the modem then takes commands."""
        if self._ppp is None:
            return
        self._ppp.disconnect()
        end_ms = self._now_ms + _PPP_END_MS
        while self._ppp.status() > 0:  # 0: ended as asked; below: by itself
            if self._now_ms >= end_ms:
                self._must_cycle = True
                break
            yield _LOOK_MS // 5

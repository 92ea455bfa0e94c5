"""The GNSS receiver inside a SIMCom modem: switched on, NMEA to the modem's serial port.

Source: SIMCom A76XX series GNSS application note V1.03 (+CGNSSPWR, +CGPSNMEARATE,
+CGNSSTST, +CGNSSPORTSWITCH); SIM7500_SIM7600 series GPS application note (+CGPS,
+CGPSNMEARATE: 0 is 1 Hz, 1 is 10 Hz).
"""

from micropython import const

_ANSWER_MS = const(5000)
_READY_MS = const(15000)  # A76XX: 9 s or so
_READY = "+CGNSSPWR: READY!"


def start_gnss(modem, rate_hz):
    """Steps (see Modem). rate_hz: 1 or 5. A modem without a receiver is no fault.

    If the receiver runs already, an A76XX does not send READY again, and a SIM7600 answers
    ERROR to +CGPS=1. Neither is a fault.
    """
    result = yield from modem.ask("+CGNSSPWR?", _ANSWER_MS)
    if result != "OK":
        yield from modem.ask("+CGPSNMEARATE=%d" % (1 if rate_hz > 1 else 0), _ANSWER_MS)
        yield from modem.ask("+CGPS=1", _ANSWER_MS)
        return
    if not modem.answer("+CGNSSPWR:").startswith("1"):
        yield from modem.ask("+CGNSSPWR=1", _ANSWER_MS)
        yield from modem.await_urc(_READY, _READY_MS)
    yield from modem.ask("+CGPSNMEARATE=%d" % rate_hz, _ANSWER_MS)
    yield from modem.ask("+CGNSSTST=1", _ANSWER_MS)
    yield from modem.ask("+CGNSSPORTSWITCH=0,1", _ANSWER_MS)

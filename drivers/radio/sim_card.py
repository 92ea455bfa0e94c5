"""Unlocks the SIM card: gives it its PIN at most once, because three wrong ones lock it.

Source: 3GPP TS 27.007, 8.3 (+CPIN) and 9.2 (+CME ERROR); SIMCom A76XX and SIM7600 AT
command manuals, AT+SPIC (remaining tries).
"""

from micropython import const

from drivers.radio.radio_fault import RadioFault

_ANSWER_MS = const(5000)
_PIN_MS = const(10000)
_LOOK_MS = const(1000)
_LOOKS = const(20)  # a card that is busy or still starting
_ALL_TRIES = "3"
_NO_CARD = ("10", "13", "15")  # +CME ERROR: not inserted, failure, wrong


def unlock(modem, pin):
    """Steps (see Modem) until the card is ready. Raises RadioFault if a person has to come.

    The PIN is tried only while all three tries remain. After a refusal, even one from before
    a reset, two remain, and it is not tried again.
    """
    for _ in range(_LOOKS):
        result = yield from modem.ask("+CPIN?", _ANSWER_MS)
        state = modem.answer("+CPIN:")
        if state == "READY":
            return
        if state == "SIM PIN":
            yield from _give_pin(modem, pin)
        elif state:  # SIM PUK and other locks
            raise RadioFault("The SIM card is locked and asks for its %s." % state[4:], True)
        elif result.split(" ")[-1] in _NO_CARD:
            raise RadioFault("There is no SIM card in the modem, or it cannot be read.", True)
        yield from modem.pause(_LOOK_MS)
    raise RadioFault("The SIM card does not become ready.", True)


def _give_pin(modem, pin):
    if not pin:
        raise RadioFault("The SIM card asks for a PIN, and cellular.pin is not set.", True)
    yield from modem.ask("+SPIC", _ANSWER_MS)
    if modem.answer("+SPIC:").split(",")[0] != _ALL_TRIES:
        raise RadioFault(
            "The SIM card refused a PIN before; cellular.pin is not tried again.", True
        )
    result = yield from modem.ask('+CPIN="%s"' % pin, _PIN_MS)
    if result.startswith("+CME ERROR") or result == "ERROR":
        raise RadioFault("The SIM card refused cellular.pin; it is not tried again.", True)

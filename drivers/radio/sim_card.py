"""Unlocks the SIM card: gives it its PIN at most once, because three wrong ones lock it.

A modem answers its first commands seconds before it has read the card, and says meanwhile that
there is none, that it fails, that it is not ready. None of that counts before it has lasted.

Source: 3GPP TS 27.007, 8.3 (+CPIN) and 9.2 (+CME ERROR); SIMCom A76XX and SIM7600 AT
command manuals, AT+SPIC (remaining tries) and +CPIN (NOT READY, SIM REMOVED, SIM CRASH).
"""

from micropython import const

from drivers.radio.radio_fault import RadioFault

_ANSWER_MS = const(5000)
_PIN_MS = const(10000)
_LOOK_MS = const(1000)
_START_MS = const(20000)  # A76XX and SIM7600: 3 s or so, more with a slow card
_ALL_TRIES = "3"
_LOCKS = ("PIN", "PUK")
_NO_CARD = ("10", "13", "15", "REMOVED", "CRASH", "INSERTED")  # +CME ERROR, or the state's end
_WRONG = ("ERROR", "11", "12", "16")  # PIN required, PUK required, incorrect password


def unlock(modem, pin):
    """Steps (see Modem) until the card is ready. Raises RadioFault if a person has to come.

    The PIN is tried only while all three tries remain. After a refusal, even one from before
    a reset, two remain, and it is not tried again.
    """
    end_ms = modem.now_ms + _START_MS
    is_given = False
    while True:
        result = yield from modem.ask("+CPIN?", _ANSWER_MS)
        state = modem.answer("+CPIN:")
        if state == "READY":
            return
        if state == "SIM PIN":
            if not is_given:
                is_given = yield from _give_pin(modem, pin)
        elif state[-3:] in _LOCKS:
            raise RadioFault(_locked(state), True)
        if modem.now_ms >= end_ms:
            if (state or result).split(" ")[-1] in _NO_CARD:
                raise RadioFault("There is no SIM card in the modem, or it cannot be read.", True)
            raise RadioFault("The SIM card does not become ready.", True)
        yield from modem.pause(_LOOK_MS)


def _locked(state):
    if state.startswith("SIM "):
        return "The SIM card is locked and asks for its %s." % state[4:]
    return "The modem is locked to another card or operator (%s)." % state


def _give_pin(modem, pin):
    """-> bool: the card has it. False: the card does not say yet how many tries are left."""
    if not pin:
        raise RadioFault("The SIM card asks for a PIN, and cellular.pin is not set.", True)
    yield from modem.ask("+SPIC", _ANSWER_MS)
    tries = modem.answer("+SPIC:").split(",")[0]
    if not tries:
        return False
    if tries != _ALL_TRIES:
        raise RadioFault(
            "The SIM card refused a PIN before; cellular.pin is not tried again.", True
        )
    result = yield from modem.ask('+CPIN="%s"' % pin, _PIN_MS)
    if result == "OK":
        return True
    if result.split(" ")[-1] in _WRONG:
        raise RadioFault("The SIM card refused cellular.pin; it is not tried again.", True)
    # Busy, or no answer of the card. The next attempt asks first how many tries are left.
    raise RadioFault("The SIM card did not take its PIN (%s)." % result)

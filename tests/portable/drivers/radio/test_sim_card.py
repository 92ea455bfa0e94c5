"""The SIM card's first seconds, as modems tell them. A PIN is given once, and never blindly."""

from drivers.radio.radio_fault import RadioFault
from drivers.radio.sim_card import unlock

CME = "+CME ERROR: "


class Modem:
    """Answers AT+CPIN? with one state after the other, the last one for ever.

    A state that is a +CME ERROR is a final result. tries: what AT+SPIC says; takes: the result of
    a PIN. Each command takes 100 ms.
    """

    def __init__(self, *states, tries=("3",), takes="OK"):
        self.states, self.tries, self.takes = list(states), list(tries), takes
        self.now_ms = 0
        self.given = []
        self._answer = ""

    def pause(self, ms):
        self.now_ms += ms
        yield ms

    def ask(self, command, timeout_ms):
        self.now_ms += 100
        yield 10
        self._answer = ""
        if command.startswith("+CPIN="):
            self.given.append(command[7:-1])
            return self.takes
        told = self.states if command == "+CPIN?" else self.tries
        answer = told.pop(0) if len(told) > 1 else told[0]
        if answer.startswith(CME):
            return answer
        self._answer = answer
        return "OK"

    def answer(self, prefix):
        return self._answer


def unlocks(modem, pin=""):
    """-> "" if the card is ready, else why not, and whether a person has to come."""
    try:
        for _ in unlock(modem, pin):
            pass
    except RadioFault as fault:
        return fault.text, fault.needs_person
    return ""


def test_a_card_that_is_starting_is_waited_for():
    for state in ("NOT READY", "SIM REMOVED", "SIM CRASH", CME + "10", CME + "13", CME + "14"):
        modem = Modem(*[state] * 6, "READY")
        assert unlocks(modem) == ""
        assert 6000 <= modem.now_ms < 8000
    assert unlocks(Modem(CME + "13", "NOT READY", "SIM REMOVED", "READY")) == ""


def test_what_lasts_twenty_seconds_is_told_in_words_that_fit():
    no_card = ("There is no SIM card in the modem, or it cannot be read.", True)
    for state in ("SIM REMOVED", "NOT INSERTED", CME + "10", CME + "13", CME + "15"):
        modem = Modem(state)
        assert unlocks(modem) == no_card
        assert 20000 <= modem.now_ms < 23000
    for state in ("NOT READY", CME + "14"):
        assert unlocks(Modem(state)) == ("The SIM card does not become ready.", True)


def test_a_lock_is_told_at_once_and_by_its_name():
    modem = Modem("SIM PUK")
    assert unlocks(modem, "1234") == ("The SIM card is locked and asks for its PUK.", True)
    assert modem.now_ms < 1000 and modem.given == []
    told = "The modem is locked to another card or operator (PH-NET PIN)."
    assert unlocks(Modem("PH-NET PIN"), "1234") == (told, True)


def test_a_card_that_takes_its_time_after_the_pin_is_given_it_once():
    modem = Modem("SIM PIN", "SIM PIN", CME + "14", "SIM PIN", "READY")
    assert unlocks(modem, "1234") == "" and modem.given == ["1234"]
    modem = Modem("SIM PIN")
    assert unlocks(modem, "1234") == ("The SIM card does not become ready.", True)
    assert modem.given == ["1234"]


def test_no_pin_is_given_before_the_card_says_how_many_tries_are_left():
    modem = Modem("SIM PIN", "SIM PIN", "SIM PIN", "READY", tries=(CME + "14", "3,10,3,10"))
    assert unlocks(modem, "1234") == "" and modem.given == ["1234"]
    modem = Modem("SIM PIN", tries=(CME + "14",))
    assert unlocks(modem, "1234") == ("The SIM card does not become ready.", True)
    assert modem.given == []
    modem = Modem("SIM PIN", tries=("2,10,3,10",))
    assert "refused a PIN before" in unlocks(modem, "1234")[0] and modem.given == []


def test_only_a_refusal_is_called_one():
    for result in (CME + "16", CME + "12", "ERROR"):
        text, needs_person = unlocks(Modem("SIM PIN", takes=result), "1234")
        assert "refused cellular.pin" in text and needs_person
    text, needs_person = unlocks(Modem("SIM PIN", takes=CME + "14"), "1234")
    assert text == "The SIM card did not take its PIN (+CME ERROR: 14)." and not needs_person
    assert "cellular.pin is not set" in unlocks(Modem("SIM PIN"))[0]

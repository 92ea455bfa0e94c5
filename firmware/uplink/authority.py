"""Authority: is a command the city's, for this bus, new, and in time? (docs/mqtt.md, Commands)

What is cheap to find out comes first, and the signature last: its verification takes an ESP32 a
second or two. turn() does a slice of it, between the ticks; meanwhile the command waits, and the
next ones behind it. A bus that does not know the time goes by the earliest time that it can be
(firmware/earliest.py): a number that only rises still lets no command be done twice. Where the time
is known, a number that is a year ahead of it is refused: nobody can use up all that are left.
"""

from micropython import const

from firmware.earliest import SINCE_S
from firmware.event import INFO, WARNING, Event
from firmware.signature import TAIL, signature_of
from firmware.uplink.numbers import Numbers

VERIFIERS = ("firmware.sha512", "firmware.ed25519")
"""What verifies. It is in the heap only meanwhile: drivers/board/leave.py."""

_DOMAIN = b"busguard-cmd\n"
_MOST = (1 << 31) - 1  # what NVS keeps
_NAME = const(64)  # characters of a user's name
_TRIES = const(3)
_PAUSE_MS = const(600000)  # between two events for one reason
_AHEAD_S = const(31622400)  # a year: numbers are seconds since 2024

# A bus that sleeps or has no signal gets many a command too late; one whose power was cut between
# a command and its PUBACK gets it again.
_HARMLESS = ("expired", "repeated")
_SENTENCES = {
    "no_key": "This bus knows no key of the city: it obeys only ping.",
    "retained": "A retained command is not done.",
    "form": '"%s" is missing or not as it has to be: every command is signed by the city.',
    "other_bus": "This command is for %s, and this bus is %s.",
    "number": "The number %d cannot be used: it has to be greater than %d, and at most %d.",
    "repeated": "The bus has taken number %d before, and may have done it: look at its state.",
    "expired": "This command has expired.",
    "signature": "The signature is not the city's.",
    "forged_part": "%s",
}


class Authority:
    def __init__(self, identity, memory):
        """identity: Identity, or None: the bus obeys nobody."""
        self._identity = identity
        self._numbers = Numbers(memory)
        self._examined = None  # (name, payload, keys): what the work, or its result, is about
        self._work = None
        self._right_key = None  # the work's result
        self._failures = 0  # of the work, one after the other: the heap is full
        self._refused = {}  # reason -> [how many were not reported, the last command, due ms]
        self._has_news = False

    @property
    def is_examining(self):
        return self._work is not None

    def examines(self, name, payload):
        """bool: the signature of just this command is being verified."""
        return self._work is not None and self._case(name, payload) == self._examined

    def allows(self, name, request, payload, utc_ms, is_known=False):
        """name: str after cmd/; request: dict, the payload that was read; utc_ms: it is this late
        at least; is_known: and no later -> bool.

        False: not known yet, ask again once is_examining has ended. True: it has to be done now,
        and never again. ValueError, with a sentence: it must not be done.
        """
        self._look(name, request, payload, utc_ms, is_known)
        case = self._case(name, payload)
        if self._examined != case or self._work is not None:
            if self._failures >= _TRIES:
                self._failures = 0
                raise ValueError("The bus has no memory to verify this; send it again later.")
            self._examined = case
            self._work = _verification(*case)
            return False
        self._examined = None
        key, n = self._right_key, request["n"]
        if key is None:
            self.refuse(name, "signature")
        self._must_be_new(name, n, [key])
        self._numbers.keep(key, n, self._identity.city_keys)
        return True

    def turn(self):
        """A slice of the verification -> bool: there was one to do."""
        if self._work is None:
            return False
        try:
            next(self._work)
        except StopIteration as done:
            self._right_key = done.value
            self._work = None
            self._failures = 0
        except (MemoryError, ImportError, OSError):
            # Nothing is known of the command: it waits, and is examined anew.
            self._work = self._examined = None
            self._failures += 1
        return True

    def refuse(self, name, reason, *values):
        """Notes it for the city; always raises ValueError."""
        noted = self._refused.setdefault(reason, [0, name, 0])
        noted[0] += 1
        noted[1] = name
        self._has_news = True
        text = _SENTENCES[reason]
        raise ValueError(text % values if values else text)

    def update(self, s):
        """Snapshot -> Events: of a reason the first at once, then all that came within 10 min as
        one. So a flood of commands fills no lane.
        """
        if not self._has_news:
            return ()
        self._has_news = False
        events = []
        for reason, noted in self._refused.items():
            count, name, due_ms = noted
            if count and s.now_ms >= due_ms:
                severity = INFO if reason in _HARMLESS else WARNING
                data = (("reason", reason), ("command", name[:_NAME]), ("count", count))
                events.append(Event("command_refused", severity, data=data, subject=None))
                noted[0], noted[2] = 0, s.now_ms + _PAUSE_MS
            elif count:
                self._has_news = True
        return events

    def _look(self, name, request, payload, utc_ms, is_known):
        """All but the signature."""
        mine = self._identity
        if mine is None:
            self.refuse(name, "no_key")
        _check_form(self, name, request, payload)
        bus = mine.fleet + "/" + mine.bus
        if request["for"] not in (bus, mine.fleet):
            self.refuse(name, "other_bus", request["for"], bus)
        most = _MOST
        if is_known:  # a wrong date of long ago takes no command of today away
            most = min(most, max(utc_ms // 1000, mine.at) - SINCE_S + _AHEAD_S)
        self._must_be_new(name, request["n"], mine.city_keys, most)
        if request["until"] < utc_ms // 1000:
            self.refuse(name, "expired")

    def _must_be_new(self, name, n, keys, most=_MOST):
        """keys: one of them has signed it. most: the highest number that counts."""
        used = [self._numbers.last(key) for key in keys]
        if min(used) < n <= most:
            return
        if n in used:
            self.refuse(name, "repeated", n)
        self.refuse(name, "number", n, min(used), most)

    def _case(self, name, payload):
        """What a verdict is about. The name is signed too: a right command is right for no other;
        and a key that the city took back in between counts no more."""
        return name, payload, self._identity.city_keys


def _verification(name, payload, keys):
    """Generator -> the key of the city that has signed it, or None."""
    for module in VERIFIERS:
        __import__(module)
        yield
    from firmware.ed25519 import verify

    signed = _DOMAIN + name.encode() + b"\n" + payload[:-TAIL]
    signature = signature_of(payload)
    for key in keys:
        is_right = yield from verify(key, signed, signature)
        if is_right:
            return key
    return None


def _check_form(authority, name, request, payload):
    who = request.get("by")
    for member, is_good in (
        ("for", isinstance(request.get("for"), str)),
        ("n", type(request.get("n")) is int and 0 < request["n"] <= _MOST),
        ("until", type(request.get("until")) is int and request["until"] >= 0),
        ("by", isinstance(who, str) and 1 <= len(who) <= _NAME),
        ("sig", signature_of(payload) is not None),
    ):
        if not is_good:
            authority.refuse(name, "form", member)

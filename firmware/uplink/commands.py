"""Requests of the city on cmd/<name>. A new command is one line in COMMANDS.

Payload: {"v":1,"id":"...", ...,"sig":"..."}. The city has signed each (authority.py), except a ping
and the parts of a policy or a release: it has signed their digest. Every request is answered on
`reply` with its id. A bad request changes nothing; its answer says what is wrong. A command gets
the bus and the request. It returns a sentence, or raises ValueError with one, or returns None: the
answer follows later. A retained request would be done again at every connection, so it is refused.
"""

from micropython import const

from firmware import messages
from firmware.jsonstrict import parse
from firmware.policy.store import Forged
from firmware.snapshot import DRILL, EVACUATION, SERVICE
from firmware.uplink.inbox import LATER


def _ping(bus, request):
    return "The bus hears you."


def _service(bus, request):
    bus.enter(SERVICE, request["by"])
    return "Service mode: the horn stays silent. It ends by itself."


def _drill(bus, request):
    bus.enter(DRILL, request["by"])
    return "Drill: SOS, doors and evacuation are an exercise; all else is real. It ends by itself."


def _evacuation(bus, request):
    bus.enter(EVACUATION, request["by"])
    return "Evacuation: persons are counted until every seat is empty."


def _normal(bus, request):
    bus.modes.leave(request["by"])
    return "Every mode ends now."


def _out_of_service(bus, request):
    seats, days = request.get("seats"), request.get("days")
    return bus.out_of_service.grant(seats, days, bus.snapshot.utc_ms, request["by"])


def _policy(bus, request):
    return bus.policy.take_offer(request)


def _part(bus, request):
    try:
        return bus.policy.take_part(request)
    except Forged as error:
        bus.authority.refuse("part", "forged_part", str(error))


def _city_keys(bus, request):
    return bus.city_keys.replace(request.get("keys"), request["by"])


def _release(bus, request):
    return bus.updates.take_offer(request)


def _piece(bus, request):
    return bus.updates.take_piece(request)


COMMANDS = {
    "ping": _ping,
    "service": _service,
    "drill": _drill,
    "evacuation": _evacuation,
    "normal": _normal,
    "policy": _policy,
    "part": _part,
    "out_of_service": _out_of_service,
    "city_keys": _city_keys,
    "release": _release,
    "piece": _piece,
}
_LONG = ("part", "piece")
_WRITING = ("policy", "part", "city_keys", "release")  # a file, while it is done
_UNSIGNED = ("ping",) + _LONG
_LONGEST = const(320)  # bytes of a ping
_MOST_ESCAPES = const(24)
_MOST_MARKS = const(32)  # commas and brackets: a command of the city has a dozen


def answer(bus, name, payload, is_retained=False):
    """name: str after cmd/. payload: bytes -> bytes for `reply`; None: the answer follows later;
    LATER: call it again once the bus has examined the command, or has time to write a file.
    """
    is_signed = name in COMMANDS and name not in _UNSIGNED
    if is_signed and bus.authority.examines(name, payload):
        return LATER
    if name in _WRITING and not is_retained and not _has_time(bus, name):
        return LATER
    try:
        _must_be_short(name, payload)
        request = parse(payload)
    except ValueError:
        return messages.reply(
            None, False, "The payload is not valid JSON, or longer than it may be."
        )
    version = request.get("v") if isinstance(request, dict) else None
    if version is True or version != 1:
        return messages.reply(None, False, 'The payload has to be an object with "v": 1.')
    request_id = request.get("id")
    if not isinstance(request_id, str) or not 1 <= len(request_id) <= 64:
        return messages.reply(None, False, '"id" has to be a text of 1 to 64 characters.')
    try:
        if is_retained and is_signed:
            bus.authority.refuse(name, "retained")
        if is_retained:
            raise ValueError("A retained command is not done.")
        if name not in COMMANDS:
            raise ValueError("Unknown command; there are: %s." % ", ".join(sorted(COMMANDS)))
        if is_signed and not _is_allowed(bus, name, request, payload):
            return LATER
        text = COMMANDS[name](bus, request)
        return None if text is None else messages.reply(request_id, True, text)
    except ValueError as error:
        return messages.reply(request_id, False, str(error))


def _has_time(bus, name):
    """Without an offer every part is refused, and nothing is written."""
    return (name == "part" and not bus.policy.is_coming) or bus.gap.take_soon()


def _must_be_short(name, payload):
    """ValueError, before it is parsed: that costs an ESP32 up to 1 ms a comma."""
    is_part = name in _LONG
    plain = payload.replace(b"\\\\", b"").replace(b'\\"', b"")
    if (
        (name in _UNSIGNED and not is_part and len(payload) > _LONGEST)
        or (not is_part and payload.count(b"\\") > _MOST_ESCAPES)
        or payload.count(b"\\u") > _MOST_ESCAPES
        or plain.count(b'"') > 2 * _MOST_MARKS
    ):
        raise ValueError
    outside = b"".join(plain.split(b'"')[::2])
    if sum([outside.count(mark) for mark in (b",", b"[", b"{")]) > _MOST_MARKS:
        raise ValueError


def _is_allowed(bus, name, request, payload):
    utc_ms, is_known = bus.earliest.utc_ms(bus.snapshot.now_ms), bus.earliest.is_told
    return bus.authority.allows(name, request, payload, utc_ms, is_known)

"""Requests of the city on cmd/<name>. A new command is one line in COMMANDS.

Payload: {"v":1,"id":"..."}. Every request is answered on `reply` with its id. A bad request
changes nothing; its answer says what is wrong. A command gets the bus and the request. It
returns a sentence, or raises ValueError with one, or returns None: the answer follows later.
A retained request would be done again at every connection, so it is refused.
"""

from firmware import messages
from firmware.jsonstrict import parse
from firmware.snapshot import DRILL, EVACUATION, SERVICE


def _ping(bus, request):
    return "The bus hears you."


def _service(bus, request):
    bus.enter(SERVICE)
    return "Service mode: the horn stays silent. It ends by itself."


def _drill(bus, request):
    bus.enter(DRILL)
    return "Drill: SOS, doors and evacuation are an exercise; all else is real. It ends by itself."


def _evacuation(bus, request):
    bus.enter(EVACUATION)
    return "Evacuation: persons are counted until every seat is empty."


def _normal(bus, request):
    bus.modes.leave()
    return "Every mode ends now."


def _out_of_service(bus, request):
    seats, days = request.get("seats"), request.get("days")
    return bus.out_of_service.grant(seats, days, bus.snapshot.utc_ms)


def _policy(bus, request):
    return bus.policy.take_part(request)


COMMANDS = {
    "ping": _ping,
    "service": _service,
    "drill": _drill,
    "evacuation": _evacuation,
    "normal": _normal,
    "policy": _policy,
    "out_of_service": _out_of_service,
}


def answer(bus, name, payload, is_retained=False):
    """name: str after cmd/. payload: bytes -> bytes for `reply`; None: the answer follows later."""
    try:
        request = parse(payload)
    except ValueError:
        return messages.reply(None, False, "The payload is not valid JSON.")
    version = request.get("v") if isinstance(request, dict) else None
    if version is True or version != 1:
        return messages.reply(None, False, 'The payload has to be an object with "v": 1.')
    request_id = request.get("id")
    if not isinstance(request_id, str) or not 1 <= len(request_id) <= 64:
        return messages.reply(None, False, '"id" has to be a text of 1 to 64 characters.')
    if is_retained:
        return messages.reply(request_id, False, "A retained command is not done.")
    if name not in COMMANDS:
        known = ", ".join(sorted(COMMANDS))
        return messages.reply(request_id, False, "Unknown command; there are: %s." % known)
    try:
        text = COMMANDS[name](bus, request)
        return None if text is None else messages.reply(request_id, True, text)
    except ValueError as error:
        return messages.reply(request_id, False, str(error))

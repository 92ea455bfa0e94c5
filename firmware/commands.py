"""Requests of the city on cmd/<name>. A new command is one line in COMMANDS.

Payload: {"v":1,"id":"..."}; every request is answered on `reply` with its id, a bad
one with a sentence that says what is wrong; it changes nothing.
"""

import json

from firmware import messages


def _ping(bus):
    return "The bus hears you."


COMMANDS = {"ping": _ping}


def answer(bus, name, payload):
    """name: str after cmd/; payload: bytes -> reply payload, bytes."""
    try:
        request = json.loads(payload)
    except (ValueError, UnicodeError):
        return messages.reply(None, False, "The payload is not valid JSON.")
    if not isinstance(request, dict) or request.get("v") != 1:
        return messages.reply(None, False, 'The payload has to be an object with "v": 1.')
    request_id = request.get("id")
    if not isinstance(request_id, str) or not 1 <= len(request_id) <= 64:
        return messages.reply(None, False, '"id" has to be a text of 1 to 64 characters.')
    if name not in COMMANDS:
        known = ", ".join(sorted(COMMANDS))
        return messages.reply(request_id, False, "Unknown command; known are: %s." % known)
    return messages.reply(request_id, True, COMMANDS[name](bus))

"""Delivers a notice: LINE's Messaging API, e-mail, a webhook and a hundred more, by apprise."""

from __future__ import annotations

import asyncio
import re

_PATIENCE_S = 30
_LONGEST = 300
_SECRET = 5  # characters of an address from which on a part of it is not told


async def deliver(to: str, title: str, body: str) -> str | None:
    """-> None once it was taken, else what went wrong; the address stands in no error."""
    import apprise  # as in routes.py

    service = apprise.Apprise()
    service.add(to)
    with apprise.LogCapture(level=apprise.logging.WARNING) as log:
        try:
            taken = await asyncio.wait_for(service.async_notify(body, title), _PATIENCE_S)
        except asyncio.TimeoutError:
            return f"no answer within {_PATIENCE_S} s"
        told = log.getvalue().strip().splitlines()
    if taken:
        return None
    return without_secrets(told[-1] if told else "it was not taken", to)[:_LONGEST]


def without_secrets(text: str, address: str) -> str:
    for part in re.split(r"[:/?&=@]+", address):
        if len(part) >= _SECRET:
            text = text.replace(part, "***")
    return text

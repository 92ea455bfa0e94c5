"""Delivers a notice with apprise: LINE's Messaging API, e-mail, a webhook and a hundred more."""

from __future__ import annotations

import asyncio
import re

_PATIENCE_S = 30
_LONGEST = 300
_SECRET = 5
"""A part of an address that has so many characters or more may be a token, and is never shown."""


async def deliver(to: str, title: str, body: str) -> str | None:
    """-> None if it was delivered, else what went wrong, without the address."""
    import apprise  # here, because it takes a second: see routes.py

    service = apprise.Apprise()
    service.add(to)
    with apprise.LogCapture(level=apprise.logging.WARNING) as log:
        try:
            taken = await asyncio.wait_for(service.async_notify(body, title), _PATIENCE_S)
        except asyncio.TimeoutError:
            return f"no answer within {_PATIENCE_S} s"
        said = log.getvalue().strip().splitlines()
    if taken:
        return None
    return without_secrets(said[-1] if said else "it was not accepted", to)[:_LONGEST]


def without_secrets(text: str, address: str) -> str:
    for part in re.split(r"[:/?&=@]+", address):
        if len(part) >= _SECRET:
            text = text.replace(part, "***")
    return text

"""Delivers a notice with apprise: LINE's Messaging API, e-mail, a webhook and a hundred more."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import threading

_PATIENCE_S = 30
_LONGEST = 300
_SECRET = 5
"""A part of an address that has so many characters or more may be a token, and is never shown."""


async def deliver(to: str, title: str, body: str) -> str | None:
    """-> None if it was delivered, else what went wrong, without the address.

    Each has a thread of its own: apprise has six for all, and receivers that never answer would
    hold up those of other routes. The end of the program does not wait for them.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def work() -> None:
        try:
            error = _notify(to, title, body)
        except Exception as failed:  # noqa: BLE001  (in one of a hundred services)
            error = f"apprise failed: {type(failed).__name__}"
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(_settle, answer, error)

    threading.Thread(target=work, name="notice", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, _PATIENCE_S)
    except asyncio.TimeoutError:
        return f"no answer within {_PATIENCE_S} s"


def _settle(answer: asyncio.Future[str | None], error: str | None) -> None:
    if not answer.done():
        answer.set_result(error)


def _notify(to: str, title: str, body: str) -> str | None:
    import apprise  # here, because it takes a second: see routes.py

    said: list[str] = []
    # With a timeout of its own, apprise would send from its pool of threads.
    asset = apprise.AppriseAsset(service_timeout=0)
    service = apprise.Apprise(asset=asset, log_callback=lambda entry, _: said.append(entry.message))
    service.add(to)
    if service.notify(body, title, log_level=logging.WARNING):
        return None
    return without_secrets(said[-1].strip() if said else "it was not accepted", to)[:_LONGEST]


def without_secrets(text: str, address: str) -> str:
    for part in re.split(r"[:/?&=@]+", address):
        if len(part) >= _SECRET:
            text = text.replace(part, "***")
    return text

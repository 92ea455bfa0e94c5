"""Passwords: argon2id (RFC 9106), which takes 64 MB and a tenth of a second on purpose.

A flood of sign-ins must not take all of the memory: only a few are computed at a time, some wait,
and the rest is refused. Devices that the station knows have a place of their own, in which one name
waits only twice, however many devices it has.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections import Counter

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # an unknown name takes as long as a known one
_AT_ONCE = {True: 1, False: 2}
"""For known devices, for others."""
_WAITING = 20
_WAITING_OF_NAME = 2


class TooBusy(Exception):
    """Too many passwords are being checked at this moment."""


def new_password() -> str:
    """20 letters and digits: more than 100 bits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(20))


async def hashed(password: str) -> str:
    return await asyncio.to_thread(_HASHER.hash, password)


class Passwords:
    def __init__(self) -> None:
        self._places = {known: asyncio.Semaphore(n) for known, n in _AT_ONCE.items()}
        self._waiting = dict.fromkeys(_AT_ONCE, 0)
        self._names: Counter[str] = Counter()  # that wait for the place of known devices

    async def matches(self, stored: str | None, password: str, known: str | None) -> bool:
        """stored None: the person does not exist. known: the person's name, if the device is known.
        TooBusy."""
        is_known = known is not None
        if self._waiting[is_known] >= _WAITING:
            raise TooBusy
        if known is not None and self._names[known] >= _WAITING_OF_NAME:
            raise TooBusy
        self._waiting[is_known] += 1
        self._names[known or ""] += 1
        try:
            async with self._places[is_known]:
                is_right = await asyncio.to_thread(_matches, stored or _NOBODY, password)
        finally:
            self._waiting[is_known] -= 1
            self._names[known or ""] -= 1
            self._names += Counter()  # forgets what is 0
        return is_right and stored is not None


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False

"""Gives buses their identities, and takes them away (table identities).

A list is one transaction: every bus of it gets its identity, or none does. Two that enrol at once
wait for each other.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import iso
from station.db.database import Database
from station.db.tables import identities
from station.identity import city
from station.identity.errors import IdentityError
from station.identity.keys import Keys
from station.identity.password import hashes_of, new_password

_NAME = re.compile("[A-Za-z0-9_-]{1,32}")
How = Literal["certificate", "password"]
Why = Literal["enrol", "replace", "rotate"]
"""enrol: a bus without a valid identity. replace: those before end at once, because the board was
stolen or is broken. rotate: the one before stays valid until the new one is seen."""
MOST = 500
"""Buses at once."""


class Made(NamedTuple):
    bus: str
    serial: str
    file: bytes
    """The content of <bus>.identity.json."""


async def give(database: Database, keys: Keys, fleet: str, buses: Sequence[str], *, why: Why,
               how: How, by: str, now_ms: int, new_authority: bool = False,
               keep: Callable[[list[Made]], None] = lambda _: None) -> list[Made]:  # fmt: skip
    """new_authority: these keys take the place of those before, which are lost or leaked. keep: is
    called before the register is changed for good; its error changes nothing. IdentityError."""
    check_names(fleet, buses)
    _check_files(buses)
    new = await asyncio.to_thread(_new_of_all, keys, fleet, buses, how, now_ms)
    async with database.write() as connection:
        await _alone(connection, database)
        if not new_authority:
            await city.refuse_another(connection, keys.authority, keys.folder)
        await city.keep(connection, database, keys)
        held = await _held(connection, fleet)
        _refuse(why, how, fleet, buses, held)
        if why == "replace":
            await _end(connection, fleet, buses, by, now_ms)
        rows = [{**row, "made_by": by[:64]} for row, _ in new]
        await connection.execute(insert(identities), rows)
        made = [Made(row["bus"], row["serial"], file) for row, file in new]
        keep(made)
    return made


async def revoke(
    database: Database, fleet: str, buses: Sequence[str], by: str, now_ms: int
) -> None:
    """These buses may speak no more. IdentityError."""
    check_names(fleet, buses)
    async with database.write() as connection:
        await _alone(connection, database)
        held = await _held(connection, fleet)
        without = [bus for bus in buses if not _valid(held, bus)]
        if without:
            raise IdentityError(
                f"{_list(without)} of {fleet} {_has(without)} no valid identity; nothing was "
                "changed."
            )
        await _end(connection, fleet, buses, by, now_ms)


async def everyone(database: Database) -> list[dict[str, Any]]:
    """Every identity ever given, by bus, the newest first; without its secrets."""
    columns = [column for column in identities.c if column.name not in ("mac_key", "credential")]
    order = (identities.c.fleet, identities.c.bus, identities.c.id.desc())
    async with database.read() as connection:
        rows = await connection.execute(select(*columns).order_by(*order))
        return [dict(row) for row in rows.mappings()]


def check_names(fleet: str, buses: Sequence[str]) -> None:
    """IdentityError."""
    for what, name in [("fleet", fleet), *(("bus", bus) for bus in buses)]:
        if not _NAME.fullmatch(name):
            raise IdentityError(
                f"A {what} is named by 1 to 32 letters, digits, _ and -, not by {name!r}."
            )
    twice = [bus for bus in dict.fromkeys(buses) if buses.count(bus) > 1]
    if twice:
        raise IdentityError(f"{_list(twice)} stands in the list more than once.")
    if not buses:
        raise IdentityError("Name at least one bus.")
    if len(buses) > MOST:
        raise IdentityError(f"{len(buses)} buses are too many at once; {MOST} are the most.")


def _check_files(buses: Sequence[str]) -> None:
    """IdentityError."""
    times = Counter(bus.lower() for bus in buses)
    alike = [bus for bus in buses if times[bus.lower()] > 1]
    if alike:
        raise IdentityError(
            f"{_list(alike)} differ only in capital letters, and their files would be one on many "
            "computers. Enrol them one after the other, or give one another name."
        )


def _new_of_all(keys: Keys, fleet: str, buses: Sequence[str], how: How,
                now_ms: int) -> list[tuple[dict, bytes]]:  # fmt: skip
    """Of 500 buses it takes seconds."""
    return [_new(keys, fleet, bus, how, now_ms) for bus in buses]


def _new(keys: Keys, fleet: str, bus: str, how: How, now_ms: int) -> tuple[dict, bytes]:
    """-> (its row, its file)."""
    serial, mac_key = secrets.token_hex(8), secrets.token_hex(32)
    while serial.startswith("00"):  # X.509 wants a number that is not 0
        serial = secrets.token_hex(8)
    user = f"{fleet}/{bus}"
    password, certificate, key, ends_ms, credential = "", b"", b"", None, None
    if how == "certificate":
        certificate, key, ends_ms = keys.authority.bus(user, serial)
    else:
        password = new_password()
        credential = hashes_of(password)
    row = {"fleet": fleet, "bus": bus, "serial": serial, "how": how, "mac_key": mac_key,
           "credential": credential, "made_ms": now_ms, "ends_ms": ends_ms}  # fmt: skip
    file = {
        "v": 1, "fleet": fleet, "bus": bus, "serial": serial, "at": now_ms // 1000,
        # Secret, because a broker may give a session to whoever knows its name (nats-server).
        "client_id": f"{fleet}-{bus}-{secrets.token_hex(8)}",
        "user": user, "password": password, "mac_key": mac_key, "city_keys": keys.city_keys,
        "ca": _base64(keys.ca()), "cert": _base64(certificate), "key": _base64(key),
    }  # fmt: skip
    return row, json.dumps(file, separators=(",", ":")).encode() + b"\n"


def _base64(der: bytes) -> str:
    return base64.b64encode(der).decode()


async def _alone(connection: AsyncConnection, database: Database) -> None:
    """Until this transaction ends nobody else enrols; SQLite has one writer at a time anyway."""
    if not database.is_sqlite:
        await connection.execute(text("LOCK TABLE identities IN SHARE ROW EXCLUSIVE MODE"))


async def _held(connection: AsyncConnection, fleet: str) -> dict[str, list[dict[str, Any]]]:
    """What each bus of the fleet was ever given."""
    mine = select(identities).where(identities.c.fleet == fleet).order_by(identities.c.id)
    held: dict[str, list[dict[str, Any]]] = {}
    for row in (await connection.execute(mine)).mappings():
        held.setdefault(row["bus"], []).append(dict(row))
    return held


def _valid(held: dict[str, list[dict[str, Any]]], bus: str) -> list[dict[str, Any]]:
    return [row for row in held.get(bus, ()) if row["revoked_ms"] is None]


def _refuse(why: Why, how: How, fleet: str, buses: Sequence[str],
            held: dict[str, list[dict[str, Any]]]) -> None:  # fmt: skip
    """IdentityError, if one of them cannot be given another identity like that."""
    for bus in buses:
        valid = _valid(held, bus)
        if why == "enrol" and valid:
            new = [one for one in buses if not _valid(held, one)]
            only = (
                f'New buses only: make enrol BUS="{" ".join(new)}". ' if 0 < len(new) < 20 else ""
            )
            raise IdentityError(
                f"{bus} of {fleet} has an identity already, since {iso(valid[-1]['made_ms'])}. "
                f"{only}If the board of {bus} was stolen or is broken, replace its identity, which "
                f"ends then: make enrol BUS={bus} REPLACE=1. Nothing was changed."
            )
        if why == "replace" and bus not in held:
            raise IdentityError(f"{bus} of {fleet} was never enrolled; use enrol.")
        if why == "rotate":
            _refuse_rotation(how, fleet, bus, valid)


def _refuse_rotation(how: How, fleet: str, bus: str, valid: list[dict[str, Any]]) -> None:
    if not valid:
        raise IdentityError(f"{bus} of {fleet} has no valid identity; use enrol.")
    if len(valid) > 1:
        raise IdentityError(
            f"A rotation of {bus} of {fleet} is under way: its newest identity was not seen yet. "
            "If that was lost, use replace."
        )
    if "password" in (how, valid[0]["how"]):
        raise IdentityError(
            f"{bus} of {fleet} cannot have two identities at once: a broker knows one password "
            "of a user. Use replace."
        )


async def _end(connection: AsyncConnection, fleet: str, buses: Sequence[str], by: str,
               now_ms: int) -> None:  # fmt: skip
    mine = (identities.c.fleet == fleet, identities.c.bus.in_(buses))
    ended = update(identities).where(*mine, identities.c.revoked_ms.is_(None))
    await connection.execute(ended.values(revoked_ms=now_ms, revoked_by=by[:64]))


def _list(buses: Sequence[str]) -> str:
    return ", ".join(buses)


def _has(buses: Sequence[str]) -> str:
    return "has" if len(buses) == 1 else "have"

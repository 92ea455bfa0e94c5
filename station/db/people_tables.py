"""The tables of people, of their sessions and of what they did (station/db/tables.py)."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, String, Table, Text

from station.db.metadata import Id, metadata

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(6), nullable=False),
    Column("password", String(255), nullable=False),  # argon2id
    Column("lang", String(2), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("fleets", JSON(none_as_null=True)),  # that the person sees; NULL: all
    Column("totp", String(64)),  # the secret of the codes; NULL: signing in takes no code
    Column("totp_step", BigInteger),  # of the last code that was used
    Column("recovery", JSON(none_as_null=True)),  # digests of the codes that are left
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the cookie, which is not kept
    Column("name", String(64), ForeignKey("users.name"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("ends_ms", BigInteger, nullable=False),
    Column("address", String(64), nullable=False, server_default=""),
    Column("browser", String(200), nullable=False, server_default=""),
    Column("made_ms", BigInteger, nullable=False, server_default="0"),
    Column("last_ms", BigInteger, nullable=False, server_default="0"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at_ms", BigInteger, nullable=False, index=True),  # of the last one
    Column("name", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("result", String(16), nullable=False),
    Column("times", BigInteger, nullable=False),
)

access_log = Table(
    "access_log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("who", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("fleet", String(32)),
    Column("bus", String(32)),
    Column("day", String(10)),
    Column("note", Text),
)

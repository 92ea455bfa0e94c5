"""Which station works on the database (station/db/lease.py). One row; times are the database's."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from station.db.metadata import metadata

leader = Table(
    "leader",
    metadata,
    # The key: to lengthen a lease waits for no writer, to take one waits for all of them.
    Column("term", BigInteger, primary_key=True, autoincrement=False),  # rises with each leader
    Column("holder", String(16), nullable=False),  # of the process
    Column("until_ms", BigInteger, nullable=False),
    Column("deaf_ms", BigInteger),  # since when it has no broker
)

"""The tables of notices (station/db/tables.py)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)

from station.db.metadata import Id, metadata

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alarm_id", BigInteger, ForeignKey("alarms.id"), nullable=False),
    Column("log_id", BigInteger, nullable=False),  # the newest entry of alarm_log that it tells of
    Column("bus_id", Integer),
    Column("subject", String(80), nullable=False, server_default=""),  # what is the same again
    Column("rank", SmallInteger, nullable=False, server_default="1"),  # station/notices/urgency.py
    Column("times", Integer, nullable=False, server_default="1"),  # alarms that it tells of
    Column("route", String(80), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("since_ms", BigInteger, nullable=False, server_default="0"),  # it may go since then
    Column("due_ms", BigInteger, nullable=False),  # of the next try
    Column("tries", Integer, nullable=False),
    Column("error", Text),
    Column("sent_ms", BigInteger),
    Column("dead_ms", BigInteger),
    UniqueConstraint("log_id", "route"),
    Index("ix_notices_bus", "bus_id", "since_ms"),
)
WAITS = and_(notices.c.sent_ms.is_(None), notices.c.dead_ms.is_(None))
Index(
    "ix_notices_waits",
    notices.c.route,
    notices.c.bus_id,
    notices.c.rank,
    notices.c.id,
    sqlite_where=WAITS,
    postgresql_where=WAITS,
)

notice_progress = Table(
    "notice_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("log_id", BigInteger, nullable=False),  # up to here alarm_log became notices
)

notice_beats = Table(
    "notice_beats",
    metadata,
    Column("route", String(80), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),  # of the last daily heartbeat
)

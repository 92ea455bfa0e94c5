"""The tables, for SQLite and PostgreSQL alike. Times: UTC in ms. A change needs a migration.

A journal is one epoch of one bus. `have` holds the ranges of seq that have come
(station/ingest/coverage.py), `alarm_seq`, `warning_seq` and `track_seq`
the last seq of each severity.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    CursorResult,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from station.db.leader_table import leader as leader
from station.db.metadata import Id as _Id
from station.db.metadata import metadata
from station.db.notice_tables import notice_beats as notice_beats
from station.db.notice_tables import notice_progress as notice_progress
from station.db.notice_tables import notices as notices
from station.db.people_tables import access_log as access_log
from station.db.people_tables import sessions as sessions
from station.db.people_tables import sign_ins as sign_ins
from station.db.people_tables import users as users
from station.db.release_tables import releases as releases
from station.db.release_tables import rollout_buses as rollout_buses
from station.db.release_tables import rollout_log as rollout_log
from station.db.release_tables import rollouts as rollouts
from station.db.report_tables import daily_sums as daily_sums

buses = Table(
    "buses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fleet", String(32), nullable=False),
    Column("bus", String(32), nullable=False),
    Column("label", String(80)),
    Column("phone", String(20)),  # the driver's
    Column("layout", JSON),
    Column("state", JSON),
    Column("state_heard_ms", BigInteger),
    Column("state_order", JSON),  # ms: which states are newer (station/live/order.py)
    Column("status", JSON),
    Column("status_heard_ms", BigInteger),
    Column("status_serial", String(16)),  # of the identity that sealed the status
    Column("gone_ms", BigInteger),  # taken off the list
    UniqueConstraint("fleet", "bus"),
)

journals = Table(
    "journals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bus_id", Integer, ForeignKey("buses.id"), nullable=False),
    Column("epoch", String(8), nullable=False),
    Column("first_heard_ms", BigInteger, nullable=False),
    Column("alarm_seq", BigInteger, nullable=False),
    Column("warning_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("track_seq", BigInteger, nullable=False),
    Column("have", JSON, nullable=False),
    UniqueConstraint("bus_id", "epoch"),
)

positions = Table(
    "positions",
    metadata,
    Column("journal_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("t", BigInteger, nullable=False),  # s
    Column("lat_e7", Integer, nullable=False),
    Column("lon_e7", Integer, nullable=False),
    Column("speed", Integer),  # 0.1 km/h
    Column("heading", SmallInteger),
    Column("odd_s", BigInteger),  # the bus's clock cannot be right: when it came
    Index("ix_positions_t", "journal_id", "t"),
    Index(
        "ix_positions_odd",
        "journal_id",
        "odd_s",
        sqlite_where=text("odd_s IS NOT NULL"),
        postgresql_where=text("odd_s IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

tracks = Table(
    "tracks",  # as they came, with their seal; each brought a position that was new
    metadata,
    Column("journal_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, primary_key=True, autoincrement=False),
    Column("t", BigInteger, nullable=False),  # s: of its oldest position, by which it expires
    Column("heard_ms", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("journal_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger),
    Column("clock", String(4), nullable=False),
    Column("boot", BigInteger),
    Column("up_ms", BigInteger),
    Column("kind", String(48), nullable=False),
    Column("severity", String(7), nullable=False),
    Column("state", String(7), nullable=False),
    Column("occ", BigInteger, nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("times", BigInteger),  # raises and changes it stands for; null: one
    Column("lat", Float),
    Column("lon", Float),
    Column("accuracy_m", Integer),  # radius around it; null: not known
    Column("estimated", Boolean, nullable=False, server_default=false()),
    Column("speed_kmh", Float),
    Column("data", JSON, nullable=False),
    Column("why", JSON, nullable=False),
    Column("heard_ms", BigInteger, nullable=False),
    Column("odd_clock", Boolean, nullable=False),
    Column("sealed", Text),  # as it came, with its seal; null: it came before this was kept
    Index("ix_events_occ", "journal_id", "occ"),
    Index("ix_events_at", "journal_id", "at_ms"),
    Index("ix_events_kind", "journal_id", "kind", "seq"),
)
IS_UPDATE = events.c.kind == literal_column("'update'")
"""As it stands in the index: a parameter in its place would not use it."""
Index("ix_events_update", events.c.heard_ms, sqlite_where=IS_UPDATE, postgresql_where=IS_UPDATE)
BY_ARRIVAL = literal_column("(at_ms IS NULL OR odd_clock)", Boolean)
"""Its own time is unknown or cannot be right, so that it is placed by when it was heard."""
Index("ix_events_arrival", events.c.journal_id, events.c.heard_ms,
      sqlite_where=BY_ARRIVAL, postgresql_where=BY_ARRIVAL)  # fmt: skip

alarms = Table(
    "alarms",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("bus_id", Integer, ForeignKey("buses.id"), nullable=False),
    Column("journal_id", Integer),  # None: the station's own
    Column("occ", BigInteger),
    Column("kind", String(48), nullable=False),
    Column("severity", String(7), nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("clock", String(4), nullable=False),  # gnss, rtc, none, odd
    Column("raised_ms", BigInteger),
    Column("heard_ms", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("cleared_ms", BigInteger),
    Column("ended_by", String(8)),  # bus, restart, state, station
    Column("acked_ms", BigInteger),
    Column("acked_by", String(64)),
    Column("note", Text),
    Column("escalated_ms", BigInteger),
    Column("lat", Float),
    Column("lon", Float),
    Column("accuracy_m", Integer),  # radius around it; null: not known
    Column("estimated", Boolean, nullable=False, server_default=false()),
    Column("data", JSON, nullable=False),
    Column("why", JSON, nullable=False),
    UniqueConstraint("journal_id", "occ", "kind"),
    Index("ix_alarms_heard", "heard_ms"),
    Index("ix_alarms_bus", "bus_id", "heard_ms"),
    Index(
        "uq_alarms_own",
        "bus_id",
        "kind",
        unique=True,
        sqlite_where=text("journal_id IS NULL AND cleared_ms IS NULL"),
        postgresql_where=text("journal_id IS NULL AND cleared_ms IS NULL"),
    ),
)

alarm_log = Table(
    "alarm_log",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("alarm_id", BigInteger, ForeignKey("alarms.id"), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(16), nullable=False),
    Column("note", Text),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
)

policies = Table(
    "policies",
    metadata,
    Column("fleet", String(32), primary_key=True),
    Column("hash", String(8), nullable=False),
    Column("pack", JSON, nullable=False),
    Column("put_ms", BigInteger, nullable=False),
    Column("text", Text),
    Column("sent_ms", BigInteger),
    Column("sent_by", String(64)),
)

refusals = Table(
    "refusals",
    metadata,
    Column("fleet", String(32), primary_key=True),
    Column("bus", String(32), primary_key=True),
    Column("message", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fleet", String(32), nullable=False),
    Column("bus", String(32), nullable=False),
    Column("serial", String(16), nullable=False, unique=True),  # hex; of the certificate, too
    Column("how", String(11), nullable=False),  # certificate, password
    Column("mac_key", String(64), nullable=False),  # hex
    Column("credential", JSON),  # how: password: its hash, as each kind of broker keeps it
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("ends_ms", BigInteger),  # of the certificate
    Column("revoked_ms", BigInteger),
    Column("revoked_by", String(64)),
    Column("first_seen_ms", BigInteger),
    Column("last_seen_ms", BigInteger),
    Index("ix_identities_fleet", "fleet", "bus"),
)

own = Table(
    "own",  # what this database knows of itself
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)


def new_id(made: CursorResult) -> int:
    """The key that an INSERT of one row was given."""
    key = made.inserted_primary_key
    assert key is not None
    return key[0]

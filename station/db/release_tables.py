"""The tables of releases and of their rollouts (station/release, station/db/tables.py)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from station.db.metadata import Id, metadata

releases = Table(
    "releases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", String(16), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),  # SHA-256 of the file
    Column("file", LargeBinary, nullable=False),  # as it was added
    Column("added_ms", BigInteger, nullable=False),
    Column("added_by", String(64), nullable=False),
)

rollouts = Table(
    "rollouts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("fleet", String(32), nullable=False),
    Column("release_id", BigInteger, ForeignKey("releases.id"), nullable=False),
    Column("state", String(9), nullable=False),  # running, paused, stopped, withdrawn, done
    Column("stages", JSON, nullable=False),  # of each: names of buses, or a share in percent
    Column("stage", Integer, nullable=False),
    Column("stage_ms", BigInteger, nullable=False),  # since when it is this one
    Column("least_s", BigInteger, nullable=False),  # a stage is watched before the next one
    Column("wait_s", BigInteger),  # after which a stage counts as done; null: never
    Column("stop_share", Integer, nullable=False),  # percent
    Column("silent_s", BigInteger, nullable=False),
    Column("downgrade", Boolean, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", String(64), nullable=False),
    Index("ix_rollouts_fleet", "fleet", "id"),
)

rollout_buses = Table(
    "rollout_buses",
    metadata,
    Column("rollout_id", BigInteger, ForeignKey("rollouts.id"), primary_key=True),
    Column("bus", String(32), primary_key=True),
    Column("stage", Integer),  # null: it is not part of this rollout
    Column("again", Boolean, nullable=False),  # although it came back from this release before
    Column("offer", String(64)),  # the id that stands at the bus; null: none does
    Column("offer_ms", BigInteger),  # when that was sent
    Column("heard", Boolean, nullable=False),  # the bus has answered what was sent last
    Column("refusals", Integer, nullable=False),
    Column("told", JSON(none_as_null=True)),  # the newest fetch, without its piece
    Column("told_ms", BigInteger),
    Column("boot", BigInteger),  # of the board, when it was last seen ready or with the release
    Column("board", String(32)),  # serial/epoch of the status that boot is from
    Column("took_ms", BigInteger),  # since when it may run the release
    Column("seen", Boolean, nullable=False),  # its status has said that it runs the release
    Column("event_ms", BigInteger),  # of its newest event that was looked at: when it was heard
    Column("event_seq", BigInteger, nullable=False),
    Column("result", String(8)),  # runs, returned, silent, refused, left
    Column("result_ms", BigInteger),
    Column("why", String(48)),
    Column("message", Text),  # the sentence of the bus
    Column("pardoned", Boolean, nullable=False),  # a person went on although it came back
)

rollout_log = Table(
    "rollout_log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rollout_id", BigInteger, ForeignKey("rollouts.id"), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),  # the station: its own step
    Column("what", String(16), nullable=False),
    Column("note", Text),
)

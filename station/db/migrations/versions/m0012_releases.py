"""Firmware over the air: releases, their rollouts, how far each bus is, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("version", name="uq_releases_version"),
    )
    op.create_table(
        "rollouts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fleet", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("stage_ms", sa.BigInteger(), nullable=False),
        sa.Column("least_s", sa.BigInteger(), nullable=False),
        sa.Column("wait_s", sa.BigInteger(), nullable=True),
        sa.Column("stop_share", sa.Integer(), nullable=False),
        sa.Column("silent_s", sa.BigInteger(), nullable=False),
        sa.Column("downgrade", sa.Boolean(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollouts"),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_rollouts_release_id"),
    )
    op.create_index("ix_rollouts_fleet", "rollouts", ["fleet", "id"])
    op.create_table(
        "rollout_buses",
        sa.Column("rollout_id", sa.BigInteger(), nullable=False),
        sa.Column("bus", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("offer", sa.String(length=64), nullable=True),
        sa.Column("offer_ms", sa.BigInteger(), nullable=True),
        sa.Column("heard", sa.Boolean(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("told_ms", sa.BigInteger(), nullable=True),
        sa.Column("boot", sa.BigInteger(), nullable=True),
        sa.Column("board", sa.String(length=32), nullable=True),
        sa.Column("took_ms", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=True),
        sa.Column("result_ms", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(length=48), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("pardoned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rollout_id", "bus", name="pk_rollout_buses"),
        sa.ForeignKeyConstraint(
            ["rollout_id"], ["rollouts.id"], name="fk_rollout_buses_rollout_id"
        ),
    )
    op.create_table(
        "rollout_log",
        sa.Column("id", _ID, nullable=False),
        sa.Column("rollout_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rollout_log"),
        sa.ForeignKeyConstraint(["rollout_id"], ["rollouts.id"], name="fk_rollout_log_rollout_id"),
    )
    op.create_index("ix_rollout_log_rollout_id", "rollout_log", ["rollout_id"])
    op.create_index(
        "ix_events_update", "events", ["heard_ms"],
        sqlite_where=sa.text("kind = 'update'"), postgresql_where=sa.text("kind = 'update'"),
    )  # fmt: skip

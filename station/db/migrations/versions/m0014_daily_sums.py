"""Sums of each bus's day; and the records of a kind, or without a time that can be right, are found
by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_IS_BY_ARRIVAL = "(at_ms IS NULL OR odd_clock)"


def upgrade() -> None:
    op.create_table(
        "daily_sums",
        sa.Column("bus_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bus_id", "day", name="pk_daily_sums"),
        sa.ForeignKeyConstraint(["bus_id"], ["buses.id"], name="fk_daily_sums_bus_id"),
    )
    op.drop_index("ix_events_kind", table_name="events")
    op.create_index("ix_events_kind", "events", ["journal_id", "kind", "seq"])
    op.create_index(
        "ix_events_arrival", "events", ["journal_id", "heard_ms"],
        sqlite_where=sa.text(_IS_BY_ARRIVAL), postgresql_where=sa.text(_IS_BY_ARRIVAL),
    )  # fmt: skip

"""Clocks that were wrong: what tells a newer sealed state from one that was sent again; and
positions whose time cannot be right, by the time they came."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
_ODD = sa.text("odd_s IS NOT NULL")


def upgrade() -> None:
    op.add_column("buses", sa.Column("state_order", sa.JSON(), nullable=True))
    op.create_index("ix_positions_odd", "positions", ["journal_id", "odd_s"], sqlite_where=_ODD,
                    postgresql_where=_ODD)  # fmt: skip

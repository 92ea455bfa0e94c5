"""Policies that are sent to the buses, what buses refused, and buses off the list."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policies", sa.Column("text", sa.Text(), nullable=True))
    op.add_column("policies", sa.Column("sent_ms", sa.BigInteger(), nullable=True))
    op.add_column("buses", sa.Column("gone_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "refusals",
        sa.Column("fleet", sa.String(length=32), nullable=False),
        sa.Column("bus", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fleet", "bus", name=op.f("pk_refusals")),
    )

"""Who may speak for a bus, and what the database knows of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fleet", sa.String(length=32), nullable=False),
        sa.Column("bus", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.String(length=16), nullable=False),
        sa.Column("how", sa.String(length=11), nullable=False),
        sa.Column("mac_key", sa.String(length=64), nullable=False),
        sa.Column("credential", sa.JSON(), nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("serial", name=op.f("uq_identities_serial")),
    )
    op.create_index(op.f("ix_identities_fleet"), "identities", ["fleet", "bus"], unique=False)
    op.create_table(
        "own",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_own")),
    )

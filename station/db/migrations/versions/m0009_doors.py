"""Sign-ins, second factors, where a session is, and which fleets a person sees."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("fleets", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("totp", sa.String(length=64), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("recovery", sa.JSON(none_as_null=True), nullable=True),
    ):
        op.add_column("users", column)
    for column in (
        sa.Column("address", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("browser", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("made_ms", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("last_ms", sa.BigInteger(), nullable=False, server_default="0"),
    ):
        op.add_column("sessions", column)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_at_ms"), "sign_ins", ["at_ms"], unique=False)

"""The warning lane of a journal, and how many raises and changes an event stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "journals",
        sa.Column("warning_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column("events", sa.Column("times", sa.BigInteger(), nullable=True))

"""How far from its place a bus may be, with each event and alarm."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("events", "alarms"):
        op.add_column(table, sa.Column("accuracy_m", sa.Integer(), nullable=True))
        op.add_column(
            table, sa.Column("estimated", sa.Boolean(), nullable=False, server_default=sa.false())
        )

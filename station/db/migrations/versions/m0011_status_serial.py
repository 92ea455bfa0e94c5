"""Which identity sealed the newest status of a bus: its older ones are known after a start, too."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("buses", sa.Column("status_serial", sa.String(length=16), nullable=True))

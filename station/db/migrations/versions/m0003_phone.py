"""The telephone number to call about a bus."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("buses", sa.Column("phone", sa.String(length=20), nullable=True))

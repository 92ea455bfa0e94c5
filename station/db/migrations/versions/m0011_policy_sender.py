"""Who sent a policy: the buses name that user when it comes into force."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policies", sa.Column("sent_by", sa.String(length=64), nullable=True))

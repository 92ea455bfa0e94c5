"""Who sent a policy: the buses name that user when it comes into force."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policies", sa.Column("sent_by", sa.String(length=64), nullable=True))

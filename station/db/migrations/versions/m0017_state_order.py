"""What tells a newer sealed state of a bus from one that was sent again: after a restart, too."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("buses", sa.Column("state_order", sa.JSON(), nullable=True))

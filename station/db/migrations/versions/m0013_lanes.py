"""Notices: whose they are and how urgent, so that each route has a lane of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WAITS = sa.text("sent_ms IS NULL AND dead_ms IS NULL")


def upgrade() -> None:
    number = sa.BigInteger()
    op.add_column("notices", sa.Column("bus_id", sa.Integer(), nullable=True))
    for name, kind, default in (
        ("subject", sa.String(length=80), ""), ("rank", sa.SmallInteger(), "1"),
        ("times", sa.Integer(), "1"), ("since_ms", number, "0"),
    ):  # fmt: skip
        op.add_column(
            "notices", sa.Column(name, kind, nullable=False, server_default=sa.text(f"'{default}'"))
        )
    op.execute(
        "UPDATE notices SET since_ms = made_ms,"
        " bus_id = (SELECT bus_id FROM alarms WHERE alarms.id = notices.alarm_id)"
    )
    op.drop_index("ix_notices_due_ms", "notices")
    op.create_index("ix_notices_waits", "notices", ["route", "bus_id", "rank", "id"],
                    sqlite_where=_WAITS, postgresql_where=_WAITS)  # fmt: skip
    op.create_index("ix_notices_bus", "notices", ["bus_id", "since_ms"])
    op.create_table(
        "notice_beats",
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("at_ms", number, nullable=False),
        sa.PrimaryKeyConstraint("route", name=op.f("pk_notice_beats")),
    )

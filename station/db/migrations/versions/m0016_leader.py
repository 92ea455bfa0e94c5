"""Several processes on one PostgreSQL: who leads, and that each is told what another one wrote."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

_ROW = """
CREATE FUNCTION busguard_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_notify('busguard',
                    concat_ws(' ', current_setting('application_name'), TG_ARGV[0], NEW.id));
  RETURN NULL;
END $$
"""
_TABLE = """
CREATE FUNCTION busguard_table() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_notify('busguard', concat_ws(' ', current_setting('application_name'), TG_ARGV[0]));
  RETURN NULL;
END $$
"""
_BUS = """
CREATE TRIGGER bus_changed AFTER UPDATE ON buses FOR EACH ROW WHEN (
  (OLD.label, OLD.phone, OLD.layout::text, OLD.gone_ms)
  IS DISTINCT FROM (NEW.label, NEW.phone, NEW.layout::text, NEW.gone_ms)
) EXECUTE FUNCTION busguard_row('bus')
"""
_OTHERS = (
    "CREATE TRIGGER alarm_changed AFTER INSERT OR UPDATE ON alarms "
    "FOR EACH ROW EXECUTE FUNCTION busguard_row('alarm')",
    "CREATE TRIGGER policy_changed AFTER INSERT OR UPDATE ON policies "
    "FOR EACH STATEMENT EXECUTE FUNCTION busguard_table('policy')",
    "CREATE TRIGGER person_changed AFTER UPDATE ON users "
    "FOR EACH STATEMENT EXECUTE FUNCTION busguard_table('person')",
    "CREATE TRIGGER session_ended AFTER DELETE ON sessions "
    "FOR EACH STATEMENT EXECUTE FUNCTION busguard_table('person')",
)


def upgrade() -> None:
    leader = op.create_table(
        "leader",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("deaf_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("term", name="pk_leader"),
    )
    op.bulk_insert(leader, [{"term": 0, "holder": "", "until_ms": 0, "deaf_ms": None}])
    if op.get_bind().dialect.name == "postgresql":  # a file of SQLite has one process
        for statement in (_ROW, _TABLE, _BUS, *_OTHERS):
            op.execute(statement)

"""What a station asks of its database."""

from sqlalchemy import event as sqlalchemy_event


class Counted:
    """Statements and commits of a station's database."""

    def __init__(self, station):
        engine = station.db._engine.sync_engine
        self.statements = self.commits = 0
        sqlalchemy_event.listen(engine, "before_cursor_execute", self._statement)
        sqlalchemy_event.listen(engine, "commit", self._commit)

    def _statement(self, *_):
        self.statements += 1

    def _commit(self, connection):
        self.commits += bool(connection.get_execution_options().get("writes"))

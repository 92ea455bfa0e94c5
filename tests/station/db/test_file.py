"""The file of SQLite."""

import asyncio
import os

from sqlalchemy import text

from station.db.database import Database


def test_a_new_file_is_secret_and_the_mode_of_an_old_one_stays(tmp_path):
    """It holds the keys of the seals; so does its log."""
    path = tmp_path / "station.db"

    def modes():
        return {one.name: one.stat().st_mode & 0o777 for one in tmp_path.glob("station.db*")}

    async def scenario():
        database = Database(f"sqlite:///{path}")
        await database.upgrade()
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM own"))
            found = modes()
        await database.close()
        return found

    before = os.umask(0o022)
    try:
        secret = {"station.db": 0o600, "station.db-wal": 0o600, "station.db-shm": 0o600}
        assert asyncio.run(scenario()) == secret
        path.chmod(0o640)
        assert asyncio.run(scenario()) == dict.fromkeys(secret, 0o640)
    finally:
        os.umask(before)

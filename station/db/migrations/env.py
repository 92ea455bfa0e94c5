"""alembic asks for this file; the station runs its migrations itself (station/db/database.py)."""

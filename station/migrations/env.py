"""alembic asks for this file; the station runs its migrations by itself (station/database.py)."""

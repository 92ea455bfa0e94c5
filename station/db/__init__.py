"""The database: SQLite or PostgreSQL, one schema. Start with tables.py."""

"""A copy of the database in one file, and the way back.

The copy of SQLite is a database of SQLite; that of PostgreSQL is what pg_dump writes. Both can be
read without this program."""

"""Stored events change alarms; so does a bus that falls silent. Start with alarms.py."""

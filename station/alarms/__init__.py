"""Stored events change alarms (change.py); so does a bus that falls silent (silence.py). What is
active stands in alarms.py: start there."""

"""Stored events change alarms (change.py). So does a bus that falls silent (silence.py), or cannot
record (unrecorded.py). What is active stands in alarms.py: start there."""

"""What the reports keep: the sums of a bus's local day, made from its records once the day is over
(station/reports/daily.py)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from station.db.metadata import metadata

daily_sums = Table(
    "daily_sums",
    metadata,
    Column("bus_id", Integer, ForeignKey("buses.id"), primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970, in Thailand
    Column("sums", Text, nullable=False),  # JSON (station/reports/facts.py); "": nothing happened
)

SUMMED_KINDS = ("trip_started", "trip_ended", "stop_served", "overspeed")
"""Of events: they count in these sums."""

"""Bytes of a GNSS receiver -> Fix.

In: NMEA 0183, in whatever pieces it comes. Out: one Fix an epoch, None where it is unknown.
Start with nmea.py.
"""

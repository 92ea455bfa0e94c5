"""Bytes of a GNSS receiver -> Fix.

In: NMEA 0183, in pieces of any size. Out: one Fix an epoch; an unknown field is None.
Start with nmea.py.
"""

"""Readings -> what the bus is doing, and who may still be on board.

In: the Snapshot's readings. Out: phase, check, modes, and whether the board may sleep.
Start with trip.py.
"""

"""Readings that several rules are shown: places, a jammed receiver, seats, the supply."""

from watch import Watch

from firmware.rules.gnss_jammed import GnssJammed
from firmware.rules.supply import Supply

HERE = {"lat_e7": 130827000, "lon_e7": 1008833000}
NOWHERE = {"lat_e7": None, "lon_e7": None, "speed_mms": None}


def jammed(**readings):
    standing = dict(HERE, ignition_off_ms=None, speed_mms=0, sats=6)
    standing.update(sensors=("gnss",), silent=[])
    standing.update(readings)
    watch = Watch(GnssJammed, **standing)
    watch.sees(30100)
    return watch


def seats(watch, *taken, **readings):
    return watch.sees(taken=list(taken), seat_changes=watch.s.seats.changes + 1, **readings)


def supply(**readings):
    return Watch(Supply, ignition_off_ms=None, checked=True, **readings)

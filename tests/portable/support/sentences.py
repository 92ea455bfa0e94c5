"""NMEA sentences, and a reader that has heard them: for tests/portable/test_nmea*.py."""

from firmware.gnss.nmea import Nmea

RMC = "GNRMC,133900.90,A,1304.96200,N,10052.99800,E,12.345,183.25,221126,,,A,V"
GGA = "GNGGA,133900.90,1304.96200,N,10052.99800,E,1,11,0.91,15.2,M,-27.6,M,,"
VOID = "GNRMC,133901.90,V,,,,,,,221126,,,N,V"
DAY_MS = 86400000
NOV_22_2026 = 20779 * DAY_MS
TIME_MS = 49140900


def line(body, wrong=0):
    total = wrong
    for c in body:
        total ^= ord(c)
    return ("$%s*%02X\r\n" % (body, total)).encode()


def at(body, time):
    """The sentence at another time of day."""
    return body.replace("133900.90", time)


def heard(*lines, reader=None):
    """A reader that has been fed these, bytes as they are, str as sentences; then silence."""
    reader = reader or Nmea()
    for each in lines:
        data = line(each) if isinstance(each, str) else each
        reader.feed(data, len(data))
    reader.feed(b"", 0)
    return reader


def place(reader):
    return reader.fix.lat_e7, reader.fix.lon_e7

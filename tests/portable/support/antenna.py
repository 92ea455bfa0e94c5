"""A GNSS receiver that says once a second what a test wants, and what the bus makes of it."""

from parts import snapshot
from sentences import line

from firmware.sensing.receiver import Receiver

LAT_E7, LON_E7 = 130827000, 1008833000
RMC = "GPRMC,%s,%s,%s,N,%s,E,%s,000.0,%s,,,%s"
GGA = "GPGGA,%s,%s,N,%s,E,%d,%02d,%s,12.0,M,-28.0,M,,"


def minutes(angle_e7, width):
    """1e-7 degree -> degrees and minutes as NMEA writes them."""
    degrees, rest = divmod(angle_e7, 10000000)
    whole, fraction = divmod(rest * 60, 10000000)
    return "%0*d%02d.%06d" % (width, degrees, whole, fraction // 10)


class Part:
    """What drivers/gnss.py is to Receiver."""

    def __init__(self):
        self.said = b""
        self.turned_ms = None  # the time that it was last told

    def readinto(self, buf):
        n = min(len(buf), len(self.said))
        buf[:n] = self.said[:n]
        self.said = self.said[n:]
        return n

    def turn(self, now_ms, sentences):
        self.turned_ms = now_ms


class Antenna:
    """The bus stands; north_m is where the next fix says that it is. Ten ticks a second."""

    date = "231126"
    per_s = 1  # fixes

    def __init__(self):
        self.part = Part()
        self.receiver = Receiver(self.part)
        self.s = snapshot(ignition=True, sensors=("gnss",))
        self.s.now_ms = 1000
        self.north_m = 0
        self.count = 0
        self.events = []

    def says(self, *bodies, ms=1000):
        """-> the Snapshot's group gnss, after so long."""
        self.part.said += b"".join([line(body) for body in bodies])
        self.waits(ms)
        return self.s.gnss

    def waits(self, ms, slept_ms=0):
        for _ in range(ms // 100):
            self.events += self.receiver.sense(self.s, slept_ms)
            self.s.now_ms += 100

    def fix(self, mms=0, sats=9, hdop="0.9", quality=1, mode="A", north_m=None, rmc=True):
        """A fix; the bus has gone on at this speed since the last one, or is at north_m.

        rmc: False if RMC is damaged: nothing tells the speed.
        """
        if north_m is None:
            self.north_m += mms / 1000 / self.per_s
            north_m = self.north_m
        time = "%02d%02d%02d.%d0" % (
            self.count // self.per_s // 3600,
            self.count // self.per_s // 60 % 60,
            self.count // self.per_s % 60,
            self.count % self.per_s * 10 // self.per_s,
        )
        self.count += 1
        lat = minutes(LAT_E7 + int(north_m * 90.4), 2)
        lon = minutes(LON_E7, 3)
        knots = "%d.%03d" % divmod(mms * 900 // 463, 1000)
        bodies = [RMC % (time, "A", lat, lon, knots, self.date, mode)] if rmc else []
        if sats is not None:
            bodies.append(GGA % (time, lat, lon, quality, sats, hdop))
        return self.says(*bodies, ms=1000 // self.per_s)

    def fixes(self, count, **given):
        for _ in range(count):
            gnss = self.fix(**given)
        return gnss

    def kinds(self):
        return [event.kind for event in self.events]

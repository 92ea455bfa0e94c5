"""Now: what the bus is doing at this moment, as one line of JSON for its console.

{"fw":"0.4.0","up_s":7500,"phase":"driving","mode":"normal","taken":[3],"loose":[],"unknown":[],
"front_door":false,"emergency_door":false,"speed_kmh":41.2,"position":true,"active":[],
"connected":true,"failure":"","waits":12}: null is not known; waits: records that the city lacks.
"""

from firmware.journal.journal import ALARM, TRACK, WARNING
from firmware.messages import text
from firmware.values import kmh


def line(bus):
    """firmware.bus.Bus -> str."""
    s = bus.snapshot
    waits = [bus.journal.backlog(lane) for lane in (ALARM, WARNING, TRACK)]
    connected = bus.uplink.connected
    return text(
        (
            ("fw", bus.startup.fw),
            ("up_s", s.now_ms // 1000),
            ("phase", s.trip.phase),
            ("mode", s.trip.mode),
            ("taken", s.seats.taken),
            ("loose", s.seats.loose),
            ("unknown", s.seats.unknown),
            ("front_door", s.vehicle.front_door),
            ("emergency_door", s.vehicle.emergency_door),
            ("speed_kmh", kmh(s.gnss.speed_mms)),
            ("position", s.gnss.lat_e7 is not None),
            ("active", bus.recorder.active()),
            ("connected", connected),
            ("failure", "" if connected else bus.uplink.failure),
            ("waits", None if None in waits else sum(waits)),
        )
    )

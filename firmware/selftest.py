"""SelfTest: what a technician wants to know after a start, part by part, as one line of JSON.

{"v":1,"fw":"0.3.0","boot":3,"reset":"power_on","start":"normal","parts":[["gnss",true,"..."]]}:
true: the part works; false: it does not; null: the board cannot tell, and the text says why.
"""

import json

from micropython import const

from firmware.clock import iso
from firmware.journal.journal import ALARM, TRACK, WARNING
from firmware.uplink.connect import port_of

_SENSORS_MS = const(6000)  # by then every sensor has answered or counts as silent
_BROKER_MS = const(60000)  # after that the test no longer waits for the broker
_TRY = "%s and ask again"
_SKIPPED = ("gnss", "supply", "cabin", "accelerometer")  # have a line of their own, or are optional


class SelfTest:
    def __init__(self, config, parts, bus, now_ms, errors):
        """parts: the board's; bus: firmware.bus.Bus; errors: of bus.json."""
        self._config = config
        self._parts = parts
        self._bus = bus
        self._since_ms = now_ms
        self._errors = errors

    def is_due(self, now_ms):
        """Every part was asked; the broker is reached, was waited for, or is not in bus.json."""
        ms = now_ms - self._since_ms
        if ms < _SENSORS_MS:
            return False
        return self._bus.uplink.connected or not self._config["broker"]["host"] or ms >= _BROKER_MS

    def line(self):
        """-> str, JSON."""
        startup = self._bus.startup
        report = {
            "v": 1,
            "fw": startup.fw,
            "bus": self._config["fleet"] + "/" + self._config["bus"],
            "boot": startup.boot,
            "reset": startup.reset_cause,
            "start": startup.start,
            "parts": self._settings() + self._sensors() + self._outputs() + self._ways_out(),
        }
        return json.dumps(report)

    def _settings(self):
        if not self._errors:
            return [("settings", True, "bus.json is right")]
        return [("settings", False, str(error)) for error in self._errors]

    def _sensors(self):
        s = self._bus.snapshot
        rows = [_gnss(s), _seats(s)]
        for name in s.sensors:
            fitted = name not in _SKIPPED or getattr(self._parts, name) is not None
            if name not in ("gnss", "supply") and fitted:
                silent = name in s.silent
                rows.append((name, not silent, "does not answer" if silent else "answers"))
        rows.append(
            _button("check button", s.vehicle.check_button, "check_button" in s.vehicle.failing)
        )
        rows.append(_button("SOS button", s.vehicle.sos_button, "sos_button" in s.vehicle.failing))
        rows += _inputs(s, self._config["inputs"])
        rows.append(_supply(s, self._config["rules"]["supply_low_mv"]))
        if self._config["backup"]["fitted"]:
            rows.append(_backup(s))
        return rows

    def _outputs(self):
        rows = []
        for name in ("buzzer", "lamp", "horn"):
            if name in self._bus.snapshot.vehicle.failing:
                rows.append((name, False, "is not what it was switched to"))
            elif getattr(self._parts, name).read_back() is None:
                # At engine start only a horn that is read back sounds (sensing/self_check.py).
                if name == "horn":
                    rows.append((name, None, "not read back: hear it when an alarm is tried"))
                else:
                    rows.append((name, None, "not read back: watch and listen at engine start"))
            else:
                rows.append((name, True, "reads back as switched"))
        return rows

    def _ways_out(self):
        if not self._config["broker"]["host"]:
            none = "bus.json names no broker: nothing is sent"
            return [("radio", None, none), ("broker", None, none), self._journal()]
        return [self._radio(), self._identity(), self._broker(), self._journal()]

    def _radio(self):
        radio = self._parts.radio
        if not radio.is_up():
            if not radio.failure:  # a modem and its network need up to two minutes
                return ("radio", None, _TRY % "still connecting: wait a minute")
            return ("radio", False, radio.failure)
        dbm = radio.signal_dbm()
        text = radio.name + " connected"
        return ("radio", True, text if dbm is None else "%s, %d dBm" % (text, dbm))

    def _identity(self):
        """Who the bus is to the city, and what its clock says: a certificate is judged by it."""
        identity = self._config.get("identity")
        text = "none: what it sends is not sealed, and it obeys only a ping"
        if identity is not None:
            text = "%s, made %s" % (identity.serial, iso(identity.at * 1000)[:10])
            text += ", with a certificate" if identity.cert else ", with a password"
        text += "; TLS" if self._config["broker"]["tls"] else "; plain MQTT, which others can read"
        s = self._bus.snapshot
        at_least_ms = self._bus.earliest.utc_ms(s.now_ms)
        text += "; the date is %s%s" % ("" if s.utc_ms else "at least ", iso(at_least_ms)[:10])
        is_well = identity is not None if self._config["broker"]["tls"] else None
        return ("identity", is_well, text)

    def _broker(self):
        broker = self._config["broker"]
        where = "%s:%d" % (broker["host"], port_of(broker))
        if self._bus.uplink.connected:
            return ("broker", True, "connected to " + where)
        return ("broker", False, "%s: %s" % (where, self._bus.uplink.failure or "not reached"))

    def _journal(self):
        journal = self._bus.journal
        if journal.epoch is None:
            return ("journal", False, "the flash refuses to be read")
        text = "epoch %s, waiting: %d alarms, %d warnings, %d positions and notes"
        text %= (
            journal.epoch,
            journal.backlog(ALARM),
            journal.backlog(WARNING),
            journal.backlog(TRACK),
        )
        if self._bus.recorder.failed:
            return ("journal", False, "the flash refuses to write; " + text)
        return ("journal", True, text)


def _gnss(s):
    if "gnss" in s.silent:
        return ("gnss", False, "does not answer")
    sats = "" if s.gnss.sats is None else ", %d satellites" % s.gnss.sats
    if s.gnss.lat_e7 is None:
        return ("gnss", None, "answers, no position yet" + sats)
    return ("gnss", True, "position" + sats)


def _seats(s):
    if s.seats.unknown:
        return ("seats", False, "unknown: " + ", ".join([str(seat) for seat in s.seats.unknown]))
    return ("seats", True, "%d seats, %d taken" % (s.seats.count, len(s.seats.taken)))


def _button(name, pressed, failing):
    if failing:
        return (name, False, "pressed all the time")
    if pressed:
        return (name, True, "pressed")
    return (name, None, "not pressed: press it and look for the change in `state`")


def _inputs(s, fitted):
    """fitted: config["inputs"]."""
    rows = []
    for name in ("front", "emergency"):
        if not fitted[name + "_door"]:
            rows.append((name + " door", None, "bus.json says that it has no contact: unknown"))
    if fitted["here"]:
        failing = "here_button" in s.vehicle.failing
        rows.append(_button("here button", s.vehicle.here_button, failing))
    if fitted["driver_seat"]:
        taken = s.vehicle.driver_seat
        rows.append(("driver's seat", taken or None, "taken" if taken else _TRY % "sit down"))
    for index in range(len(s.vehicle.presence)):
        moves = s.vehicle.presence[index]
        text = "rests: " + _TRY % "let a person move there" if moves is False else "something moves"
        rows.append(("presence %d" % (index + 1), None, text if moves is not None else "unknown"))
    return rows


def _supply(s, low_mv):
    if s.vehicle.supply_mv is None:
        return ("supply", False, "does not answer")
    return ("supply", s.vehicle.supply_mv >= low_mv, "%d mV" % s.vehicle.supply_mv)


def _backup(s):
    if s.vehicle.backup_mv is None:
        return ("backup", None, "take the vehicle's supply away, and it has to go on")
    return ("backup", True, "%d mV" % s.vehicle.backup_mv)


def plain(config):
    """Turns the settings of bus.json into those of a safe start: the optional parts stay unused."""
    for part in ("accelerometer", "cabin", "readback"):
        config[part]["fitted"] = False

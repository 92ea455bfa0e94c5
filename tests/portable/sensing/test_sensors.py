"""Sensors: what it reports of its own: chips, a frozen thermometer, seats that nobody watches."""

from bus_bench import Bench

from firmware.config.load import defaults

DAY_MS = 86400000


class Thermometer:
    c10 = 300

    def read_c10(self):
        if self.c10 is None:
            raise OSError(5)
        return self.c10


class Accelerometer:
    """Finds nothing new."""

    resets = 0

    def read(self):
        return 0


def bench(config=None, **parts):
    found = Bench(config)
    for name, part in parts.items():
        setattr(found.parts, name, part)
    found.bus = type(found.bus)(found.config, found.parts, 0)
    found.told = []
    found.bus.on_event = found.told.append
    return found


def faults(found):
    told = [dict(event.data) for event in found.told if event.kind == "fault"]
    found.told.clear()
    return told


def test_a_frozen_thermometer_is_reported_once_and_not_believed():
    found = bench(cabin=Thermometer())
    found.waits(5000)
    vehicle = found.bus.snapshot.vehicle
    assert vehicle.cabin_c10 == 300
    found.bus.sensors._frozen._since_ms = 5000 - DAY_MS  # a day goes by
    found.waits(5000)
    (fault,) = faults(found)
    assert fault["what"] == "cabin"
    assert vehicle.cabin_c10 is None
    assert "cabin" not in found.bus.snapshot.silent, "it answers"
    found.waits(5000)
    found.parts.cabin.c10 = None
    found.waits(5000)
    assert "cabin" in found.bus.snapshot.silent
    found.parts.cabin.c10 = 330
    found.waits(5000)
    assert vehicle.cabin_c10 is None, "it has only just come back"
    found.parts.cabin.c10 = 335
    found.waits(5000)
    assert vehicle.cabin_c10 == 335
    assert faults(found) == []


def test_a_seat_beyond_the_count_is_reported_once():
    config = defaults()
    config["seats"]["count"] = 39
    found = bench(config)
    found.waits(5000)
    found.sits(39)
    found.waits(2000)
    assert faults(found) == []
    for sits in (True, False, True):
        found.sits(41, sits)
        found.waits(2000)
    (fault,) = faults(found)
    assert fault["what"] == "seats" and "seat 41" in fault["text"] and "39" in fault["text"]


def test_every_chip_with_settings_is_watched_by_its_name():
    found = bench(accelerometer=Accelerometer())
    found.waits(5000)
    vehicle = found.bus.snapshot.vehicle
    assert vehicle.chips[0] == "expander 1" and vehicle.chips[-1] == "accelerometer"
    found.parts.accelerometer.resets = 2
    found.waits(2000)
    assert vehicle.chip_resets == [0, 0, 0, 0, 0, 0, 2]
    (event,) = [event for event in found.told if event.kind == "expander_reset"]
    assert dict(event.data) == {"chips": ["accelerometer"], "resets": 2}

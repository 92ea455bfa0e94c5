"""What the self-test says of the outputs."""

from firmware.selftest import SelfTest


class Thing:
    pass


class Output:
    def __init__(self, read):
        self.read = read

    def read_back(self):
        return self.read


def told(read, failing=()):
    parts, bus = Thing(), Thing()
    bus.snapshot = Thing()
    bus.snapshot.vehicle = Thing()
    bus.snapshot.vehicle.failing = failing
    parts.buzzer, parts.lamp, parts.horn = (Output(read) for _ in range(3))
    return SelfTest({}, parts, bus, 0, [])._outputs()


def test_a_horn_that_is_not_read_back_is_silent_at_engine_start():
    at_start = "not read back: watch and listen at engine start"
    assert told(None) == [
        ("buzzer", None, at_start),
        ("lamp", None, at_start),
        ("horn", None, "not read back: hear it when an alarm is tried"),
    ]


def test_an_output_that_is_read_back():
    assert told(True, ("lamp",)) == [
        ("buzzer", True, "reads back as switched"),
        ("lamp", False, "is not what it was switched to"),
        ("horn", True, "reads back as switched"),
    ]

"""The DS18B20's driver against a thermometer made from the data sheet."""

import pytest

from drivers.ds18b20 import DS18B20
from sim.chips.ds18b20 import DS18B20Wire


class Bench:
    def __init__(self, celsius=31.5):
        self.now_ms = 0
        self.celsius = celsius
        self.wire = DS18B20Wire(lambda: self.now_ms, lambda: self.celsius)
        self.driver = DS18B20(self.wire)

    def reads(self, after_ms=1000):
        """None: OSError."""
        self.now_ms += after_ms
        try:
            return self.driver.read_c10()
        except OSError:
            return None


@pytest.mark.parametrize(
    ("celsius", "c10"),
    [(31.5, 315), (0, 0), (-0.5, -5), (-10.125, -102), (125, 1250)],
)
def test_reads_what_was_measured_since_the_call_before(celsius, c10):
    bench = Bench(celsius)
    assert [bench.reads(), bench.reads()] == [None, c10]


def test_the_value_of_power_on_is_no_temperature():
    bench = Bench()
    bench.reads()
    assert bench.reads(100) is None  # too soon: nothing has been measured
    assert bench.reads() == 315


@pytest.mark.parametrize("fault", ["cut", "shorted"])
def test_a_broken_wire_is_an_oserror(fault):
    bench = Bench()
    bench.reads()
    setattr(bench.wire, fault, True)
    assert [bench.reads(), bench.reads()] == [None, None]
    setattr(bench.wire, fault, False)
    bench.reads()
    assert bench.reads() == 315


def test_a_damaged_scratchpad_is_an_oserror():
    bench = Bench()
    bench.reads()
    bench.wire.noise = 1
    assert bench.reads() is None
    bench.reads()
    assert bench.reads() == 315

"""The self-test at engine start, and what is watched from then on."""

from parts import put, snapshot

from firmware.config.load import defaults
from firmware.sensing.self_check import SelfCheck


class Load:
    """An output whose wire is read back; `broken` keeps it from the load."""

    def __init__(self, read_back=True):
        self.on = None
        self.broken = None
        self._is_read_back = read_back

    def set(self, on):
        self.on = on

    def read_back(self):
        if not self._is_read_back:
            return None
        return self.on if self.broken is None else self.broken


class Bench:
    def __init__(self, read_back=True):
        self.lamp, self.buzzer, self.horn = (Load(read_back) for _ in range(3))
        self.health = SelfCheck(self, defaults()["rules"])
        self.s = snapshot(ignition=False, check_button=False, sos_button=False)
        self.told = []

    def runs(self, ms, **readings):
        """-> how many ms (lamp, buzzer, horn) were on."""
        for name, value in readings.items():
            put(self.s, name, value)
        on_ms = [0, 0, 0]
        for _ in range(ms // 100):
            self.s.now_ms += 100
            self.told.extend(self.health.update(self.s))
            for index, load in enumerate((self.lamp, self.buzzer, self.horn)):
                on_ms[index] += 100 * load.on
        return on_ms

    def verdicts(self):
        return [(event.severity, dict(event.data)["faults"]) for event in self.told]


def test_a_beep_and_a_lamp_at_engine_start_mean_ok():
    bench = Bench()
    assert bench.runs(5000) == [0, 0, 0]
    assert bench.runs(5000, ignition=True) == [300, 300, 200]
    assert bench.verdicts() == [("info", [])]
    assert bench.runs(60000) == [0, 0, 0]
    bench.runs(1000, ignition=False)
    bench.runs(5000, ignition=True)
    assert len(bench.told) == 2


def test_without_read_back_the_horn_keeps_quiet_and_nothing_is_judged():
    bench = Bench(read_back=False)
    assert bench.runs(5000, ignition=True) == [300, 300, 0]
    assert bench.verdicts() == [("info", [])]
    assert dict(bench.told[0].why)["horn_tested"] is False


def test_an_ignition_that_cannot_be_read_for_a_while_is_no_new_start():
    bench = Bench()
    bench.runs(5000, ignition=True)
    bench.runs(5000, ignition=None)
    assert bench.runs(5000, ignition=True) == [0, 0, 0]
    assert len(bench.told) == 1


def test_in_a_drill_and_for_a_technician_the_horn_keeps_quiet():
    for mode in ("drill", "service"):
        bench = Bench()
        assert bench.runs(5000, ignition=True, mode=mode) == [300, 300, 0]
        assert dict(bench.told[0].why)["horn_tested"] is False


def test_a_cut_wire_a_welded_relay_and_a_silent_sensor_are_told():
    bench = Bench()
    bench.horn.broken = False
    bench.lamp.broken = True
    bench.s.sensors, bench.s.silent = ("expander 1", "gnss"), ["expander 1"]
    bench.runs(5000, ignition=True)
    assert bench.verdicts() == [("warning", ["lamp", "horn", "expander 1"])]
    assert bench.s.vehicle.failing == ["lamp", "horn"]


def test_a_fault_stands_until_the_output_has_obeyed():
    bench = Bench()
    bench.horn.broken = False
    bench.runs(5000, ignition=True)
    bench.horn.broken = None
    bench.runs(60000)
    assert bench.s.vehicle.failing == ["horn"], "off as told: that proves nothing about on"
    bench.runs(1000, ignition=False)
    bench.runs(5000, ignition=True)
    assert bench.s.vehicle.failing == []


def test_an_alarm_that_does_not_sound_is_noticed_while_it_should():
    bench = Bench()
    bench.runs(1000)
    bench.horn.broken = False
    bench.health.horn.set(True)
    bench.runs(100)
    assert bench.s.vehicle.failing == []
    bench.runs(100)
    assert bench.s.vehicle.failing == ["horn"]


def test_a_warning_in_the_test_is_heard_after_it():
    bench = Bench()
    bench.runs(100, ignition=True)
    bench.health.buzzer.set(True)
    bench.health.lamp.set(False)
    bench.runs(1000)
    assert (bench.buzzer.on, bench.lamp.on) == (True, False)


def test_a_button_pressed_for_30_s_is_stuck():
    bench = Bench()
    bench.runs(30000, check_button=True)
    assert bench.s.vehicle.failing == []
    bench.runs(100)
    assert bench.s.vehicle.failing == ["check_button"]
    bench.runs(100, check_button=None)
    assert bench.s.vehicle.failing == []
    bench.runs(31000, sos_button=True)
    assert bench.s.vehicle.failing == ["sos_button"]


def test_every_output_is_off_at_the_start():
    bench = Bench()
    assert (bench.lamp.on, bench.buzzer.on, bench.horn.on) == (False, False, False)


def test_two_contacts_of_the_check_button_that_contradict_each_other_for_a_second_are_a_fault():
    bench = Bench()
    for wire in ("check_button", "check_button_2"):
        bench.runs(1000, contradicts=wire)
        assert bench.s.vehicle.failing == [], "they change one after the other"
        bench.runs(200)
        assert bench.s.vehicle.failing == [wire]
        bench.runs(200, contradicts=None)
        assert bench.s.vehicle.failing == []

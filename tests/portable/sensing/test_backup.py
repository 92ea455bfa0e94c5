"""The backup supply: missing when it was needed, flat while the board lives on it."""

from bus_bench import Bench
from parts import Nvs, put, snapshot

from firmware.config.load import defaults
from firmware.sensing.backup import Backup

FITTED = {"fitted": True, "flat_mv": 3400}
RULES = {"supply_cut_mv": 6000}


class Power:
    def __init__(self, settings=FITTED, cause="power_on", **nvs):
        self.nvs = Nvs(nvs)
        self.s = snapshot(supply_mv=12600)
        self.start(cause, settings)

    def start(self, cause="power_on", settings=FITTED):
        self.backup = Backup({"backup": settings, "rules": RULES}, self.nvs, cause)
        return self

    def goes(self, seconds=1, **readings):
        """-> the texts of the faults."""
        told = []
        for name, value in readings.items():
            put(self.s, name, value)
        for _ in range(seconds):
            self.s.now_ms += 1000
            for event in self.backup.update(self.s):
                assert event.kind == "fault" and event.severity == "warning"
                told.append(dict(event.data)["text"])
        return told


MISSING = ["All power was lost: the backup is missing, flat or off."]


def test_a_board_that_lost_all_power_had_no_backup():
    power = Power(on_backup=0)
    assert power.goes() == MISSING
    assert power.goes(60) == []


def test_the_first_start_and_asked_for_resets_say_nothing_of_it():
    power = Power()
    assert power.goes(60) == []
    assert power.nvs["on_backup"] == 0
    for cause in ("soft", "watchdog", "external"):
        assert Power(cause=cause, on_backup=0).goes(60) == [], cause


def test_a_board_that_starts_on_its_backup_or_after_it_has_one():
    power = Power(on_backup=0)  # a LilyGO resets when it changes over
    assert power.goes(60, supply_mv=0) == []
    assert power.nvs["on_backup"] == 1 and power.nvs.writes == 1
    assert power.start().goes(9, supply_mv=12600) == []  # and back
    assert power.nvs["on_backup"] == 1
    assert power.goes(3) == [] and power.nvs["on_backup"] == 0


def test_a_board_that_dies_within_two_seconds_of_the_cut_had_none():
    power = Power(on_backup=0, cause="soft")
    power.goes(12)
    power.goes(2, supply_mv=0)
    assert power.nvs["on_backup"] == 0
    assert power.start().goes(1, supply_mv=12600) == MISSING


def test_unknown_supply_waits():
    power = Power(on_backup=0)
    assert power.goes(10, supply_mv=None) == []
    assert power.goes(1, supply_mv=12600) == MISSING


def test_flat_after_ten_seconds_once_a_cut():
    power = Power(on_backup=0, cause="soft")
    assert power.goes(60, supply_mv=6000, backup_mv=3399) == []  # at the limit it is not cut
    assert power.goes(60, supply_mv=5999, backup_mv=3400) == []
    assert power.goes(10, backup_mv=3399) == []
    assert power.goes(60) == ["The backup is nearly flat, 3399 mV."]
    power.goes(1, supply_mv=12600, backup_mv=None)
    assert power.goes(20, supply_mv=0, backup_mv=3000) == ["The backup is nearly flat, 3000 mV."]


def test_a_board_that_starts_on_a_flat_backup_says_so():
    told = Power(on_backup=1).goes(12, supply_mv=0, backup_mv=3000)
    assert told == ["The backup is nearly flat, 3000 mV."]


def test_without_a_backup_nothing_is_said_or_noted():
    power = Power({"fitted": False, "flat_mv": 3400}, on_backup=0)
    assert power.goes(60) == []
    assert power.goes(60, supply_mv=0, backup_mv=1000) == []
    assert power.nvs == {"on_backup": 0}


def test_the_bus_measures_it_only_while_the_supply_is_cut():
    class Battery:
        def read_mv(self):
            return 3900

    config = defaults()
    config["backup"]["fitted"] = True
    bench = Bench(config)
    bench.parts.backup = Battery()
    bench.waits(3000)
    assert bench.bus.snapshot.vehicle.backup_mv is None
    bench.parts.supply.read_mv = lambda: 0
    bench.waits(5000)
    assert bench.bus.snapshot.vehicle.backup_mv == 3900
    (cut,) = [event for event in bench.events() if event["kind"] == "supply"]
    assert cut["data"]["level"] == "cut" and cut["data"]["backup_mv"] == 3900

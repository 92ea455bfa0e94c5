"""Every hazard can be tuned: what the settings say counts, from bus.json or from the policy."""

from parts import Chip
from readings import HERE, NOWHERE, jammed
from watch import CONFIG, MINUTE, Watch, kmh

from firmware.rules.crash import Crash
from firmware.rules.door_open_moving import DoorOpenMoving
from firmware.rules.emergency_door import EmergencyDoor
from firmware.rules.gnss_jammed import GnssJammed
from firmware.rules.gnss_lost import GnssLost
from firmware.rules.harsh_driving import HarshDriving
from firmware.rules.heat import Heat
from firmware.rules.overspeed import Overspeed
from firmware.rules.sensor_flapping import SensorFlapping
from firmware.rules.supply import Supply
from firmware.sensing.seats import SeatMap
from firmware.sensing.self_check import SelfCheck
from firmware.snapshot import Snapshot
from firmware.warnings import SILENT

HOT = {"ignition_off_ms": 3600000, "sitting": [1], "taken": [1], "cabin_c10": 360}
CALM = dict(CONFIG, calm_s=7)


def ends_after_7_s(watch, **calm):
    return watch.sees(7000, **calm) == [] and watch.states() == ["cleared"]


def test_calm_s_says_when_it_is_over():
    watch = Watch(Overspeed, CALM, speed_mms=kmh(90))
    watch.sees(10100)
    assert ends_after_7_s(watch, speed_mms=0)
    watch = Watch(HarshDriving, CALM, phase="driving", accel_mms2=-9000, lateral_mms2=0)
    watch.sees(400)
    assert ends_after_7_s(watch, accel_mms2=0)
    watch = Watch(Supply, CALM, supply_mv=0)
    watch.sees(2100)
    assert ends_after_7_s(watch, supply_mv=12600)
    watch = Watch(GnssLost, CALM, **NOWHERE)
    watch.sees(MINUTE + 100)
    assert ends_after_7_s(watch, **HERE)
    watch = jammed()
    watch.rule = GnssJammed(CALM)
    watch.sees(31000)
    watch.sees(10100, **NOWHERE)
    assert ends_after_7_s(watch, **HERE)


def test_how_far_below_or_above_a_limit_it_is_over():
    for end_kmh in (1, 10):
        limit = kmh(80) - end_kmh * 10000 // 36
        watch = Watch(Overspeed, dict(CONFIG, overspeed_end_kmh=end_kmh), speed_mms=kmh(90))
        watch.sees(10100)
        assert watch.sees(5000, speed_mms=limit + 1) == []
        assert watch.states(3100, speed_mms=limit) == ["cleared"]
    for end_mv in (100, 2000):
        watch = Watch(Supply, dict(CONFIG, supply_end_mv=end_mv), supply_mv=0)
        watch.sees(MINUTE + 100)
        assert watch.sees(5000, supply_mv=6000 + end_mv - 1) == []
        assert watch.states(3100, supply_mv=6000 + end_mv) == ["updated"], "it is low still"
        assert watch.sees(5000, supply_mv=11500 + end_mv - 1) == []
        assert watch.states(3100, supply_mv=11500 + end_mv) == ["cleared"]
    for end_c in (1, 10):
        watch = Watch(Heat, dict(CONFIG, heat_end_c=end_c, heat_ahead_min=0), **HOT)
        watch.sees(2100)
        assert watch.states() == [] and watch.events
        assert watch.sees(5000, cabin_c10=350 - end_c * 10 + 1) == []
        assert watch.states(100, cabin_c10=350 - end_c * 10) == ["cleared"]
    for end_s in (10, 600):
        watch = Watch(Crash, dict(CONFIG, crash_end_s=end_s), shock_mg=3000, speed_mms=2778)
        watch.sees()
        assert watch.sees(end_s * 1000, shock_mg=0) == []
        assert watch.states() == ["cleared"]


def opened(rule, config, **readings):
    watch = Watch(rule, config, speed_mms=kmh(20), front_door=False, emergency_door=False)
    watch.sees()
    return watch


def test_an_emergency_door_that_rattles_may_be_given_time():
    for rule in (EmergencyDoor, DoorOpenMoving):
        assert opened(rule, CONFIG).states(emergency_door=True) == ["raised"]
        watch = opened(rule, dict(CONFIG, emergency_door_s=2))
        for _ in range(3):
            assert watch.sees(1900, emergency_door=True) == []
            assert watch.sees(100, emergency_door=False) == []
        assert watch.sees(2000, emergency_door=True) == []
        assert watch.rule.warning == SILENT
        assert watch.states() == ["raised"]
        assert watch.states(emergency_door=False) == ["cleared"], "its end is told at once"


def test_an_emergency_door_that_cannot_be_read_meanwhile_goes_on_opening():
    watch = opened(EmergencyDoor, dict(CONFIG, emergency_door_s=2))
    assert watch.sees(1000, emergency_door=True) == []
    assert watch.sees(1000, emergency_door=None) == []
    assert watch.states(emergency_door=True) == ["raised"]
    assert dict(watch.events[0].why)["held_s"] == 2


def flaps(changes, every_ms, **rules):
    """A contact that changes so often -> Snapshot."""
    chip, s = Chip(0), Snapshot(7)
    seats = SeatMap({"count": 7, "debounce_ms": 200, "belts": True}, [chip], dict(CONFIG, **rules))
    for now_ms in range(0, 500 + changes * every_ms, 100):
        if now_ms >= 500 and (now_ms - 500) % every_ms == 0:
            chip.word ^= 1
        s.now_ms = now_ms
        seats.sense(s)
    return s.seats.flapping


def test_what_flaps_is_a_matter_of_settings():
    assert flaps(8, 100) == []
    assert flaps(9, 100) == [1]
    assert flaps(4, 100, flaps=4) == []
    assert flaps(5, 100, flaps=4) == [1]
    assert flaps(9, 1300) == [], "more than 10 s for nine changes"
    assert flaps(9, 1300, flap_window_s=11) == [1]
    watch = Watch(SensorFlapping, dict(CONFIG, flaps=4, flap_window_s=11), flapping=[3])
    watch.sees()
    assert dict(watch.events[0].why) == {"changes": 4, "window_s": 11}


class Silent:
    """A part without read-back."""

    def set(self, on):
        pass

    def read_back(self):
        return None


class Outputs:
    lamp = buzzer = horn = Silent()


def test_when_a_button_is_stuck_is_a_setting():
    for stuck_s in (10, 300):
        s = Snapshot(1)
        s.vehicle.sos_button = True
        health = SelfCheck(Outputs, dict(CONFIG, button_stuck_s=stuck_s))
        for now_ms in range(0, stuck_s * 1000, 100):
            s.now_ms = now_ms
            health.update(s)
        assert s.vehicle.failing == []
        s.now_ms += 100
        health.update(s)
        assert s.vehicle.failing == ["sos_button"]

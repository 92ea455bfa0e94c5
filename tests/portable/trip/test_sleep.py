"""When the board may sleep: all calm, all told, nothing unknown; and what wakes it."""

from bus_bench import MINUTE, Bench
from parts import Nvs, get, put, snapshot

from firmware.config.load import defaults
from firmware.trip.sleep import ASLEEP, AWAKE, LEAVING, Sleep
from firmware.uplink.last_resort import LastResort
from firmware.uplink.link_supervisor import LinkStatus

PARKED = {
    "phase": "parked",
    "checked": True,
    "ignition": False,
    "front_door": False,
    "emergency_door": False,
    "check_button": False,
    "sos_button": False,
    "supply_mv": 12600,
    "lat_e7": 1,
}
DOUBTS = (
    ("phase", ("boarding", "driving", "checking")),
    ("checked", (False,)),
    ("ignition", (True, None)),
    ("taken", ([3],)),
    ("unknown", ([3],)),
    ("sitting", ([3],)),
    ("doubtful", ([3],)),
    ("front_door", (True, None)),
    ("emergency_door", (True, None)),
    ("check_button", (True, None)),
    ("sos_button", (True, None)),
    ("mode", ("service", "drill", "evacuation")),
    ("exercise", (True,)),
    ("supply_mv", (11499, 0, None)),
    ("shock_mg", (250, 3000)),
    ("silent", (["gnss"],)),
    ("failing", (["horn"],)),
)


class Night:
    """A Sleep whose world is set by hand, looked at once a second."""

    def __init__(self, has_broker=True, has_doors=True, **settings):
        config = defaults()
        config["sleep"].update(settings)
        config["broker"]["host"] = "broker" if has_broker else ""
        config["inputs"]["front_door"] = config["inputs"]["emergency_door"] = has_doors
        self.sleeping = Sleep(config)
        self.s = snapshot(**PARKED)
        self.link = LinkStatus()
        self.link.connected = True
        self.is_delivered = True
        self.is_calm = True

    def goes(self, seconds):
        """-> the states it was in, each once in a row."""
        states = []
        for _ in range(seconds):
            self.s.now_ms += 1000
            self.sleeping.update(self.s, self.is_calm, self.link, self.is_delivered)
            if self.sleeping.state == LEAVING:
                self.sleeping.said(self.s.now_ms)
            if states[-1:] != [self.sleeping.state]:
                states.append(self.sleeping.state)
        return states

    def asleep(self):
        while self.sleeping.state != ASLEEP:
            self.goes(1)
        return self


def test_a_door_without_a_contact_keeps_no_bus_awake():
    for has_doors in (True, False):
        night = Night(has_doors=has_doors)
        night.s.vehicle.front_door = night.s.vehicle.emergency_door = None
        assert (night.goes(400)[-1] == ASLEEP) != has_doors


def test_it_leaves_word_after_five_calm_minutes_and_sleeps():
    night = Night()
    assert night.goes(300) == [AWAKE]
    assert night.goes(4) == [AWAKE]  # commands may come
    assert night.goes(3) == [AWAKE, LEAVING, ASLEEP]


def test_it_wakes_a_minute_before_the_promised_state_and_sleeps_again():
    night = Night(wake_s=900).asleep()
    assert night.goes(838) == [ASLEEP]
    assert night.goes(1) == [AWAKE]
    assert night.goes(6) == [AWAKE, LEAVING]
    assert night.goes(1) == [ASLEEP]


def test_whatever_is_not_calm_wakes_it_at_once_and_for_five_minutes():
    for name, values in DOUBTS:
        for value in values:
            night = Night().asleep()
            calm = get(night.s, name)
            put(night.s, name, value)
            assert night.sleeping.doubt(night.s), (name, value)
            assert night.goes(1) == [AWAKE], (name, value)
            assert night.goes(1000) == [AWAKE], (name, value)
            put(night.s, name, calm)
            assert night.goes(300) == [AWAKE], (name, value)
            assert night.goes(10)[-1] == ASLEEP, (name, value)


def test_as_made_the_snapshot_knows_nothing_and_nothing_sleeps():
    from firmware.snapshot import Snapshot

    assert Night().sleeping.doubt(Snapshot(8))
    for name in PARKED:
        if name not in ("phase", "checked", "lat_e7"):
            night = Night()
            put(night.s, name, None)
            assert night.goes(900) == [AWAKE], name


def test_values_at_the_edge_let_it_sleep():
    night = Night()
    night.s.vehicle.supply_mv = 11500
    night.s.vehicle.shock_mg = 249
    assert night.goes(320)[-1] == ASLEEP


def test_a_warning_or_work_that_is_left_keeps_it_awake():
    night = Night()
    night.is_calm = False
    assert night.goes(900) == [AWAKE]
    night.is_calm = True
    night.asleep()
    night.is_calm = False
    assert night.goes(1) == [AWAKE]


def test_it_waits_until_the_city_has_everything():
    night = Night()
    night.is_delivered = False
    for _ in range(30):
        night.link.acked += 1  # it gets on, slowly
        assert night.goes(100) == [AWAKE]
    night.is_delivered = True
    assert night.goes(2) == [LEAVING, ASLEEP]


def test_a_link_that_breaks_while_it_leaves_word_keeps_it_awake():
    night = Night()
    while night.sleeping.state != LEAVING:
        night.goes(1)
    night.link.connected = night.is_delivered = False
    assert night.goes(60) == [AWAKE]
    night.link.connected = night.is_delivered = True
    assert night.goes(5) == [AWAKE]
    assert night.goes(2) == [LEAVING, ASLEEP]


def test_it_gives_up_after_ten_minutes_in_which_nothing_was_acknowledged():
    for connected in (False, True):
        night = Night()
        night.link.connected, night.is_delivered = connected, False
        assert night.goes(900) == [AWAKE]
        assert night.goes(1) == [ASLEEP]
        assert night.goes(840)[-1] == AWAKE  # and tries again


def test_it_looks_for_satellites_for_half_a_minute_at_most():
    night = Night(wake_s=900).asleep()
    night.s.gnss.lat_e7 = None
    assert night.goes(839) == [ASLEEP, AWAKE]
    assert night.goes(30) == [AWAKE]
    assert night.goes(2) == [LEAVING, ASLEEP]


def test_without_a_broker_there_is_nobody_to_tell():
    night = Night(has_broker=False)
    night.link.connected = night.is_delivered = False
    assert night.goes(302) == [AWAKE, ASLEEP]


def test_switched_off_it_never_sleeps():
    assert Night(on=False).goes(3600) == [AWAKE]


def test_time_asleep_is_no_time_without_a_link():
    last = LastResort(15, Nvs())
    assert last.update(0, True, True) is None
    for second in range(1, 7200):
        assert last.update(second * 1000, False, True, True) is None
    for second in range(7200, 7200 + 899):
        assert last.update(second * 1000, False, True) is None
    assert last.update((7200 + 899) * 1000, False, True) is not None


# the whole bus


class Sleeper:
    """The loop of main.py on hand-set parts: it sleeps when the bus wants to."""

    def __init__(self):
        self.bench = Bench()
        self.slept_ms = 0
        self.bench.parts.sleep = self.sleep
        self.bench.parts.radio.is_off = lambda: True

    def sleep(self, ms):
        self.slept_ms += ms

    def goes(self, seconds):
        """-> ms of it asleep. The receiver sends; the sleeping board misses these bytes."""
        bench, before_ms = self.bench, self.slept_ms
        end_ms = bench.now_ms + seconds * 1000
        while bench.now_ms < end_ms:
            bench.now_ms = bench.bus.next_tick_ms
            if not self.was_asleep():
                bench.parts.gnss.said = b"$GPRMC,,V,,,,,,,,,,N*53\r\n"
            bench.bus.tick(bench.now_ms)
            if not bench.bus.turn(bench.now_ms):
                bench.bus.sleep(bench.now_ms)
        return self.slept_ms - before_ms

    def was_asleep(self):
        return self.bench.bus.sleeping.state == ASLEEP


def test_asleep_it_ticks_once_a_second_and_no_sensor_is_taken_for_silent():
    sleeper = Sleeper()
    assert sleeper.goes(290) == 0
    fed = sleeper.bench.parts.watchdog.fed
    sleeper.goes(20)
    assert sleeper.was_asleep()
    fed = sleeper.bench.parts.watchdog.fed
    assert sleeper.goes(600) == 600 * 1000
    assert sleeper.bench.parts.watchdog.fed - fed == 600
    assert sleeper.bench.told("sensor_silent") == []
    assert sleeper.bench.bus.snapshot.silent == []
    assert sleeper.bench.bus.snapshot.gnss.lat_e7 is None


def test_p5_a_seat_taken_while_it_sleeps_alarms_within_four_seconds():
    sleeper = Sleeper()
    sleeper.goes(400)
    assert sleeper.was_asleep()
    sleeper.bench.sits(7)
    sleeper.goes(4)
    assert sleeper.bench.told("parked_movement") == ["raised"]
    assert sleeper.bench.bus.warnings.level >= 4
    assert not sleeper.was_asleep()
    assert sleeper.goes(120) == 0


def test_a_receiver_that_stays_silent_after_waking_is_told():
    sleeper = Sleeper()
    sleeper.goes(400)
    sleeper.bench.parts.ignition.on = True
    sleeper.goes(4)
    assert sleeper.bench.told("sensor_silent") == []
    sleeper.bench.parts.gnss.readinto = lambda buf: 0
    sleeper.bench.waits(8000)
    assert sleeper.bench.told("sensor_silent") == ["raised"]


def test_a_supply_that_goes_low_keeps_it_awake():
    sleeper = Sleeper()
    sleeper.goes(400)
    assert sleeper.was_asleep()
    sleeper.bench.parts.supply.read_mv = lambda: 11000
    sleeper.goes(3)
    assert sleeper.goes(MINUTE // 1000 * 20) == 0
    assert sleeper.bench.told("supply") == ["raised"]


def test_while_the_radio_is_not_off_yet_it_does_not_sleep():
    sleeper = Sleeper()
    sleeper.bench.parts.radio.is_off = lambda: False
    assert sleeper.goes(400) == 0


def test_it_says_that_it_wakes_only_for_its_promise():
    night = Night().asleep()
    assert not night.sleeping.is_renewing
    assert night.goes(838) == [ASLEEP]
    assert night.goes(2)[-1] == AWAKE and night.sleeping.is_renewing
    night.s.vehicle.front_door = True
    night.goes(1)
    assert not night.sleeping.is_renewing
    night.s.vehicle.front_door = False
    night.asleep()
    night.s.vehicle.front_door = True
    night.goes(1)
    assert night.sleeping.state == AWAKE and not night.sleeping.is_renewing


def test_a_policy_that_comes_counts_as_not_delivered():
    """It may not end the calm: each part would keep the bus awake for five minutes more."""
    bench = Bench()
    bench.waits(1000)
    bench.bus._link.drained = True
    seen = []
    bench.bus.sleeping.update = lambda s, is_calm, link, is_delivered: seen.append(
        (is_calm, is_delivered)
    )
    bench.bus.journal = type("Empty", (), {"is_delivered": True})()
    for comes in (False, True):
        bench.bus.policy._coming.keeps_awake = comes
        bench.bus._settle(bench.bus.snapshot)
    assert seen == [(True, True), (True, False)]

"""The loudest warning wins; patterns follow the clock."""

from parts import Output, put, snapshot

from firmware.config.load import defaults
from firmware.event import DRILLED
from firmware.warnings import CHIME, HORN, INSIDE, LAMP, PROMPT, SILENT, Warnings


class Rule:
    def __init__(self, warning, kind=None):
        self.warning = warning
        self.kind = kind


CONFIG = defaults()["warnings"]


class Driver:
    """One bus's outputs, and the button under the driver's hand; ignition on."""

    def __init__(self, *levels, **readings):
        self.outputs = (Output(), Output(), Output())
        self.lamp, self.buzzer, self.horn = self.outputs
        self.warnings = Warnings(CONFIG, *self.outputs)
        self.rules = [Rule(levels[index], index) for index in range(len(levels))]
        self.modes = Rule(SILENT)
        self.s = snapshot(ignition_off_ms=None)
        for name, value in readings.items():
            put(self.s, name, value)

    def hears(self, ms=4000):
        """-> milliseconds that (lamp, buzzer, horn) are on in so long a time."""
        on_ms = [0, 0, 0]
        for _ in range(0, ms, 100):
            self.warnings.show(self.s, self.rules, self.modes)
            for index in range(3):
                on_ms[index] += 100 * self.outputs[index].on
            self.s.now_ms += 100
        return on_ms

    def presses(self):
        self.s.vehicle.check_press_ms = 500
        self.warnings.show(self.s, self.rules, self.modes)
        self.s.vehicle.check_press_ms = None


def on_times(level, **readings):
    return Driver(SILENT, level, **readings).hears()


def test_a_flash_of_one_tick_every_five_seconds_says_that_all_is_well():
    driver = Driver(SILENT)
    assert driver.hears(5000) == [0, 0, 0], "the start has its own beep"
    assert driver.hears(100) == [100, 0, 0]
    assert driver.warnings.flashes
    assert driver.hears(4900) == [0, 0, 0]
    assert driver.hears(10000) == [200, 0, 0]
    driver.rules[0].warning = LAMP
    assert driver.hears(5000) == [5000, 0, 0]
    assert not driver.warnings.flashes


def test_the_prompt_has_long_tones_while_a_person_is_unaccounted_for():
    off = {"ignition_off_ms": 1000}
    assert on_times(PROMPT, **off) == [2000, 2000, 0]
    assert on_times(PROMPT, loose=[7], **off) == [2000, 3000, 0]
    assert on_times(INSIDE, loose=[7], **off) == on_times(INSIDE, **off)
    assert on_times(PROMPT, loose=[7]) == [2000, 2000, 0], "on the way a child may stand"


def test_a_mode_has_its_own_lamp_and_a_sleeping_bus_none():
    driver = Driver(SILENT, mode="service")
    assert driver.hears(20000) == [18000, 0, 0]
    driver = Driver(SILENT)
    for driver.s.now_ms in range(0, 60000, 1000):
        driver.warnings.show(driver.s, driver.rules, driver.modes, True)
        assert not driver.lamp.on
    driver.s.now_ms += 1000
    driver.warnings.show(driver.s, driver.rules, driver.modes)
    assert driver.lamp.on, "it flashes when it wakes"


def test_patterns():
    assert on_times(SILENT) == [0, 0, 0]
    assert on_times(LAMP) == [4000, 0, 0]
    assert on_times(CHIME) == [4000, 400, 0]
    assert on_times(PROMPT) == [2000, 2000, 0]
    assert on_times(INSIDE) == [2000, 3000, 0]
    assert on_times(HORN) == [2000, 3000, 2000]


def test_patterns_keep_to_the_clock():
    for level, sounding in ((CHIME, 2), (PROMPT, 2), (INSIDE, 2), (HORN, 3)):
        driver = Driver(level)
        for now_ms in range(0, 20000, 2000):
            driver.s.now_ms = now_ms
            driver.hears(100)
            assert [output.on for output in driver.outputs[:sounding]] == [True] * sounding
    for mode in ("service", "drill"):
        driver = Driver(mode=mode, exercise=mode == "drill")
        for now_ms in range(0, 20000, 2000):
            driver.s.now_ms = now_ms
            driver.hears(100)
            assert driver.lamp.on


def test_service_mutes_the_horn_alone_and_shows_itself():
    assert on_times(SILENT, mode="service") == [3600, 0, 0]
    assert on_times(LAMP, mode="service") == [3600, 0, 0]
    assert on_times(CHIME, mode="service") == [4000, 400, 0]
    assert on_times(HORN, mode="service") == [2000, 3000, 0]
    alone = {"mode": "service", "ignition_off_ms": 1000000}
    assert on_times(HORN, alone_ms=895000, **alone) == [2000, 3000, 0]
    assert on_times(HORN, alone_ms=900000, **alone) == [2000, 3000, 2000]


def drills(*warnings, mode="drill", evacuates=SILENT):
    driver = Driver(*[level for level, _ in warnings], mode=mode, exercise=True)
    for index in range(len(warnings)):
        driver.rules[index].kind = warnings[index][1]
    driver.modes.warning = evacuates
    return driver


def test_a_drill_is_quiet_about_what_is_drilled():
    for kind in DRILLED:
        assert drills((SILENT, kind)).hears() == [400, 0, 0]
        assert drills((CHIME, kind)).hears() == [4000, 400, 0]
        assert drills((HORN, kind)).hears() == [2000, 400, 0]
    assert drills(mode="evacuation", evacuates=INSIDE).hears() == [2000, 400, 0]
    assert on_times(INSIDE, mode="evacuation") == [2000, 3000, 0]
    assert on_times(HORN, mode="evacuation") == [2000, 3000, 2000], "a real one, with a child left"


def test_a_drill_mutes_nothing_else():
    for kind in ("child_left_behind", "heat", "parked_movement", "check_button_missed", "crash"):
        driver = drills((HORN, kind), (INSIDE, "sos"), evacuates=INSIDE)
        assert driver.hears() == [2000, 3000, 2000], kind
        assert driver.warnings.real == HORN
    driver = drills((PROMPT, "child_left_behind"), (HORN, "sos"))
    assert driver.hears() == [2000, 2000, 0]
    assert (driver.warnings.level, driver.warnings.real) == (HORN, PROMPT)


def test_the_button_quiets_prompts_in_a_drill_too():
    driver = drills((PROMPT, "belt_off"), (INSIDE, "emergency_door"))
    driver.presses()
    assert driver.hears() == [2000, 400, 0]


def test_the_loudest_wins_and_a_lower_one_takes_over_when_it_ends():
    driver = Driver(LAMP, HORN, PROMPT)
    driver.hears(100)
    assert driver.warnings.level == HORN
    assert driver.horn.on
    driver.rules[1].warning = SILENT
    driver.hears(100)
    assert driver.warnings.level == PROMPT
    assert not driver.horn.on


def test_the_button_quiets_what_sounds_now_for_a_while():
    for level in (CHIME, PROMPT):
        driver = Driver(level)
        driver.presses()
        assert driver.warnings.level == level
        assert driver.hears(60000)[:2] == [60000, 0], level
        assert driver.hears(100)[:2] == [100, 100], level


def test_the_button_quiets_no_alarm():
    for level in (INSIDE, HORN):
        driver = Driver(level)
        loud = driver.hears()
        driver.presses()
        driver.s.now_ms = 8000
        assert driver.hears() == loud


def test_the_button_quiets_nothing_once_the_ignition_is_off():
    for off_ms in (0, 1000):
        driver = Driver(PROMPT, ignition_off_ms=off_ms)
        driver.presses()
        assert driver.hears(2000)[1] == 1000
    driver = Driver(PROMPT)
    driver.presses()
    assert driver.hears(2000)[1] == 0
    driver.s.trip.ignition_off_ms = 0
    assert driver.hears(2000)[1] == 1000
    driver.s.trip.ignition_off_ms = None
    assert driver.hears(2000)[1] == 1000


def test_another_hazard_or_a_worse_one_is_heard_all_the_same():
    driver = Driver(CHIME, SILENT, LAMP)
    driver.presses()
    assert driver.hears(2000)[1] == 0
    driver.rules[1].warning = CHIME
    assert driver.hears(2000)[1] == 200
    driver.rules[1].warning = SILENT
    assert driver.hears(2000)[1] == 0
    driver.rules[0].warning = PROMPT
    assert driver.hears(2000)[1] == 1000
    driver.rules[0].warning = CHIME
    driver.rules[2].warning = CHIME
    assert driver.hears(2000)[1] == 200


def test_only_a_press_that_has_ended_counts():
    driver = Driver(CHIME, check_button=True)
    assert driver.hears(2000)[1] == 200


def test_what_is_steady_is_on_at_any_millisecond():
    for now_ms in range(8):
        driver = Driver(LAMP)
        driver.s.now_ms = now_ms
        assert driver.hears(100) == [100, 0, 0], now_ms


def test_outputs_are_switched_only_when_they_change():
    driver = Driver(LAMP)
    driver.hears(10000)
    assert driver.lamp.times_set == 1


def test_the_horn_is_told_to_be_off_at_the_first_tick():
    driver = Driver()
    driver.hears(100)
    assert driver.horn.on is False

"""What the driver sees and hears now: the lamp, the buzzer, the horn.

The highest warning of all rules wins. Patterns follow the clock, so they need no
state: a phase of on_ms in every period_ms; on_ms = period_ms is a steady output.

While nothing is due the lamp flashes for one tick, 0.1 s, every five seconds: all is well. So a
lamp that stays dark means a board or a lamp that is broken. In a sleeping bus it is dark, and
flashes whenever the bus wakes.

The driver may answer a warning with the check button: while the ignition is on, a press
(sensing/press.py) quiets the chimes and prompts of that moment for quiet_s; the lamp stays on.
Another hazard, or the same one when it gets worse, still sounds. The button quiets no alarm, and
nothing once the ignition is off: then it stands for the walk through the bus (check.py), and what
sounds is about a child.

The prompt of a parked bus has long tones while a person is loose (trip/persons.py): whoever left
that seat is still inside, and one walk past the seats is not enough.

A drill mutes what is drilled (event.py): it chirps, without the horn. All else sounds as ever.
Service silences the horn, but not for a child who may have been alone for 15 min: someone may have
climbed in, and the technician may have gone.
"""

from firmware.event import DRILLED
from firmware.snapshot import NORMAL, SERVICE

SILENT = 0
LAMP = 1  # a technician is needed
CHIME = 2  # the driver should drive differently
PROMPT = 3  # the driver should act now
INSIDE = 4  # alarm inside the bus
HORN = 5  # alarm to everybody around

# level: ((on_ms, period_ms) for lamp, buzzer, horn)
_OFF = (0, 1)
_ON = (1, 1)
_CHIRP = (200, 2000)
_PATTERNS = (
    (_OFF, _OFF, _OFF),
    (_ON, _OFF, _OFF),
    (_ON, _CHIRP, _OFF),
    ((500, 1000), (500, 1000), _OFF),
    ((200, 400), (300, 400), _OFF),
    ((200, 400), (300, 400), (1000, 2000)),
)
_LONG = (1500, 2000)  # the prompt's tones while a person is loose
_WELL_MS = 5000
_SERVICE_MS = 900000  # alone for so long: the outside alarm within 15 min [MLIT guideline]
# A mode shows itself while nothing louder than the lamp is due.
_MODE_LAMP = {"service": (1800, 2000), "drill": (200, 2000)}


class Warnings:
    """level: the highest warning that is due, quieted or not; real: without what is drilled."""

    def __init__(self, config, lamp, buzzer, horn):
        """Each output has set(bool)."""
        self._quiet_ms = config["quiet_s"] * 1000
        self._outputs = (lamp, buzzer, horn)
        self._is_on = [None, None, None]
        self._quiet = None  # kind: the level up to which its rule keeps quiet
        self._until_ms = 0
        self._window = 0  # of five seconds, in which the lamp has flashed
        self.level = self.real = SILENT
        self.flashes = False  # for this tick alone: the next one should be soon

    def show(self, s, rules, modes, is_asleep=False):
        """Sets the outputs for the loudest `warning` among the rules and the modes."""
        self._answer(s, rules)
        self.level = self.real = _loudest(rules, modes.warning, ())
        if s.trip.exercise:
            self.real = _loudest(rules, SILENT, DRILLED)
        window = s.now_ms // _WELL_MS
        is_well = self.level == SILENT and s.trip.mode == NORMAL and not is_asleep
        self.flashes = is_well and window != self._window
        self._window = window
        level, real = self.level, self.real
        if self._quiet is not None:
            level = self._heard(rules, modes.warning, ())
            real = self._heard(rules, SILENT, DRILLED) if s.trip.exercise else level
        self._set(s, level, real)

    def _heard(self, rules, heard, drilled):
        """-> the loudest warning that the driver has not quieted, but for the kinds drilled."""
        for rule in rules:
            warning = SILENT if rule.kind in drilled else rule.warning
            if LAMP < warning <= self._quiet.get(rule.kind, SILENT):
                warning = LAMP
            heard = max(heard, warning)
        return heard

    def _answer(self, s, rules):
        if s.trip.ignition_off_ms is not None or s.now_ms >= self._until_ms:
            self._quiet = None
        if s.vehicle.check_press_ms is not None and s.trip.ignition_off_ms is None:
            self._until_ms = s.now_ms + self._quiet_ms
            self._quiet = {rule.kind: min(rule.warning, PROMPT) for rule in rules}

    def _set(self, s, level, real):
        lamp, buzzer, _ = _PATTERNS[level]
        alone_ms = s.trip.alone_ms
        is_quiet = s.trip.mode == SERVICE and (alone_ms is None or alone_ms < _SERVICE_MS)
        horn = _OFF if is_quiet else _PATTERNS[real][2]
        if level <= LAMP:
            lamp = _ON if self.flashes else _MODE_LAMP.get(s.trip.mode, lamp)
        if level == PROMPT and s.seats.loose and s.trip.ignition_off_ms is not None:
            buzzer = _LONG
        if real < level and buzzer != _OFF:
            buzzer = _CHIRP if _PATTERNS[real][1] == _OFF else _PATTERNS[real][1]
        self._switch(0, lamp, s.now_ms)
        self._switch(1, buzzer, s.now_ms)
        self._switch(2, horn, s.now_ms)

    def _switch(self, index, pattern, now_ms):
        on = now_ms % pattern[1] < pattern[0]
        if on != self._is_on[index]:
            self._outputs[index].set(on)
            self._is_on[index] = on


def _loudest(rules, level, drilled):
    for rule in rules:
        if rule.warning > level and rule.kind not in drilled:
            level = rule.warning
    return level

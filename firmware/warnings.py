"""What the driver sees and hears now: the lamp, the buzzer, the horn.

The highest warning of all rules wins. Patterns follow the clock, so they need no
state: a phase of on_ms in every period_ms; on_ms = period_ms is a steady output.
"""

SILENT = 0
LAMP = 1  # something needs a technician
CHIME = 2  # mind your driving
PROMPT = 3  # do something now
INSIDE = 4  # alarm inside the bus
HORN = 5  # alarm to everybody around

# level: ((on_ms, period_ms) for lamp, buzzer, horn)
_OFF = (0, 1)
_ON = (1, 1)
_PATTERNS = (
    (_OFF, _OFF, _OFF),
    (_ON, _OFF, _OFF),
    (_ON, (200, 2000), _OFF),
    ((500, 1000), (500, 1000), _OFF),
    ((200, 400), (300, 400), _OFF),
    ((200, 400), (300, 400), (1000, 2000)),
)


class Warnings:
    def __init__(self, lamp, buzzer, horn):
        """Each output has set(bool); it may raise OSError, which concerns the caller."""
        self._outputs = (lamp, buzzer, horn)
        self._is_on = [None, None, None]
        self.level = SILENT

    def show(self, now_ms, rules):
        """Sets the outputs for the loudest `warning` among the rules."""
        level = SILENT
        for rule in rules:
            if rule.warning > level:
                level = rule.warning
        self.level = level
        pattern = _PATTERNS[level]
        for index in range(3):
            on_ms, period_ms = pattern[index]
            on = now_ms % period_ms < on_ms
            if on != self._is_on[index]:
                self._outputs[index].set(on)
                self._is_on[index] = on

"""ConfigError: what is wrong with a setting. In a file of its own, because load.py leaves the heap
after the start."""


class ConfigError(ValueError):
    """is_wiring: it is in doubt what is on which pin."""

    is_wiring = False

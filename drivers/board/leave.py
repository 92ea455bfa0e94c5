"""What only the start needs leaves the heap after it: 20 KB that the running bus can use.

A module stays in the heap as long as something names it: sys.modules, its package, and each module
that has imported it or something from it. So these are imported in the functions that use them.
Should one be needed again, import loads it again.
"""

STARTERS = (
    "firmware.config.load",
    "firmware.config.settings",
    "firmware.config.seat_kinds",
    "firmware.config.radio_kinds",
    "drivers.seat_wiring",
    "drivers.radio.make_radio",
)
SELFTEST = ("firmware.selftest",)


def leave(modules, names):
    """modules: sys.modules. names: those that leave it."""
    for name in names:
        if modules.pop(name, None) is not None:
            package, last = name.rsplit(".", 1)
            if hasattr(modules[package], last):
                delattr(modules[package], last)

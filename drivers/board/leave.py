"""What only the start needs leaves the heap after it, and what is needed seldom after each use:
40 KB that the running bus can use.

A module stays in the heap as long as something names it: sys.modules, its package, each module
that has imported it or something from it, and each object of its classes. So these are imported in
the functions that use them. Should one be needed again, import loads it again.
"""

from micropython import const

from firmware.policy.store import READERS
from firmware.uplink.authority import VERIFIERS

STARTERS = (
    "firmware.config.load",
    "firmware.config.settings",
    "firmware.config.seat_kinds",
    "firmware.config.radio_kinds",
    "firmware.config.choosing",
    "drivers.board.wire",
    "drivers.board.tables",
    "drivers.board.boards.devkit",
    "drivers.board.boards.devkit_wrover",
    "drivers.board.boards.lilygo_a7670",
    "drivers.board.boards.esp32s3_devkitc",
    "drivers.board.boards.lilygo_s3",
    "drivers.board.boards",
    "drivers.seat_wiring",
    "drivers.radio.make_radio",
)
BRIEF = ("firmware.identity_form", "drivers.gnss_commands")
"""Whoever uses one of these keeps it as long as it needs it."""
COMMANDS = ("firmware.uplink.commands", "firmware.jsonstrict")
_COMMANDED_MS = const(60000)  # commands often come one behind the other
SELFTEST = ("firmware.selftest",)


def leave(modules, names):
    """modules: sys.modules. names: those that leave it."""
    for name in names:
        if modules.pop(name, None) is not None:
            package, last = name.rsplit(".", 1)
            if hasattr(modules[package], last):
                delattr(modules[package], last)


def leave_used(modules, bus):
    """Call it after each tick: what is not in use leaves. One that could not be imported whole,
    because memory ran out, leaves as well, and is imported anew the next time."""
    leave(modules, BRIEF)
    if COMMANDS[1] in modules and bus.next_tick_ms - bus.commanded_ms > _COMMANDED_MS:
        leave(modules, COMMANDS)
    if READERS[0] in modules and not bus.policy.is_reading:
        leave(modules, READERS)
    if VERIFIERS[0] in modules and not bus.authority.is_examining:
        leave(modules, VERIFIERS)

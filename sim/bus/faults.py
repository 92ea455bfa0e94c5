"""Faults: what is broken on one bus, until it is mended: a power cut changes nothing about them."""

from __future__ import annotations


class Faults:
    """The methods break things, the SimBoard reads what is broken. Wires are named as its parts:
    `ignition`, `horn`, `here_button`, `presence_1`, ... (drivers/board/tables.py, SWITCHES).

    `changes` moves with every call, so that the board looks only then.
    """

    def __init__(self) -> None:
        self.cut_wires: set[str] = set()
        self.stuck_switches: dict[str, bool] = {}  # part -> True: contact closed for good
        self.cut_seats: set[int] = set()  # occupancy wire torn: reads taken
        self.cut_belts: set[int] = set()  # belt wire torn: reads open
        self.stuck_seats: dict[int, bool] = {}  # seat -> True: reads taken for good
        self.silent_expanders: set[int] = set()  # index from 0; modules, mat readers likewise
        self.line_noise = 0.0  # of RS-485: probability that a byte arrives damaged
        self.line_chatter = 0.0  # bytes of rubbish a second on it
        self.gnss_silent = False  # its cable is off
        self.gnss_astray_e7 = 0  # it reports the bus so far north of where it is
        self.accelerometer_silent = False
        self.switches_silent = False  # the expander of doors and buttons, where a board has one
        self.changes = 0

    def cut_wire(self, part: str) -> None:
        self.cut_wires.add(part)
        self.changes += 1

    def stick_switch(self, part: str, closed: bool) -> None:
        self.stuck_switches[part] = closed
        self.changes += 1

    def mend_switch(self, part: str) -> None:
        self.cut_wires.discard(part)
        self.stuck_switches.pop(part, None)
        self.changes += 1

    def cut_seat(self, seat: int) -> None:
        self.cut_seats.add(seat)
        self.changes += 1

    def cut_belt(self, seat: int) -> None:
        self.cut_belts.add(seat)
        self.changes += 1

    def stick_seat(self, seat: int, taken: bool) -> None:
        self.stuck_seats[seat] = taken
        self.changes += 1

    def mend_seat(self, seat: int) -> None:
        self.cut_seats.discard(seat)
        self.cut_belts.discard(seat)
        self.stuck_seats.pop(seat, None)
        self.changes += 1

    def silence_expander(self, index: int) -> None:
        self.silent_expanders.add(index)
        self.changes += 1

    def revive_expander(self, index: int) -> None:
        self.silent_expanders.discard(index)
        self.changes += 1

    def disturb_line(self, noise: float, chatter: float) -> None:
        self.line_noise = noise
        self.line_chatter = chatter
        self.changes += 1

    def silence_gnss(self, silent: bool = True) -> None:
        self.gnss_silent = silent
        self.changes += 1

    def silence_accelerometer(self, silent: bool = True) -> None:
        self.accelerometer_silent = silent
        self.changes += 1

    def silence_switches(self, silent: bool = True) -> None:
        self.switches_silent = silent
        self.changes += 1

"""The options of `python -m sim board`, in a file of their own: `make sim` installs none of the
packages that the board itself needs."""

from __future__ import annotations

import argparse
from pathlib import Path

HEAP_KB = 160
PSRAM_HEAP_KB = 8192  # 4 MB there
WIFI = {"ssid": "bus-depot", "password": "not a secret"}
"""Of the board without --bus."""


def add_arguments(command: argparse.ArgumentParser, number) -> None:
    """number: the argument type of sim/__main__.py."""
    command.add_argument(
        "--flash", type=Path, default=Path("board.img"), metavar="FILE",
        help="the file that is the board's flash, 4 MiB; made if it is missing "
        "(default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--bus", type=Path, metavar="FILE",
        help="a bus.json that names the board and what is fitted (default: devkit_wrover "
        "with 40 seats on expanders and every sensor). Its wifi is the one that the board finds: "
        f"{WIFI['ssid']!r} with the password {WIFI['password']!r}, where no file is given",
    )  # fmt: skip
    command.add_argument(
        "--identity", type=Path, metavar="FILE",
        help="an identity.json that is put onto the flash, as `make enrol` writes it: the bus "
        "seals what it sends (default: the flash keeps the one that it has, if any)",
    )  # fmt: skip
    command.add_argument(
        "--heap", type=number(64, 65536, int), metavar="KB",
        help=f"the memory for programs (default: {PSRAM_HEAP_KB}, on a board without PSRAM "
        f"{HEAP_KB}; a program takes about half as much again as on an ESP32)",
    )  # fmt: skip
    command.add_argument(
        "--speed", type=number(1, 1000, int), default=1, metavar="X",
        help="how many times faster time passes while the board sleeps, 1 to 1000 "
        "(default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--morning", action="store_true",
        help="put this folder's code onto the board, drive a school morning of Laem Chabang with "
        "a real MQTT broker, and count what arrives. Exit status 1 if the city received nothing, "
        "or lacks a record (default: the bus stands, and the flash is left as it is)",
    )  # fmt: skip
    command.add_argument(
        "--minutes", type=number(1, 135), default=30, metavar="N",
        help="how many minutes of the morning, in the board's time (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--walk", action="store_true",
        help="half a minute after it gets power the driver walks through the bus and presses the "
        "check button: from then on it is parked, checked and empty, as an update over the air "
        "needs it (default: nobody does)",
    )  # fmt: skip
    command.add_argument(
        "--days", type=number(0.05, 31), metavar="N",
        help="drive a school bus for N days, 0.05 to 31, on a flash of its own and as fast as this "
        "computer can: one run a school day, weekends standing, outages, policies and an update; "
        "while the bus sleeps and nothing is about to happen, a minute passes at once. Without "
        "--heap the smallest heap that runs is searched for first, and the bus gets 15 %% more. "
        "Prints heap, largest free block, collections, resets, records and late ticks of each "
        "day; seven take 10 minutes of a processor. Exit status 1 if the board started again, ran "
        "out of memory or lost a record",
    )  # fmt: skip
    command.add_argument(
        "--cut", action="store_true",
        help="cut the power at random, about once a minute of the board's time (with --morning "
        "every six minutes), while the flash is being written",
    )  # fmt: skip
    command.add_argument(
        "--seed", type=number(0, 2**31 - 1, int), metavar="N",
        help="the number that the morning, the days and the cuts follow from (default: a random "
        "one, which is printed)",
    )  # fmt: skip

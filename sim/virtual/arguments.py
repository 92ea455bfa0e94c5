"""What `python -m sim board` can be told. Apart, because whoever only wants the town has not got
what boards need."""

from __future__ import annotations

import argparse
from pathlib import Path

HEAP_KB = 160
PSRAM_HEAP_KB = 8192  # 4 MB there


def add_arguments(command: argparse.ArgumentParser, number) -> None:
    """number: the argument type of sim/__main__.py."""
    command.add_argument(
        "--flash", type=Path, default=Path("board.img"), metavar="FILE",
        help="the flash, 4 MiB; made if it is missing (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--bus", type=Path, metavar="FILE",
        help="a bus.json that says which board it is and what is fitted (default: devkit_wrover "
        "with 40 seats on expanders and every sensor)",
    )  # fmt: skip
    command.add_argument(
        "--heap", type=number(64, 65536, int), metavar="KB",
        help=f"how much memory programs get (default: {PSRAM_HEAP_KB}, of a board without "
        f"PSRAM {HEAP_KB}; a program takes about half as much again as on an ESP32)",
    )  # fmt: skip
    command.add_argument(
        "--speed", type=number(1, 1000, int), default=1, metavar="X",
        help="while the board sleeps, time passes so many times faster (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--morning", action="store_true",
        help="drive a school morning of Laem Chabang with this folder's code on it and a real "
        "MQTT broker, and give the account. Exit status 1 if nothing came or a record was lost "
        "(default: the bus stands, and the flash is left as it is)",
    )  # fmt: skip
    command.add_argument(
        "--minutes", type=number(1, 135), default=30, metavar="N",
        help="how much of the morning, in the board's time (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--cut", action="store_true",
        help="cut the power at random, about once a minute (with --morning every six) of the "
        "board's time, in the middle of writing to the flash",
    )  # fmt: skip
    command.add_argument(
        "--seed", type=number(0, 2**31 - 1, int), metavar="N",
        help="of the morning and the cuts (default: by chance; it is printed)",
    )  # fmt: skip

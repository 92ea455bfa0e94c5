"""Time that is skipped while the board sleeps."""

from sim.virtual.board import VirtualBoard
from sim.virtual.command import fitted
from sim.virtual.harness import Harness
from sim.virtual.image import FlashImage
from sim.vm import _ops as ops
from sim.world.world import World


def test_a_longer_sleep_does_not_starve_the_watchdog(tmp_path):
    image = FlashImage(tmp_path / "board.img")
    try:
        board = VirtualBoard(image, lambda clock: Harness(World(), fitted(None), clock), 1)
        board.power_on()
        now_us = board.clock.now_us()
        board.answer(ops.WDT_START, 0, 8000, now_us, b"", 0)
        assert board.answer(ops.SLEEP, 0, 0, now_us, b"", 0) == (0, b"", 0)
        board.oversleeps_us = lambda: 59_000_000
        assert board.answer(ops.SLEEP, 0, 0, now_us, b"", 0) == (0, b"", 59_000_000)
        assert board.answer(ops.SLEEP, 1, 0, now_us + 60_000_000, b"", 0) == (0, b"", 0)
        assert board.answer(ops.WDT_FEED, 0, 0, now_us + 66_000_000, b"", 0) == (0, b"", 0)
        assert board.answer(ops.WDT_FEED, 0, 0, now_us + 75_000_000, b"", 0) is None
        assert board.wanted == "watchdog"
    finally:
        image.close()

"""The real firmware on the virtual board sleeps, watches, and wakes for a child."""

from board_driving import DrivenBoard
from vm import program

from sim.network import brokers
from sim.world.world import World


def parks(world):
    """The driver walks to the check button, and everything is quiet."""
    yield 30_000
    world.check_button_pressed = True
    yield 1500
    world.check_button_pressed = False


def test_a_child_that_sits_down_in_the_sleeping_bus_is_heard_of(tmp_path):
    program("micropython")
    world = World()
    world.run(parks(world))
    with brokers.start() as broker:
        bus = DrivenBoard(tmp_path, broker, world, sleep={"after_s": 60, "wake_s": 300})
        try:
            board = bus.board
            bus.runner.power_on()
            bus.runs_until(lambda: board.harness.slept_ms > 20_000, "asleep")
            assert not board.harness.wireless.wlan.active()
            world.sit(20)
            bus.runs_until(lambda: ("parked_movement", "raised") in bus.heard(), "an alarm")
            assert board.harness.wireless.wlan.active() and board.boots == 1
            bus.runs_until(lambda: bus.morning.missing() == 0, "everything at the city")
            bus.morning.check()
        finally:
            bus.close()

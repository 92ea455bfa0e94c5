"""Stories told on each way of wiring seats: a broken wire never hides a child (P5)."""

import pytest

from drivers.board.tables import NAMES
from sim.bus.rig import config_for
from sim.stories.story import Story
from sim.world.world import World

WAYS = {
    "modbus": {"inputs": "modbus", "modules": [[1, 48], [2, 32]]},
    "modbus 115200": {
        "inputs": "modbus", "modules": [[1, 48], [2, 32]], "modbus": {"baud": 115200},
    },
    "chain": {"inputs": "chain", "chain_registers": 10},
    "mux": {"expanders": [], "behind_mux": [[32, 33, 34], [32, 33, 34]]},
    "mats": {"inputs": "mats", "belts": False, "mat_readers": [72, 73, 74, 75], "count": 16},
    "no belts": {"inputs": "modbus", "modules": [[7, 48]], "belts": False},
}  # fmt: skip


def story(way, board="devkit", seed=1):
    config = config_for(World())
    config["board"] = board
    for key, value in WAYS[way].items():
        if isinstance(value, dict):
            config["seats"][key].update(value)
        else:
            config["seats"][key] = value
    return Story(config=config, seed=seed)


def silent(bus):
    """-> [(state, sensor), ...] as the city heard it."""
    return [
        (event["state"], event["data"]["sensor"])
        for event in bus.rig.heard()
        if event["kind"] == "sensor_silent"
    ]


@pytest.mark.parametrize("way", WAYS)
def test_a_child_left_behind_alarms_whichever_way_its_seat_is_wired(way):
    bus = story(way)
    bus.drives(seats={3, 7})
    assert bus.rig.bus.snapshot.seats.taken == [3, 7]
    assert bus.rig.bus.snapshot.seats.unknown == []
    bus.parks(seats={7})
    bus.waits(minutes=4)
    bus.rig.drain()
    assert "child_left_behind" in [event["kind"] for event in bus.rig.heard()]
    assert silent(bus) == []
    bus.rig.check()


@pytest.mark.parametrize("board", NAMES)
def test_a_child_left_behind_alarms_on_every_board(board):
    bus = Story(config={**config_for(World()), "board": board})
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=4)
    assert "child_left_behind" in bus.journalled() and bus.horn_sounds
    bus.rig.check()


def test_a_bus_without_belt_contacts_warns_of_no_belt():
    bus = story("no belts")
    bus.drives(seats={3, 7}, belts=set(), speed_kmh=50)
    assert bus.rig.bus.snapshot.seats.taken == [3, 7]
    assert bus.rig.bus.snapshot.seats.unbelted == []
    bus.rig.check()


@pytest.mark.parametrize("board", NAMES)
def test_the_cable_of_a_module_is_cut_while_a_child_sits_there(board):
    bus = story("modbus", board)
    bus.drives(seats={3, 30})
    bus.parks(seats={30}, check=False)
    bus.loses_expander(1)
    bus.waits(seconds=30)
    assert bus.rig.bus.snapshot.seats.unknown == list(range(25, 41))
    assert 30 not in bus.rig.bus.snapshot.seats.taken
    bus.presses_check_button()  # a walk settles no seat in which somebody was
    bus.waits(minutes=4)
    bus.rig.drain()
    assert silent(bus) == [("raised", "module 2")]
    left = [event for event in bus.rig.heard() if event["kind"] == "child_left_behind"]
    assert left and 30 in left[0]["data"]["seats"]
    bus.finds_expander(1)
    bus.waits(seconds=30)
    assert bus.rig.bus.snapshot.seats.taken == [30]
    bus.rig.drain()
    assert silent(bus)[-1] == ("cleared", "module 2")
    bus.rig.check()


def test_a_broken_mat_is_told_by_its_seat():
    bus = story("mats")
    bus.drives(seats={3})
    wiring = bus.rig.vehicle.board.seat_wiring
    wiring.wire = lambda opened: wiring.uv.__setitem__(4, 3_300_000)  # seat 5's wire is torn
    bus.rig.vehicle.faults.changes += 1
    bus.waits(seconds=30)
    assert bus.rig.bus.snapshot.seats.unknown == [5]
    bus.rig.drain()
    assert silent(bus) == [("raised", "mat of seat 5")]
    bus.rig.check()


@pytest.mark.parametrize("at", [0, 3, 10])
def test_a_chain_that_is_cut_is_unknown_all_of_it(at):
    bus = story("chain")
    bus.drives(seats={3, 30})
    bus.loses_expander(at)
    bus.waits(seconds=10)
    assert len(bus.rig.bus.snapshot.seats.unknown) == 40
    assert bus.rig.bus.snapshot.seats.taken == []
    bus.rig.drain()
    assert silent(bus) == [("raised", "chain")]
    bus.rig.check()


@pytest.mark.parametrize("seed", range(2))
def test_noise_on_the_line_empties_no_seat(seed):
    """Ignition noise: one byte in fifty damaged, rubbish on the idle line, ten minutes."""
    bus = story("modbus", seed=seed)
    bus.drives(seats={3, 30})
    bus.rig.vehicle.faults.disturb_line(noise=0.02, chatter=5)
    known = 0
    for second in range(600):
        bus.rig.run_for(1000)
        s = bus.rig.bus.snapshot
        for seat in (3, 30):
            assert seat in s.seats.taken or seat in s.seats.unknown, f"seed {seed}, {second} s"
        known += s.seats.taken == [3, 30]
        assert set(s.seats.taken) <= {3, 30}, f"seed {seed}, {second} s"
    assert known > 530, f"seed {seed}"
    bus.rig.check()

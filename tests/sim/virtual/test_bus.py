"""The bus's own code on the virtual board: every module imports there, and a morning is driven
to a real broker through cuts of the power. What the broker hears is held to P1, P2 and P6.
"""

import json
import os
import random
import re
import subprocess

import pytest
from bench_board import BenchBoard, City, kinds
from vm import ROOT, program

from sim.network import brokers
from sim.virtual.install import MPY, code
from sim.virtual.process import VmModules

MODULES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for part in ("firmware", "drivers")
    for path in (ROOT / part).rglob("*.py")
    if path.stem != "__init__"
)


@pytest.fixture
def city():
    with brokers.start() as broker:
        one = City(broker.port)
        one.port = broker.port
        yield one
        one.stop()


@pytest.fixture
def bus(tmp_path, city):
    one = BenchBoard(tmp_path, city.port)
    yield one
    one.close()


def test_every_module_imports_on_the_board(tmp_path):
    """One at a time, in an empty VM, with the board's own machine, network and esp32."""
    program("micropython")
    modules = VmModules()
    folder = tmp_path / "code"
    try:
        for name, content in code().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        lines = ["import sys", "print(sys.implementation._mpy)"]
        for name in MODULES:
            lines += ["try:", f"    import {name}", "except Exception as error:",
                      f"    print('{name}', repr(error))"]  # fmt: skip
        done = subprocess.run(
            [program("micropython"), "-X", "heapsize=8m", "-c", "\n".join(lines)],
            env={
                "MICROPYPATH": f"{modules.folder}:{folder}:.frozen", "BUSGUARD_FLASH": os.devnull
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        modules.remove()
    assert done.stdout == f"{MPY}\n", done.stdout + done.stderr


def test_a_thermometer_on_one_wire_is_read(tmp_path, city):
    bus = BenchBoard(tmp_path, city.port, cabin={"fitted": True, "chip": "ds18b20"})
    try:
        bus.runs_until(lambda: b"selftest {" in bus.output, "a self-test")
        bus.runs_for(1)
    finally:
        bus.close()
    assert b"crashed" not in bus.output and b'["cabin", true, ' in bus.output


def test_a_child_left_behind_before_a_cut_alarms_after_it(bus, city):
    world = bus.world
    bus.runs_until(lambda: ("started", "raised") in kinds(city), "connected")
    world.turn_ignition(True)
    bus.runs_for(10)
    world.sit(7)
    bus.runs_for(10)
    world.turn_ignition(False)
    bus.runs_for(20)
    assert not world.horn_sounds
    bus.cut()
    left = ("child_left_behind", "raised")
    bus.runs_until(lambda: left in kinds(city), "an alarm at the city")
    bus.runs_until(lambda: world.horn_sounds, "the horn")
    alarm = next(event for event in city.events() if event["kind"] == "child_left_behind")
    assert alarm["data"]["seats"] == [7]


def test_starts_cut_at_the_flash_reach_the_city_once_and_in_order(bus, city):
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    dice = random.Random(seed)
    bus.runs_until(lambda: ("started", "raised") in kinds(city), "connected")
    for number in range(3):
        bus.world.emergency_door_open = number % 2 == 0
        bus.image.cut(after=dice.randrange(6), tear=dice.randrange(6))
        bus.runs_until(lambda: bus.runner.pid is None, "a cut at the flash", 30)
        bus.runner.power_on()
        bus.runs_for(dice.randrange(5, 20))
    bus.runs_until(lambda: _boots(city)[-1:] == [_boot(bus)], "the last start at the city")
    assert not city.wrong, seed
    lost = [event["data"] for event in city.events() if event["kind"] == "records_lost"]
    # What the cut tore was never confirmed, but looks like a confirmed record that was damaged.
    assert not [told for told in lost if told["exact"]], (seed, lost)
    assert _boots(city) == sorted(set(_boots(city))), seed


def _boots(city):
    """Numbers of the starts that the city has heard of, in the order in which they came."""
    return [event["data"]["boot"] for event in city.events() if event["kind"] == "started"]


def _boot(bus):
    return int.from_bytes(bus.board.nvs.get("busguard\x00boot"), "little")


LILYGO = {
    "board": "lilygo_a7670", "radios": ["cellular"], "cellular": {"apn": "internet"},
    "cabin": {"fitted": False}, "backup": {"fitted": True},
}  # fmt: skip


def test_the_lilygo_delivers_over_its_modem_through_a_tunnel_and_a_power_cut(tmp_path, city):
    bus = BenchBoard(tmp_path, city.port, **LILYGO)
    try:
        bus.runs_until(lambda: ("started", "raised") in kinds(city), "connected")
        told = re.compile(rb"\r\nselftest ({.*})\r\n")
        bus.runs_until(lambda: told.search(bus.output), "a self-test")
        report = json.loads(told.search(bus.output)[1])
        parts = {name: (ok, text) for name, ok, text in report["parts"]}
        assert parts["radio"][0] is True and "cellular" in parts["radio"][1], parts
        assert parts["horn"][0] is parts["buzzer"][0] is parts["switches"][0] is True, parts
        assert parts["settings"][0] is True and parts["seats"][0] is True, parts
        assert bus.board.harness.wireless.modem.boots == 1

        supply_mv, bus.world.supply_mv, bus.world.backup_mv = bus.world.supply_mv, 0, 3700
        bus.runs_until(lambda: ("supply", "raised") in kinds(city), "the cut supply")
        cut = next(event for event in city.events() if event["kind"] == "supply")
        assert cut["data"]["level"] == "cut" and 3600 < cut["data"]["backup_mv"] < 3800
        bus.world.supply_mv = supply_mv

        bus.world.signal_dbm = None
        bus.runs_for(15)
        assert bus.board.harness.route == ""
        bus.world.emergency_door_open = True
        bus.runs_for(5)
        bus.world.signal_dbm = -70
        opened = ("emergency_door", "raised")
        bus.runs_until(lambda: opened in kinds(city), "out of the tunnel")

        bus.cut()
        bus.runs_until(lambda: _boots(city)[-1:] == [_boot(bus)] == [2], "the second start")
        missing = [event["data"]["text"] for event in city.events() if event["kind"] == "fault"]
        assert missing == ["All power was lost: the backup is missing, flat or off."]
        assert not city.wrong
    finally:
        bus.close()


def self_test(bus):
    """-> what it says of each part, by name."""
    told = re.compile(rb"\r\nselftest ({.*})\r\n")
    bus.runs_until(lambda: told.search(bus.output), "a self-test")
    report = json.loads(told.search(bus.output)[1])
    assert report["start"] == "normal" and b"boot.py" not in bus.output, bus.output
    return {name: ok for name, ok, _ in report["parts"]}


def test_the_same_program_runs_on_an_esp32_s3(tmp_path, city):
    """Its Pin refuses what an S3 does not have; its UART and ADC are asked on their own pins."""
    bus = BenchBoard(tmp_path, city.port, board="esp32s3_devkitc")
    try:
        parts = self_test(bus)
        assert False not in parts.values() and parts["horn"] and parts["seats"]
    finally:
        bus.close()


def test_the_s3_with_a_modem_lets_go_of_its_reset_and_reaches_the_city(tmp_path, city):
    bus = BenchBoard(tmp_path, city.port, **{**LILYGO, "board": "lilygo_s3"})
    try:
        bus.runs_until(lambda: ("started", "raised") in kinds(city), "connected")
        assert False not in self_test(bus).values()
        assert bus.board.harness.route == "cellular"
        assert bus.board.harness.wireless.modem.boots == 1
    finally:
        bus.close()

"""The Wi-Fi that `sim board` promises."""

import json

import pytest

from firmware.config.load import parse
from sim.virtual.harness import Harness
from sim.virtual.install import every_sensor
from sim.world.world import World


@pytest.mark.parametrize("radios", [["wifi"], ["wifi", "cellular"], ["cellular", "wifi"]])
def test_the_wifi_is_there_whenever_the_board_uses_one(radios):
    settings = {**every_sensor(), "board": "lilygo_s3", "radios": radios}
    settings["seats"] = {"via": "modbus", "count": 40}
    config = parse(json.dumps(settings))[0]
    assert config["radios"] == radios
    world = World()
    harness = Harness(world, config, lambda: 1000)
    harness.look(1000)
    assert harness.wireless.ap.rssi == world.signal_dbm is not None

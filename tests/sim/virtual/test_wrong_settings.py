"""A bus.json that is wrong never crashes a board, and never makes it guess a wire (P7).

One virtual board with PSRAM, whose pins crash a program that takes them for something else.
"""

import json
import re

from bench_board import BenchBoard, City, kinds

from sim.bench.board import bus_json
from sim.network import brokers
from sim.virtual.install import install

TOLD = re.compile(rb"\r\nselftest ({.*})\r\n")


def runs_with(bus, text):
    """Puts this bus.json onto the flash, and starts -> what the self-test says: (how it started,
    its parts, the first of each name), and how often the board started again."""
    bus.runner.power_cut()
    install(bus.image, {"bus.json": text})
    # The cuts of this test are no crash loop, and its bus is checked.
    for name in ("start\x00resets", "start\x00how", "busguard\x00unchecked"):
        bus.board.nvs.set(name, bytes(4))
    bus.board.nvs.commit()
    bus.output = b""
    bus.told.clear()
    bus.runner.power_on()
    bus.runs_until(lambda: TOLD.search(bus.output), "a self-test")
    report = json.loads(TOLD.search(bus.output)[1])
    parts = {name: (ok, told) for name, ok, told in reversed(report["parts"])}
    return report["start"], parts, len(bus.told)


def test_wrong_settings_crash_no_board_and_the_city_hears_why(tmp_path):
    with brokers.start() as broker:
        city, bus = City(broker.port), BenchBoard(tmp_path, broker.port)
        try:
            wrong_settings(bus, city)
        finally:
            bus.close()
            city.stop()


def wrong_settings(bus, city):
    good = json.dumps(bus_json(bus.proxy.port)).encode()
    truncated, wrong = good[: len(good) // 2], good.replace(b"devkit_wrover", b"devkit-wrover")

    for text in (truncated, wrong):  # nothing has run before
        _, parts, again = runs_with(bus, text)
        assert not again and "no pin is driven" in parts["settings"][1], parts
        assert parts["seats"][0] is False and not bus.world.horn_sounds
    bus.runs_until(lambda: ("fault", "raised") in kinds(city), "a fault at the city")
    faults = [event["data"] for event in city.events() if event["kind"] == "fault"]
    assert {fault["what"] for fault in faults} == {"config"}
    assert any('"devkit-wrover"' in fault["text"] for fault in faults)

    _, parts, _ = runs_with(bus, good)
    assert parts["settings"][0] is True and parts["seats"][0] is True, parts
    bus.runs_for(301)
    _, parts, again = runs_with(bus, truncated)
    assert not again and "the settings that ran last are used" in parts["settings"][1], parts
    assert parts["seats"][0] is True and parts["horn"][0] is True, parts

    # The name of another board is a right value: the third crash makes the start safe.
    how, parts, again = runs_with(bus, good.replace(b"devkit_wrover", b"devkit"))
    assert how == "safe" and parts["seats"][0] is True, (how, parts)
    assert "has crashed again and again" in parts["settings"][1], parts
    assert again <= 3

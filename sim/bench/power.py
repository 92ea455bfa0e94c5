"""A parked bus at night, with its real radio drivers: how long it sleeps, and what that spares.

The shares of time are measured here; the currents are those of docs/boot.md, Power, where their
sources stand. ESTIMATED ones have not been measured yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sim.bus.rig import Rig, config_for
from sim.world.world import World

_NIGHT_MS = 3 * 3_600_000
_SETTLE_MS = 8 * 60_000
_WEEK_H = 168

# mA of each part in what it does; docs/boot.md.
ESP32 = {"runs": 40.0, "sleeps": 0.8}
RADIO = {"off": 0.0, "wifi": 60.0, "modem data": 60.0, "modem idle": 20.0, "modem sleeps": 3.0}
GNSS = 25.0
SEATS = 2.0
BOARD = 15.0  # ESTIMATED: regulators, USB chip, LED
TICK_S = 0.06  # ESTIMATED: awake in each second of sleep
BATTERY = 5 / (12 * 0.85)  # A converter to 5 V at 85 %, linear regulators behind it


def _radio(rig: Rig) -> str:
    air = rig.vehicle.wireless
    assert air is not None
    if air.wlan.active():
        return "wifi"
    if rig.config["radios"] == ["wifi"]:
        return "off"
    if air.modem.is_asleep:
        return "modem sleeps"
    return "modem data" if air.modem.mode == "data" else "modem idle"


def night(radio: str, sleeps: bool) -> tuple[Counter[tuple[bool, str]], int]:
    """-> seconds by (asleep, radio), and how often it woke to report that all is well."""
    world = World()
    config = config_for(world)
    config["radios"] = [radio]
    config["wifi"] = {"ssid": "bus-depot", "password": "secret12"}
    config["sleep"]["on"] = sleeps
    rig = Rig(world, config, wireless=True)
    assert rig.vehicle.wireless is not None
    rig.vehicle.wireless.ap.rssi = -60
    rig.run_for(60_000)
    world.check_button_pressed = True
    rig.run_for(1000)
    world.check_button_pressed = False
    rig.run_for(_SETTLE_MS)
    seconds: Counter[tuple[bool, str]] = Counter()
    woke, before = 0, False
    for _ in range(_NIGHT_MS // 1000):
        rig.run_for(1000)
        asleep = rig.vehicle.is_asleep
        seconds[asleep, _radio(rig)] += 1
        woke += before and not asleep
        before = asleep
    rig.check()
    return seconds, woke


def battery_ma(seconds: Counter[tuple[bool, str]]) -> float:
    """On average, at 12 V."""
    total = 0.0
    for (asleep, radio), count in seconds.items():
        esp32 = ESP32["runs"]
        if asleep:
            esp32 = ESP32["sleeps"] + TICK_S * (ESP32["runs"] - ESP32["sleeps"])
        total += count * (esp32 + RADIO[radio] + GNSS + SEATS + BOARD)
    return total / sum(seconds.values()) * BATTERY


def run(say: Callable[[str], None]) -> None:
    hours = _NIGHT_MS // 3_600_000
    say(f"Power: {hours} hours of a parked, checked, empty bus, with the currents of docs/boot.md")
    for radio in ("wifi", "cellular"):
        for sleeps in (False, True):
            seconds, woke = night(radio, sleeps)
            asleep = sum(count for (is_asleep, _), count in seconds.items() if is_asleep)
            ma = battery_ma(seconds)
            say(
                f"  {radio:<8} {'sleeps' if sleeps else 'awake ':<6}"
                f" {100 * asleep / sum(seconds.values()):5.1f} % asleep,"
                f" woke {woke:2} times, {ma:5.1f} mA of the battery,"
                f" {ma * _WEEK_H / 1000:4.1f} Ah a week"
            )

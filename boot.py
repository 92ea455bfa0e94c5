"""boot.py runs first on the board. It switches the horn off before anything that can fail.

Then it counts the resets, chooses the code slot and starts the watchdog. docs/boot.md explains
slots, crash loops and the safe mode. An error here is printed, and the code still starts. Only
modules of MicroPython itself are imported.
"""

import os

import esp32
import machine

HORN_PIN = 23  # as in drivers/board/boards/, for every ESP32; a test compares them
HORN_PIN_S3 = 15  # and for every ESP32-S3

try:
    machine.Pin(HORN_PIN, machine.Pin.OUT, value=0)
except ValueError:  # an ESP32-S3 has no such pin
    machine.Pin(HORN_PIN_S3, machine.Pin.OUT, value=0)

START_MS = 60000  # until drivers/board/board.py takes the watchdog over
SESSION_MS = 120000  # after a soft reset: a technician is at the console; nothing feeds it
LOOP = 3  # resets in five minutes of running; drivers/board/start.py forgets them after that
SAFE, PREVIOUS = 1, 2  # bits of `how`


def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def is_whole(slot):
    """bool: the slot's deploy was finished; it writes manifest.json last."""
    return exists("/" + slot + "/manifest.json") and exists("/" + slot + "/main.py")


def chosen():
    """-> "a", "b", or "" if the code stands at the root."""
    try:
        with open("/slot") as file:
            slot = file.read().strip()
    except OSError:
        return ""
    if slot in ("a", "b") and is_whole(slot):
        return slot
    return "a" if is_whole("a") else "b" if is_whole("b") else ""


def number(nvs, name):
    try:
        return nvs.get_i32(name)
    except OSError:
        return 0


def count(nvs, asked):
    """-> int, resets that were not asked for. In NVS: RTC memory does not survive power cuts."""
    resets = number(nvs, "resets")
    if not asked:
        resets += 1
        nvs.set_i32("resets", resets)
        nvs.commit()
    return resets


def start():
    """-> the slot to run in."""
    slot = chosen()
    nvs = esp32.NVS("start")
    asked = machine.reset_cause() in (machine.SOFT_RESET, machine.DEEPSLEEP_RESET)
    high = number(nvs, "high")
    if high > 0:  # keeps the board on; the deploy takes it from drivers/board/tables.py
        machine.Pin(high, machine.Pin.OUT, value=1)
    how = before = number(nvs, "how")
    resets = count(nvs, asked)
    if not asked:
        how &= PREVIOUS
    if resets >= LOOP and not how & SAFE:
        other = "b" if slot == "a" else "a"
        if slot and not how and not exists("/" + slot + "/proven") and is_whole(other):
            with open("/slot.new", "w") as file:
                file.write(other)
            os.rename("/slot.new", "/slot")
            slot, how = other, PREVIOUS
            nvs.set_i32("resets", 0)
        else:
            how |= SAFE
    if how != before:
        nvs.set_i32("how", how)
        nvs.commit()
    return slot


slot = ""
try:
    slot = start()
except Exception as error:  # noqa: BLE001 - the bus has to start, whatever it is
    print("boot.py:", repr(error))
    try:
        slot = chosen()
    except Exception as error:  # noqa: BLE001 - as above
        print("boot.py:", repr(error))
try:
    os.chdir("/" + slot)
    if exists("main.py"):
        soft = machine.reset_cause() == machine.SOFT_RESET
        machine.WDT(timeout=SESSION_MS if soft else START_MS)
except Exception as error:  # noqa: BLE001 - as above
    print("boot.py:", repr(error))

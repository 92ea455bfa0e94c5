"""boot.py runs first on the board. It switches the horn off before anything that can fail.

Then it counts the resets, chooses the code slot and starts the watchdog. docs/boot.md explains
slots, trials, crash loops and the safe mode. An error here is printed, and the code still starts.
Only modules of MicroPython itself are imported. No update over the air replaces this file.
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
TRIAL_MS = 780000  # new code judges itself within twelve minutes (firmware/update/trial.py)
LOOP = 3  # resets in five minutes of running; drivers/board/start.py forgets them after that
HOPELESS = 6  # of them: the code of the other slot may be whole where this one's flash is not
DIPS = 10  # power-on resets, each within five minutes of the last: a starter makes two or three
SAFE, PREVIOUS = 1, 2  # bits of `how`
CRASHED, HUNG = 1, 4  # of `back`, as in drivers/board/slots.py


def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def is_whole(slot):
    """bool: the slot was filled to the end; manifest.json is written last."""
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


def note(nvs, name, value):
    """In NVS: RTC memory does not survive power cuts."""
    if number(nvs, name) != value:
        nvs.set_i32(name, value)
        nvs.commit()


def count(nvs, cause):
    """Counts the reset that has led here, unless it was asked for.

    To MicroPython a brown-out is a power-on reset (ports/esp32/modmachine.c), and so is every dip
    of a starter motor; a reset of an ESP32-S3 over USB, or by a glitch of its power, is 0. All
    these are counted apart: they say nothing of the code.
    """
    resets, trial = number(nvs, "resets"), number(nvs, "trial")
    if resets < 0:  # a tool or the bus itself asked for it
        note(nvs, "resets", -1 - resets)
    elif cause in (machine.HARD_RESET, machine.WDT_RESET, machine.SOFT_RESET):
        note(nvs, "resets", resets + 1)
        if trial:
            note(nvs, "trial", trial + 1)
    else:
        note(nvs, "dips", number(nvs, "dips") + 1)


def leave(nvs, slot, other):
    """From now on the other slot runs. The count begins anew before that: should the power fail in
    between, this slot gets as many more tries."""
    note(nvs, "resets", 0)
    note(nvs, "dips", 0)
    try:
        with open("/slot.new", "w") as file:
            file.write(other)
        os.rename("/slot.new", "/slot")
    except OSError:  # the file system is full; a slot that is not whole is not chosen either
        os.remove("/" + slot + "/manifest.json")
    note(nvs, "how", PREVIOUS)
    return other


def tried(nvs, slot, other):
    """New code is on trial -> the slot to run in.

    `trial` is 1 and the resets so far; `back` says why the code is given up, else 0. A slot that is
    proven is not the new one: the power failed on the way to it, or on the way back from it. So
    every step may be done twice, and `trial` ends last. New code may switch more on than the supply
    bears: it has ten dips.
    """
    back = number(nvs, "back")
    if not back and (number(nvs, "trial") > LOOP or number(nvs, "dips") >= DIPS):
        back = CRASHED
    if not slot or exists("/" + slot + "/proven"):
        if back:
            note(nvs, "how", PREVIOUS)
    elif back and is_whole(other):
        note(nvs, "back", back)
        slot = leave(nvs, slot, other)
    elif back:  # no other code is there: it has to do
        note(nvs, "back", 0)
    else:
        return slot
    note(nvs, "trial", 0)
    return slot


def backstop(nvs, number=number, hung=HUNG, reset=machine.reset):
    """Gives new code up that runs on and never judges itself. What it needs are its own names:
    main.py shares the globals of this file, and may use the same ones for something else."""

    def over(timer):
        if number(nvs, "trial") and not number(nvs, "back"):
            nvs.set_i32("back", hung)
            nvs.commit()
            reset()

    machine.Timer(0, mode=machine.Timer.ONE_SHOT, period=TRIAL_MS, callback=over)


def is_asked(nvs, cause):
    """bool: nothing has failed, this start is no other. Who stops the program at the console asks
    for it (main.py); in a trial any other soft reset is the new code's, and counts as a crash."""
    if cause == machine.SOFT_RESET:
        return not number(nvs, "trial") or number(nvs, "resets") < 0
    return cause == machine.DEEPSLEEP_RESET


def has_to_leave(nvs, slot, other):
    """bool: the other slot is to run after this crash, and it was not left for this one before.

    New code of a cable has three tries. Code that has proven itself has six, for its slot may be
    damaged; then the other one has to have proven itself too. That happens once: what crashes in
    both slots is not mended by a third change.
    """
    if not slot or number(nvs, "how") & PREVIOUS or not is_whole(other):
        return False
    if exists("/" + slot + "/proven"):
        return number(nvs, "resets") >= HOPELESS and exists("/" + other + "/proven")
    return True


def start():
    """-> the slot to run in."""
    slot = chosen()
    nvs = esp32.NVS("start")
    cause = machine.reset_cause()
    high = number(nvs, "high")
    if high > 0:  # keeps the board on; the deploy takes it from drivers/board/tables.py
        machine.Pin(high, machine.Pin.OUT, value=1)
    if is_asked(nvs, cause):
        return slot
    count(nvs, cause)
    other = "b" if slot == "a" else "a"
    if number(nvs, "trial"):
        slot = tried(nvs, slot, other)
    how = number(nvs, "how") & PREVIOUS
    if number(nvs, "resets") >= LOOP:
        if has_to_leave(nvs, slot, other):
            slot, how = leave(nvs, slot, other), PREVIOUS
        else:
            how |= SAFE
    if number(nvs, "dips") >= DIPS:
        how |= SAFE
    note(nvs, "how", how)
    if number(nvs, "trial"):
        backstop(nvs)
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

"""The bus on its board: /bus.json + drivers/board/board.py -> firmware.bus.Bus, for ever.

It does not simply end. After a crash it prints the reason, keeps it for the next start, and
resets the board. Ctrl-C on the console stops the bus, but only if a technician is there.
"""

import gc
import io
import os
import select
import sys
import time

import machine
import vfs
from esp32 import NVS

FLASH_BUFFER = bytearray(512)  # first: in internal memory (drivers/board/flash.py)
HORN_PIN = 23  # as in boot.py
HORN_PIN_S3 = 15
CRASH_PAUSE_MS = 3000
PERSON_MS = 10000
GARBAGE = 16384  # bytes; more than a tick makes
ROOMY = 1048576  # bytes free: the heap is in PSRAM
SESSION_MS = 120000
PACK = "program.pack"
MODULES = "/m"  # where it is mounted; short, because every module keeps its path


def mount():
    """firmware/ and drivers/ from the pack beside this file; without one they stand as files.
    -> the pack, or None."""
    if PACK in os.listdir():
        from packed import Packed

        pack = Packed(os.getcwd().rstrip("/") + "/" + PACK)
        vfs.mount(pack, MODULES, readonly=True)
        sys.path.insert(0, MODULES)
        return pack
    return None


def run():
    """The imports stand here so that a broken file is a crash like any other."""
    gc.threshold(GARBAGE)  # else garbage fills the gaps into which the loaded code would fit
    pack = mount()
    from drivers.board.board import Board
    from drivers.board.console import Console
    from drivers.board.files import Files
    from drivers.board.garbage import Garbage
    from drivers.board.leave import SELFTEST, STARTERS, leave, leave_used
    from drivers.board.nvs import Nvs
    from drivers.board.start import Start
    from firmware.bus import Bus
    from firmware.clock import Uptime
    from firmware.config.in_use import Settings
    from firmware.identity import identity_of
    from firmware.memory import Memory
    from firmware.selftest import SelfTest, plain

    start = Start(Memory(Nvs(lambda: NVS("start"))), machine.RTC())
    is_safe = start.word == "safe"
    # Cuts of the power are no crashes: a battery that is weak must not end the watch.
    start.is_hopeless = start.is_hopeless and machine.reset_cause() != machine.PWRON_RESET
    files = Files("/")  # main.py may run in a slot
    settings = Settings(files, is_safe, start.is_hopeless)
    config, errors = settings.config, settings.errors
    config["identity"], wrong = identity_of(files, config)
    errors += wrong
    if is_safe:
        plain(config)
    board = Board(config, FLASH_BUFFER)
    errors += board.errors
    for error in errors:
        print(error)
    if start.why:
        print(start.why)
    uptime = Uptime(time.ticks_ms())
    now_ms = uptime.now_ms(time.ticks_ms())
    bus = Bus(config, board, now_ms, errors, start.word, start.crash, start.why, start.was_asked)
    bus.on_event = show
    if board.slots.is_trial:
        from firmware.update.trial import Trial

        has_broker = bool(config["broker"]["host"])
        start.watch(Trial(bus, board.slots, files, has_broker, now_ms))
    test = SelfTest(config, board, bus, now_ms, errors)
    # What only the start needs leaves the heap (drivers/board/leave.py).
    del Settings, SelfTest, identity_of, plain
    leave(sys.modules, STARTERS)
    if pack is not None:
        pack.forget_index()
    failure = ""  # of the connection, as the console was told
    garbage = Garbage(gc, time)
    console = Console(sys.stdin)
    # A net below garbage.py, against gaps. It also counts what is freed at once, such as the frames
    # of calls: some nine tenths. A small heap needs it often, else gaps are all that is free.
    room = gc.mem_free()
    gc.threshold(max(4 * GARBAGE, 2 * room if room >= ROOMY else room // 2))
    while True:
        now_ms = uptime.now_ms(time.ticks_ms())
        if now_ms >= bus.next_tick_ms:
            bus.tick(now_ms)
            garbage.collect(uptime.now_ms(time.ticks_ms()), bus.next_tick_ms)
            leave_used(sys.modules, bus)
            settings.live(now_ms)
            if start.live(now_ms, bus):
                print("The board starts anew.")
                machine.reset()
            if bus.uplink.failure != failure:
                failure = bus.uplink.failure
                print("connection:", failure)
            if console.is_asked():
                tell(bus)
            now_ms = uptime.now_ms(time.ticks_ms())
        if test is not None and test.is_due(now_ms):
            print("selftest", test.line())
            test = None
            leave(sys.modules, SELFTEST)
        if bus.turn(now_ms):
            time.sleep_ms(1)  # the bus waits for the wire to its seats: the radio may work
        elif not bus.sleep(uptime.now_ms(time.ticks_ms())):
            time.sleep_ms(5)


def show(event):
    """Every event is also a line on the console (UART0)."""
    from firmware.messages import text

    print(event.severity, event.kind, event.state, text(event.data))


def tell(bus):
    """What it is doing, for `make logs`; imported only when somebody asks."""
    from firmware.now import line

    print("now", line(bus))


def silence():
    """The horn is off, whichever board it is."""
    try:
        machine.Pin(HORN_PIN, machine.Pin.OUT, value=0)
    except ValueError:  # an ESP32-S3 has no such pin
        machine.Pin(HORN_PIN_S3, machine.Pin.OUT, value=0)


def crashed(error):
    """Prints the reason and keeps its end in the RTC: the next start reports it to the city.
    boot.py counts the crashes.
    """
    print("The program has crashed:")
    text = io.StringIO()
    sys.print_exception(error, text)
    print(text.getvalue())
    machine.RTC().memory(text.getvalue()[-200:].encode())
    time.sleep_ms(CRASH_PAUSE_MS)
    machine.reset()


def ask():
    """The reset that follows is no crash, nor are the soft resets of a tool (boot.py)."""
    try:
        from drivers.board import nvs
        from firmware.memory import Memory

        nvs.ask(Memory(nvs.Nvs(lambda: NVS("start"))))
    except (ImportError, OSError, MemoryError):
        pass  # then it is counted


def stopped():
    """Ctrl-C. Noise on the console's wire can look like it: a person or a tool types on."""
    machine.WDT(timeout=SESSION_MS)
    ask()
    print("The bus is stopped, it watches nothing. Press a key; else it starts again in 10 s.")
    console = select.poll()
    console.register(sys.stdin, select.POLLIN)
    try:
        if not console.poll(PERSON_MS):
            machine.reset()
    except KeyboardInterrupt:
        pass  # a key


try:
    run()
except KeyboardInterrupt:
    silence()
    stopped()
except Exception as error:  # noqa: BLE001 - whatever it was, the bus has to watch again
    silence()
    crashed(error)

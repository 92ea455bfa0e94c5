"""boot.py and drivers/board/start.py on a real littlefs, in the MicroPython VM.

NVS, reset cause, pins and watchdog are stood in for: what is tried here is who runs after
which resets. Run by vm_run.py; mind that `/` is the board's while a Board stands.
"""

import builtins
import os
import sys

import vfs

from drivers.board.nvs import Nvs
from drivers.board.start import Start
from firmware.memory import Memory

with open("boot.py") as file:
    BOOT = file.read()
MINUTE = 60000


class Ram:
    """64 blocks of 4096 B."""

    def __init__(self):
        self.bytes = bytearray(64 * 4096)

    def readblocks(self, n, buf, off=0):
        buf[:] = self.bytes[n * 4096 + off : n * 4096 + off + len(buf)]

    def writeblocks(self, n, buf, off=0):
        self.bytes[n * 4096 + off : n * 4096 + off + len(buf)] = buf

    def ioctl(self, op, arg):
        return {4: 64, 5: 4096, 6: 0}.get(op)


class Machine:
    """What boot.py asks of `machine`; `log` holds what it did, in order."""

    PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5

    class Pin:
        OUT = 3

        def __init__(self, number, mode, value):
            if number in Machine.missing:
                raise ValueError("invalid pin")
            Machine.log.append(("pin", number, mode, value))

    class WDT:
        def __init__(self, timeout):
            Machine.log.append(("watchdog", timeout))

    log = []
    cause = 1
    missing = ()

    @classmethod
    def reset_cause(cls):
        return cls.cause


class Esp32:
    """NVS: what was set and not committed is lost, as by ESP-IDF's word."""

    kept = {}
    broken = False
    refuses = False

    def __init__(self, namespace):
        if Esp32.broken:
            raise OSError(-0x1102)
        assert namespace == "start"
        self.pending = {}

    NVS = None

    def get_i32(self, key):
        if key in self.pending:
            return self.pending[key]
        if key not in Esp32.kept:
            raise OSError(-0x1102)
        return Esp32.kept[key]

    def set_i32(self, key, value):
        if Esp32.refuses:
            raise OSError(-0x1105)  # ESP_ERR_NVS_NOT_ENOUGH_SPACE
        self.pending[key] = value

    def commit(self):
        Esp32.kept.update(self.pending)


Esp32.NVS = Esp32


class Rtc:
    def __init__(self):
        self.said = b""

    def memory(self, new=None):
        if new is None:
            return self.said
        self.said = new


class Board:
    """with Board(...) as board: the board's filesystem stands at `/`."""

    def __init__(self, slot=None, whole=(), root=False):
        self.rtc = Rtc()
        self.slot, self.whole, self.root = slot, whole, root

    def __enter__(self):
        Esp32.kept = {}
        Esp32.broken = Esp32.refuses = False
        self.modules = {name: sys.modules.get(name) for name in ("machine", "esp32")}
        sys.modules["machine"], sys.modules["esp32"] = Machine, Esp32
        self.home = os.getcwd()
        vfs.umount("/")
        ram = Ram()
        vfs.VfsLfs2.mkfs(ram)
        vfs.mount(vfs.VfsLfs2(ram), "/")
        for slot in self.whole:
            os.mkdir("/" + slot)
            write("/" + slot + "/main.py")
            write("/" + slot + "/manifest.json")
        if self.root:
            write("/main.py")
        if self.slot is not None:
            write("/slot", self.slot)
        return self

    def __exit__(self, *error):
        vfs.umount("/")
        vfs.mount(vfs.VfsPosix(), "/")
        os.chdir(self.home)
        for name, module in self.modules.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module

    def boots(self, cause=Machine.HARD_RESET):
        """-> (folder in which main.py runs, word of the Start)."""
        Machine.cause = cause
        Machine.log = []
        os.chdir("/")
        exec(BOOT, {"__name__": "__main__"})
        self.start = Start(Memory(Nvs(lambda: Esp32("start"))), self.rtc)
        return os.getcwd(), self.start.word

    def lives(self, minutes):
        """The last start runs on; tenths of a second are enough for a counter of minutes."""
        for tenth in range(int(minutes * 600) + 1):
            self.start.live(1000 + tenth * 100)


def refused(path, mode="r"):
    raise OSError(28)


def write(path, text="x"):
    with open(path, "w") as file:
        file.write(text)


def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def test_the_horn_is_off_before_all_else_and_the_watchdog_runs():
    with Board("a", "a") as board:
        board.boots(Machine.PWRON_RESET)
        assert Machine.log == [("pin", 23, 3, 0), ("watchdog", 60000)], Machine.log


def test_an_esp32_s3_has_its_horn_on_another_pin():
    with Board("a", "a") as board:
        Machine.missing = (22, 23, 24, 25)
        try:
            board.boots(Machine.PWRON_RESET)
        finally:
            Machine.missing = ()
        assert Machine.log == [("pin", 15, 3, 0), ("watchdog", 60000)], Machine.log


def test_what_keeps_the_board_on_is_high_before_anything_is_imported():
    with Board("a", "a") as board:
        Esp32.kept["high"] = 12
        board.boots(Machine.PWRON_RESET)
        assert Machine.log[:2] == [("pin", 23, 3, 0), ("pin", 12, 3, 1)]


def test_a_technician_at_the_console_has_two_minutes():
    with Board("a", "a") as board:
        board.boots(Machine.SOFT_RESET)
        assert Machine.log[-1] == ("watchdog", 120000)


def test_a_board_without_code_has_no_watchdog():
    with Board() as board:
        assert board.boots()[0] == "/"
        assert Machine.log == [("pin", 23, 3, 0)]


def test_the_slot_that_is_named_runs():
    for slot in "ab":
        with Board(slot, "ab") as board:
            assert board.boots() == ("/" + slot, "normal")


def test_without_slots_the_code_at_the_root_runs():
    with Board(whole="ab", root=True) as board:
        assert board.boots()[0] == "/"
        assert Machine.log[-1][0] == "watchdog"


def test_a_slot_that_is_not_whole_or_not_one_is_passed_over():
    with Board("b", "a") as board:
        assert board.boots()[0] == "/a"
    for slot, whole in (("a", "b"), ("c", "b"), ("", "b"), ("b\n", "b"), ("\x00", "b")):
        with Board(slot, whole) as board:
            assert board.boots()[0] == "/b", (slot, whole)


def test_three_resets_in_new_code_bring_the_old_back_and_it_stays():
    with Board("b", "ab") as board:
        assert board.boots() == ("/b", "normal")
        assert board.boots() == ("/b", "normal")
        assert board.boots() == ("/a", "previous")
        assert board.boots() == ("/a", "previous")
        board.lives(5)
        assert exists("/a/proven") and not exists("/b/proven")
        assert board.boots(Machine.PWRON_RESET) == ("/a", "previous")


def test_two_slots_that_both_crash_end_in_the_safe_mode_and_not_in_turns():
    with Board("b", "ab") as board:
        words = [board.boots() for _ in range(9)]
        assert words[:3] == [("/b", "normal")] * 2 + [("/a", "previous")]
        assert words[5:] == [("/a", "safe")] * 4, words


def test_proven_code_in_a_crash_loop_runs_in_the_safe_mode_until_the_start_after_five_minutes():
    with Board("b", "ab") as board:
        board.boots()
        board.lives(5)
        assert exists("/b/proven")
        assert [board.boots()[1] for _ in range(4)] == ["normal", "normal", "safe", "safe"]
        board.lives(5)
        assert board.boots() == ("/b", "normal")


def test_three_more_resets_in_the_safe_mode_are_hopeless_until_five_minutes_have_passed():
    with Board("a", "a") as board:
        told = []
        for _ in range(7):
            board.boots()
            told.append(board.start.is_hopeless)
        assert told == [False] * 5 + [True] * 2
        board.lives(5)
        board.boots()
        assert not board.start.is_hopeless


def test_without_another_slot_too():
    for slot, whole, root in (("a", "a", False), (None, "", True)):
        with Board(slot, whole, root) as board:
            assert [board.boots()[1] for _ in range(3)] == ["normal", "normal", "safe"]


def test_power_cuts_and_watchdogs_count_soft_resets_and_wake_ups_do_not():
    with Board("a", "a") as board:
        for _ in range(5):
            assert board.boots(Machine.SOFT_RESET)[1] == "normal"
            assert board.boots(Machine.DEEPSLEEP_RESET)[1] == "normal"
        board.boots(Machine.PWRON_RESET)
        board.boots(Machine.WDT_RESET)
        assert board.boots(Machine.PWRON_RESET)[1] == "safe"
        assert board.boots(Machine.SOFT_RESET)[1] == "safe"


def test_resets_more_than_five_minutes_of_running_apart_are_no_loop():
    with Board("a", "a") as board:
        for _ in range(6):
            assert board.boots()[1] == "normal"
            board.lives(3)
        assert Esp32.kept["resets"] <= 2


def test_a_restart_that_a_deploy_asks_for_does_not_count():
    with Board("b", "ab") as board:
        Esp32.kept["resets"] = -1
        assert [board.boots()[0] for _ in range(4)] == ["/b", "/b", "/b", "/a"]


def test_a_broken_nvs_stops_nothing():
    with Board("b", "ab") as board:
        Esp32.broken = True
        for _ in range(4):
            assert board.boots() == ("/b", "normal")
            assert Machine.log == [("pin", 23, 3, 0), ("watchdog", 60000)]


def test_an_nvs_or_files_that_refuse_end_nothing():
    with Board("b", "ab") as board:
        board.boots()
        Esp32.refuses = True
        assert board.boots() == ("/b", "normal")
        opened, builtins.open = open, refused
        try:
            board.lives(6)
        finally:
            builtins.open = opened
        assert not exists("/b/proven")


def test_last_words_are_told_once():
    with Board("a", "a") as board:
        board.rtc.memory(b"MemoryError: no")
        board.boots()
        assert board.start.crash == "MemoryError: no"
        board.boots()
        assert board.start.crash is None
        board.rtc.memory(b"\xff\xfe")
        board.boots()
        assert board.start.crash == repr(b"\xff\xfe")

"""boot.py and drivers/board/start.py on a real littlefs, in the MicroPython VM.

NVS, reset cause, pins and watchdog are stood in for: what is tried here is who runs after
which resets. Run by vm_run.py; mind that `/` is the board's while a Board stands.
"""

import builtins
import os
import sys

import vfs

from drivers.board.files import Files
from drivers.board.nvs import Nvs, ask
from drivers.board.slots import Slots
from drivers.board.start import Start
from firmware.memory import Memory

with open("boot.py") as file:
    BOOT = file.read()
MINUTE = 60000


class Cut(BaseException):
    """The power fails. No `except Exception` catches it."""


class Power:
    """fails_at: of what changes the flash, the operation before which it fails; None: never."""

    fails_at = None

    @classmethod
    def works(cls):
        if cls.fails_at is not None:
            cls.fails_at -= 1
            if cls.fails_at <= 0:
                raise Cut


class Ram:
    """64 blocks of 4096 B. What is written when the power fails is written by half."""

    def __init__(self, content=None):
        self.bytes = bytearray(64 * 4096 if content is None else content)

    def readblocks(self, n, buf, off=0):
        buf[:] = self.bytes[n * 4096 + off : n * 4096 + off + len(buf)]

    def writeblocks(self, n, buf, off=0):
        try:
            Power.works()
        except Cut:
            if Power.fails_at == 0:
                half = len(buf) // 2
                self.bytes[n * 4096 + off : n * 4096 + off + half] = buf[:half]
            raise
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

    class Timer:
        ONE_SHOT, PERIODIC = 0, 1

        def __init__(self, number, mode, period, callback):
            Machine.log.append(("timer", number, mode, period))
            Machine.runs_out = callback

    log = []
    cause = 1
    missing = ()
    runs_out = None

    @classmethod
    def reset_cause(cls):
        return cls.cause

    @classmethod
    def reset(cls):
        cls.log.append("reset")


class Esp32:
    """NVS. By ESP-IDF's word what was set and not committed is lost; its code writes at once
    (is_eager)."""

    kept = {}
    broken = False
    refuses = False
    is_eager = False
    writes = 0

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
        Power.works()
        Esp32.writes += 1
        self.pending[key] = value
        if Esp32.is_eager:
            Esp32.kept[key] = value

    def commit(self):
        Power.works()
        Esp32.kept.update(self.pending)
        self.pending = {}


Esp32.NVS = Esp32


class Rtc:
    def __init__(self):
        self.said = b""

    def memory(self, new=None):
        if new is None:
            return self.said
        self.said = new


class Quiet:
    """A bus that is parked, and in which nothing goes on."""

    answer = True

    @classmethod
    def is_quiet(cls):
        return cls.answer


class Board:
    """with Board(...) as board: the board's filesystem stands at `/`."""

    def __init__(self, slot=None, whole=(), root=False, proven=(), **numbers):
        """numbers: of NVS."""
        self.rtc = Rtc()
        self.slot, self.whole, self.root, self.proven = slot, whole, root, proven
        self.numbers = numbers

    def __enter__(self):
        Esp32.kept = dict(self.numbers)
        Esp32.broken = Esp32.refuses = Esp32.is_eager = False
        Power.fails_at = None
        self.modules = {name: sys.modules.get(name) for name in ("machine", "esp32")}
        sys.modules["machine"], sys.modules["esp32"] = Machine, Esp32
        self.home = os.getcwd()
        vfs.umount("/")
        self.ram = Ram()
        vfs.VfsLfs2.mkfs(self.ram)
        vfs.mount(vfs.VfsLfs2(self.ram), "/")
        for slot in self.whole:
            os.mkdir("/" + slot)
            write("/" + slot + "/main.py")
            write("/" + slot + "/manifest.json")
        for slot in self.proven:
            write("/" + slot + "/proven")
        if self.root:
            write("/main.py")
        if self.slot is not None:
            write("/slot", self.slot)
        return self

    def __exit__(self, *error):
        Power.fails_at = None
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
        self.globals = {"__name__": "__main__"}
        exec(BOOT, self.globals)
        self.start = Start(Memory(Nvs(lambda: Esp32("start"))), self.rtc)
        return os.getcwd(), self.start.word

    def lives(self, minutes):
        """The last start runs on; tenths of a second are enough for a counter of minutes.
        -> when the board is to be reset, in minutes; None: it is not."""
        for tenth in range(int(minutes * 600) + 1):
            if self.start.live(1000 + tenth * 100, Quiet):
                return tenth // 600
        return None

    def cut(self, at, does):
        """The power fails at an operation -> whether it came so far. The flash is mounted anew."""
        Power.fails_at = at
        is_cut = fails(does)
        Power.fails_at = None
        os.chdir("/")
        vfs.umount("/")
        self.ram = Ram(self.ram.bytes)  # a file that is still open there cannot write here
        vfs.mount(vfs.VfsLfs2(self.ram), "/")
        return is_cut

    def slots(self):
        return Slots(Files("/"), Memory(Nvs(lambda: Esp32("start"))))


def fails(does):
    """-> bool: the power failed meanwhile."""
    try:
        does()
    except Cut:
        return True
    return False


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


def test_a_hopeless_start_ends_after_an_hour_though_nothing_says_that_the_bus_is_quiet():
    with Board("a", "a", resets=5) as board:
        board.boots()
        assert board.start.is_hopeless
        Quiet.answer = False
        try:
            assert board.lives(70) == 60
            board.boots()
            assert board.start.word == "normal"
            board.start.word = "safe"
            assert board.lives(70) is None, "this one is wired again, and waits"
        finally:
            Quiet.answer = True


def test_without_another_slot_too():
    for slot, whole, root in (("a", "a", False), (None, "", True)):
        with Board(slot, whole, root) as board:
            assert [board.boots()[1] for _ in range(3)] == ["normal", "normal", "safe"]


def test_crashes_and_watchdogs_count_soft_resets_and_wake_ups_do_not():
    with Board("a", "a") as board:
        for _ in range(5):
            assert board.boots(Machine.SOFT_RESET)[1] == "normal"
            assert board.boots(Machine.DEEPSLEEP_RESET)[1] == "normal"
        board.boots(Machine.WDT_RESET)
        board.boots(Machine.WDT_RESET)
        assert board.boots(Machine.HARD_RESET)[1] == "safe"
        assert board.boots(Machine.SOFT_RESET)[1] == "safe"


def test_a_starter_motor_is_no_crash_loop():
    """Power-on resets, which a brown-out is too, neither send fresh code back nor make a start
    safe; nor do they hide crashes."""
    with Board("b", "ab") as board:
        for _ in range(9):
            assert board.boots(Machine.PWRON_RESET) == ("/b", "normal")
            Esp32.kept["dips"] -= 1
            assert board.boots(0) == ("/b", "normal"), "a glitch, or USB of an ESP32-S3"
        assert (Esp32.kept["dips"], Esp32.kept.get("resets", 0)) == (9, 0)
        board.boots()
        board.boots()
        assert board.boots() == ("/a", "previous")
        board.lives(5)
        assert Esp32.kept["dips"] == 0


def test_a_supply_that_collapses_again_and_again_ends_in_the_safe_mode_of_the_same_code():
    for proven in ("", "b"):
        with Board("b", "ab", proven=proven) as board:
            words = [board.boots(Machine.PWRON_RESET) for _ in range(12)]
            assert words == [("/b", "normal")] * 9 + [("/b", "safe")] * 3
            assert "the supply failed 12 times, each time after less than" in board.start.why
            assert not board.start.is_hopeless
            board.lives(5)
            assert board.boots(Machine.PWRON_RESET) == ("/b", "normal")
            assert board.start.why is None


def test_only_five_minutes_without_a_dip_forget_those_before():
    """A horn that takes the supply down sounds three minutes after each start."""
    with Board("a", "a") as board:
        for _ in range(30):
            assert board.boots(Machine.PWRON_RESET)[1] == "normal"
            board.lives(5)
        assert Esp32.kept["dips"] == 0
        board.boots()
        for _ in range(9):
            assert board.boots(Machine.PWRON_RESET)[1] == "normal"
            board.lives(3.1)
        assert Esp32.kept["resets"] == 0, "a crash is forgotten by minutes that are added up"
        assert board.boots(Machine.PWRON_RESET)[1] == "safe"
        assert "perhaps whenever the horn sounds" in board.start.why


def test_a_safe_start_ends_by_itself_after_a_good_hour_in_a_quiet_moment():
    with Board("a", "a") as board:
        for _ in range(3):
            board.boots()
        assert "3 resets in five minutes of running, by crashes" in board.start.why
        Quiet.answer = False
        try:
            assert board.lives(70) is None
        finally:
            Quiet.answer = True
        assert board.lives(70) == 60
        assert Esp32.kept["resets"] == -1
        assert board.boots() == ("/a", "normal")
        assert Esp32.kept["resets"] == 0, "nobody counts a reset that was meant"
        assert board.lives(70) is None


def test_a_reset_that_is_asked_for_forgets_no_crash():
    with Board("a", "a", resets=-3) as board:
        assert board.boots()[1] == "normal"
        assert Esp32.kept["resets"] == 2
        assert board.boots()[1] == "safe"


def test_resets_more_than_five_minutes_of_running_apart_are_no_loop():
    with Board("a", "a") as board:
        for _ in range(6):
            assert board.boots()[1] == "normal"
            board.lives(3)
        assert Esp32.kept["resets"] <= 2


def test_a_start_writes_nothing_but_its_count():
    with Board("b", "ab", proven="b") as board:
        Esp32.writes = 0
        board.boots(Machine.PWRON_RESET)
        board.boots(Machine.SOFT_RESET)
        assert Esp32.writes == 1
        board.lives(9)
        assert Esp32.writes == 1 + 1, "dips are forgotten"
        assert Esp32.kept["dips"] == 0
        board.boots()
        board.lives(9)
        assert Esp32.writes == 2 + 1 + 4 + 2, "the minutes, and then both are forgotten"
        assert (Esp32.kept["resets"], Esp32.kept["minutes"]) == (0, 0)
        board.boots(Machine.SOFT_RESET)
        board.lives(9)
        assert Esp32.writes == 9


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


# new code on trial


def trial(**more):
    """Slot b is new, and slot a has proven itself."""
    numbers = {"trial": 1, "back": 0, "resets": -1, "how": 0}
    numbers.update(more)
    return Board("b", "ab", proven="a", **numbers)


def test_new_code_has_three_crashes():
    with trial() as board:
        for resets in range(3):
            assert board.boots() == ("/b", "normal"), "the first reset was asked for"
            assert Esp32.kept["trial"] == 1 + resets
            board.start.watch(Judge())
            assert board.lives(5) is None, "the count of a crash loop begins anew, not this one"
        assert board.boots(Machine.WDT_RESET) == ("/a", "previous")
        told = Esp32.kept
        assert (told["trial"], told["back"], told["resets"]) == (0, 1, 0)
        assert board.boots() == ("/a", "previous")
        assert not exists("/b/proven")


def test_neither_the_power_nor_a_technician_counts_in_a_trial():
    with trial() as board:
        board.boots()
        for _ in range(9):
            assert board.boots(Machine.PWRON_RESET) == ("/b", "normal")
            ask(board.start._memory)  # as main.py does at Ctrl-C
            for cause in (Machine.SOFT_RESET, Machine.SOFT_RESET, Machine.DEEPSLEEP_RESET):
                assert board.boots(cause) == ("/b", "normal")
            assert board.boots() == ("/b", "normal")
        assert Esp32.kept["trial"] == 1


def test_new_code_that_the_supply_does_not_bear_is_left_after_ten_dips():
    with trial() as board:
        board.boots()
        for _ in range(9):
            assert board.boots(Machine.PWRON_RESET) == ("/b", "normal")
            board.start.watch(Judge())
            board.lives(3)
        assert board.boots(Machine.PWRON_RESET) == ("/a", "previous")
        assert board.slots().came_back == "crashed" and Esp32.kept["dips"] == 0
        assert board.boots(Machine.PWRON_RESET) == ("/a", "previous")
    with trial(resets=0) as board:  # in a trial they are not forgotten after five minutes
        board.boots()
        for _ in range(9):
            assert board.boots(Machine.PWRON_RESET) == ("/b", "normal")
            board.start.watch(Judge())
            board.lives(5)
        assert board.boots(Machine.PWRON_RESET) == ("/a", "previous")


def test_the_dips_of_the_old_code_are_not_those_of_the_new():
    with Board("a", "ab", proven="a", dips=9) as board:
        board.slots().take_over()
        assert board.boots() == ("/b", "normal")
        assert board.boots(Machine.PWRON_RESET) == ("/b", "normal")


def test_soft_resets_of_the_new_code_itself_are_crashes():
    with trial() as board:
        board.boots()
        words = [board.boots(Machine.SOFT_RESET) for _ in range(3)]
        assert words == [("/b", "normal")] * 2 + [("/a", "previous")]
        assert board.slots().came_back == "crashed"


def test_who_asks_twice_is_asked_once():
    with Board("a", "a", resets=2) as board:
        board.start = Start(Memory(Nvs(lambda: Esp32("start"))), board.rtc)
        for _ in range(2):
            ask(board.start._memory)
            assert Esp32.kept["resets"] == -3


def both(**numbers):
    """Both slots are whole and have proven themselves, and b runs."""
    return Board("b", "ab", proven="ab", **numbers)


def test_proven_code_that_crashes_six_times_gives_way_once_to_other_proven_code():
    with both() as board:
        words = [board.boots() for _ in range(20)]
        assert words[:6] == [("/b", "normal")] * 2 + [("/b", "safe")] * 3 + [("/a", "previous")]
        assert words[6:8] == [("/a", "previous")] * 2
        assert words[8:] == [("/a", "safe")] * 12, "what crashes in both is not mended by a change"
        assert board.start.is_hopeless
    with both() as board:
        for _ in range(9):
            for _ in range(5):
                assert board.boots()[0] == "/b"
            board.lives(5)
        assert board.boots(Machine.PWRON_RESET)[0] == "/b", "five good minutes forget them"
    for whole, proven in (("b", "b"), ("ab", "b")):
        with Board("b", whole, proven=proven) as board:
            assert [board.boots()[0] for _ in range(9)] == ["/b"] * 9


def test_the_power_may_fail_anywhere_when_proven_code_is_left():
    def holds(board, at):
        where, tries = board.boots(Machine.PWRON_RESET)[0], 0
        while where == "/b" and tries < 9:
            where, tries = board.boots()[0], tries + 1
        assert where == "/a" and tries <= 6, at
        assert board.boots(Machine.PWRON_RESET)[0] == "/a", at
        for _ in range(30):
            last = where
            where = board.boots()[0]
        assert last == where, "it settles"

    cuts(lambda: both(resets=5), lambda board: board.boots(), holds)


def test_five_minutes_prove_no_code_that_is_on_trial():
    with trial() as board:
        board.boots()
        board.start.watch(Judge())
        assert board.lives(6) is None
        assert not exists("/b/proven")


def test_code_that_gives_itself_up_is_left_at_the_next_start():
    for cause in (Machine.HARD_RESET, Machine.PWRON_RESET, Machine.WDT_RESET):
        with trial() as board:
            board.boots()
            board.start.watch(Judge(lambda: board.slots().give_up("no_broker")))
            Esp32.kept["resets"] = 2
            assert board.lives(1) == 0 and Esp32.kept["resets"] == -3
            assert board.boots(Machine.SOFT_RESET)[0] == "/b"
            assert board.boots(cause) == ("/a", "previous")
            assert (Esp32.kept["trial"], board.slots().came_back) == (0, "no_broker")


class Judge:
    """A Trial that gives up at once if it knows how."""

    is_proven = False

    def __init__(self, gives_up=None):
        self._gives_up = gives_up

    def update(self, now_ms):
        if self._gives_up is not None:
            self._gives_up()
        return self._gives_up is not None


def test_code_that_has_proven_itself_is_watched_no_more():
    with trial() as board:
        board.boots()
        judge = Judge()
        board.start.watch(judge)
        board.slots().prove()
        judge.is_proven = True
        assert board.lives(1) is None
        judge.update = None
        assert board.lives(1) is None
        assert [board.boots()[1] for _ in range(4)] == ["normal", "normal", "safe", "safe"]
        assert Esp32.kept["trial"] == 0


def test_code_that_never_judges_itself_is_given_up_after_thirteen_minutes():
    with trial() as board:
        board.boots()
        assert ("timer", 0, 0, 780000) in Machine.log
        for name in ("number", "note", "HUNG", "machine", "os", "esp32", "backstop", "nvs"):
            board.globals[name] = None  # main.py has these globals too
        Machine.runs_out(None)
        assert Machine.log[-1] == "reset" and Esp32.kept["back"] == 4
        assert board.boots() == ("/a", "previous")
        assert board.slots().came_back == "hung"


def test_the_timer_leaves_code_alone_that_has_judged_itself():
    for told in ({"trial": 0}, {"back": 3}):
        with trial() as board:
            board.boots()
            Esp32.kept.update(told)
            before = dict(Esp32.kept)
            Machine.runs_out(None)
            assert Machine.log[-1] != "reset" and Esp32.kept == before


def test_no_timer_runs_but_in_a_trial_and_none_while_a_technician_is_there():
    with Board("b", "ab", proven="a") as board:
        board.boots()
        assert not [told for told in Machine.log if told[0] == "timer"]
    with trial() as board:
        board.boots(Machine.SOFT_RESET)
        assert not [told for told in Machine.log if told[0] == "timer"]
        assert Machine.log[-1] == ("watchdog", 120000)


def test_new_code_that_has_no_older_code_to_go_back_to_goes_on():
    with Board("b", "b", trial=1, resets=-1) as board:
        words = [board.boots() for _ in range(5)]
        assert words == [("/b", "normal")] * 3 + [("/b", "safe")] * 2
        assert (Esp32.kept["trial"], Esp32.kept.get("back", 0)) == (0, 0)
    with Board("b", "b", trial=1, back=2, resets=-1) as board:
        assert board.boots() == ("/b", "normal")
        assert (Esp32.kept["trial"], Esp32.kept["back"]) == (0, 0), "it did not come back"
    with Board(whole="ab", root=True, trial=1, back=2) as board:
        assert board.boots()[0] == "/"
        assert Esp32.kept["trial"] == 0 and not exists("/slot")


def test_the_reason_that_the_code_gave_stays_its_reason():
    with trial(trial=4, back=3) as board:
        assert board.boots() == ("/a", "previous")
        assert board.slots().came_back == "no_broker"


def test_a_changeover_that_was_cut_is_no_trial():
    with Board("a", "ab", proven="a", trial=1, back=0, resets=-1, how=0) as board:
        assert board.boots(Machine.PWRON_RESET) == ("/a", "normal")
        assert Esp32.kept["trial"] == 0
        assert [board.boots()[0] for _ in range(5)] == ["/a"] * 5


def test_a_full_file_system_keeps_no_code_that_is_given_up():
    with trial(back=2) as board:
        opened, builtins.open = open, refused_to_write
        try:
            assert board.boots() == ("/a", "previous")
        finally:
            builtins.open = opened
        assert not exists("/b/manifest.json")
        assert board.boots() == ("/a", "previous")
        assert Esp32.kept["back"] == 2


def refused_to_write(path, mode="r"):
    if mode != "r":
        raise OSError(28)
    return OPEN(path, mode)


OPEN = open


def cuts(make, does, holds):
    """The power fails at each operation of does(board) in turn; then holds(board, at)."""
    for is_eager in (False, True):
        at = 0
        is_cut = True
        while is_cut and at < 99:
            at += 1
            with make() as board:
                Esp32.is_eager = is_eager
                is_cut = board.cut(at, lambda: does(board))
                holds(board, at)
        assert 3 < at < 99, "each operation was cut once"


def test_the_power_may_fail_anywhere_on_the_way_back():
    def holds(board, at):
        assert board.boots(Machine.PWRON_RESET) == ("/a", "previous"), at
        assert (Esp32.kept["trial"], Esp32.kept["back"]) == (0, 2), at
        assert board.boots() == ("/a", "previous"), at

    cuts(lambda: trial(back=2), lambda board: board.boots(), holds)


def test_the_power_may_fail_anywhere_on_the_way_back_after_crashes():
    def holds(board, at):
        board.boots()  # the crash that the power hid is one more try
        assert board.boots(Machine.PWRON_RESET) == ("/a", "previous"), at
        assert (Esp32.kept["trial"], Esp32.kept["back"]) == (0, 1), at

    cuts(lambda: trial(trial=3, resets=2), lambda board: board.boots(), holds)


def test_the_power_may_fail_anywhere_when_code_of_a_deploy_is_left():
    for proven in ("", "a"):

        def holds(board, at):
            where, tries = board.boots(Machine.PWRON_RESET)[0], 0
            while where == "/b" and tries < 9:
                where, tries = board.boots()[0], tries + 1
            assert where == "/a" and tries <= 3, at
            assert board.boots(Machine.PWRON_RESET)[0] == "/a", at

        cuts(
            lambda: Board("b", "ab", proven=proven, resets=2),  # noqa: B023
            lambda board: board.boots(),
            holds,
        )


def test_the_power_may_fail_anywhere_in_a_changeover():
    def holds(board, at):
        where = board.boots(Machine.PWRON_RESET)
        if where[0] == "/a":
            assert Esp32.kept.get("trial", 0) == 0 and not board.slots().is_trial, at
        else:
            assert where == ("/b", "normal") and board.slots().is_trial, at
            for _ in range(4):
                where = board.boots()
            assert where == ("/a", "previous"), at

    cuts(
        lambda: Board("a", "ab", proven="a", back=3, resets=1, how=2),
        lambda board: board.slots().take_over(),
        holds,
    )


def test_the_power_may_fail_anywhere_while_code_proves_itself():
    def holds(board, at):
        is_proven = exists("/b/proven")
        where = board.boots(Machine.PWRON_RESET)
        if is_proven:
            assert where == ("/b", "normal"), at
            assert [board.boots()[0] for _ in range(5)] == ["/b"] * 5, at
        else:
            assert where[0] in ("/a", "/b"), at

    for back in (0, 3):  # it had given itself up, and then reached the broker
        cuts(lambda: trial(back=back), lambda board: board.slots().prove(), holds)  # noqa: B023

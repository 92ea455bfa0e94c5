"""The virtual board is a board: unmodified mpremote talks to it, and its flash outlives it."""

import hashlib
import time

import pytest
from virtual_mpremote import BoardProcess
from vm import ROOT

from sim.virtual.partitions import partition
from tools.board import AttachedBoard


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    one = BoardProcess(tmp_path_factory.mktemp("board") / "board.img", "--speed", "50")
    yield one
    assert one.stop() == 0


def test_it_evaluates_and_executes(board):
    assert board.mpremote("eval", "6 * 7") == "42\n"
    assert board.mpremote("exec", "for n in range(3): print(n)") == "0\n1\n2\n"
    assert "ZeroDivisionError" in board.mpremote("exec", "1 / 0", ok=False)


def test_files_are_copied_listed_hashed_and_removed(board, tmp_path):
    folder = tmp_path / "parts"
    (folder / "deep").mkdir(parents=True)
    content = bytes(range(256)) * 40
    (folder / "deep" / "data.bin").write_bytes(content)
    (folder / "hello.py").write_text("print('hello from the flash')\n")
    board.mpremote("fs", "cp", "-r", folder, ":")
    assert "data.bin" in board.mpremote("fs", "tree", ":parts")
    assert "10240" in board.mpremote("fs", "ls", ":parts/deep")
    digest = board.mpremote("fs", "sha256sum", ":parts/deep/data.bin")
    assert hashlib.sha256(content).hexdigest() in digest
    board.mpremote("fs", "cp", ":parts/deep/data.bin", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == content
    assert board.mpremote("exec", "import parts.hello") == "hello from the flash\n"
    assert str(partition("vfs").size) in board.mpremote("df")
    board.mpremote("fs", "rm", "-r", ":parts")
    assert "parts" not in board.mpremote("fs", "ls", ":")


ASKS = """
import gc, machine
pin = machine.Pin(12, machine.Pin.IN)
pin.value()
gc.collect()
before = gc.mem_alloc()
for n in range(100):
    pin.value()
print(gc.mem_alloc() - before)
"""


def test_what_stands_in_for_the_chip_makes_no_garbage(board):
    """Else the collections that a run counts would be its own (sim/vm/_wire.py)."""
    assert int(board.mpremote("exec", ASKS)) < 200


def test_a_program_of_this_computer_runs(board, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(sys.path, __name__)\n")
    assert board.mpremote("run", script) == "['', '.frozen', '/lib'] __main__\n"


def test_ctrl_c_ends_a_program_that_never_would(board):
    board.mpremote("exec", "--no-follow", "while True: pass")
    assert board.mpremote("eval", "1") == "1\n"


COLLECTS = """\
import gc, machine
pin, much, heard = machine.Pin(0), [[n] for n in range(1000)], 0
print('runs')
while heard < 12:
    try:
        while True:
            gc.collect()
            pin.value()
    except KeyboardInterrupt:
        heard += len([1] * 100) // 100
print('heard', heard)
"""


def test_ctrl_c_never_finds_the_garbage_collector_at_work(board):
    """Where the heap would stay locked."""
    with AttachedBoard(board.port) as one:
        one.stop()
        one._transport.exec_raw_no_follow(COLLECTS)
        one._transport.read_until(1, b"runs\r\n")  # while it is compiled, Ctrl-C is a byte
        one._transport.serial.write(b"\x03" * 12)
        told, wrong = one._transport.follow(30)
        assert (told, wrong) == (b"heard 12\r\n", b"")
        one.leave()


def test_a_tool_leaves_the_prompt_that_a_person_types_at(board):
    with AttachedBoard(board.port) as one:
        one.stop()
        one.leave()
        serial = one._transport.serial
        serial.write(b"6 * 7\r")
        assert one._transport.read_until(1, b"42\r\n>>> ", timeout=30).endswith(b">>> ")
        assert b"raw REPL" not in serial.read(serial.in_waiting)


CAUSE = "import machine; print(machine.reset_cause())"


RESETS = [
    ("machine.reset()", "reset", 2),
    ("machine.WDT(timeout=1000)", "watchdog", 3),
    ("machine.deepsleep(5000)", "deep sleep", 4),
    ("machine.soft_reset()", "soft reset", 5),
]


@pytest.mark.parametrize(("call", "word", "cause"), RESETS, ids=str)
def test_every_reset_has_its_cause(board, call, word, cause):
    board.catches_up()
    board.mpremote("resume", "exec", "--no-follow", f"import machine; {call}")
    board.waits_for(f"starts again: {word}.\n")
    time.sleep(1)  # the prompt comes a moment later
    assert board.mpremote("resume", "exec", CAUSE) == f"{cause}\n"


def test_mpremote_resets_hard_and_soft(board):
    board.mpremote("reset")
    board.waits_for("starts again: reset")
    board.mpremote("soft-reset")
    assert board.mpremote("resume", "exec", CAUSE) == "5\n"


def test_rtc_memory_and_nvs_outlive_a_reset(board):
    board.mpremote("exec", "import machine; machine.RTC().memory(b'kept')")
    board.mpremote("exec", "import esp32; n = esp32.NVS('a'); n.set_i32('x', -7); n.commit()")
    board.mpremote("reset")
    board.waits_for("starts again: reset")
    assert board.mpremote("eval", "__import__('machine').RTC().memory()") == "b'kept'\n"
    assert board.mpremote("eval", "__import__('esp32').NVS('a').get_i32('x')") == "-7\n"


REFUSED = [  # MicroPython's ESP32 port says no, and so: ports/esp32, extmod/machine_i2c.c
    ("m.Pin(24)", "ValueError('invalid pin',)"),
    ("m.Pin('horn')", "ValueError('invalid pin',)"),
    ("m.Pin(34, m.Pin.OUT)", "ValueError('pin can only be input',)"),
    ("m.ADC(m.Pin(21))", "ValueError('invalid pin',)"),
    ("m.ADC(34, atten=9)", "ValueError('invalid atten',)"),
    ("m.I2C(2)", "ValueError(\"I2C(2) doesn't exist\",)"),
    ("m.I2C(0, scl=22, sda=21).readfrom_mem(0x50, 0, 1)", "OSError(19,)"),
    ("m.I2C(0, scl=22, sda=21).writeto_mem(0x20, 0, b'', addrsize=12)",
     "ValueError('invalid addrsize',)"),
    ("m.UART(3)", "ValueError('UART(3) does not exist',)"),
    ("m.UART(0, rxbuf=512)", "ValueError('REPL UART buffer size is fixed',)"),
    ("m.UART(1, bits=9)", "ValueError('invalid data bits',)"),
    ("m.UART(1, stop=3)", "ValueError('invalid stop bits',)"),
    ("m.UART(1, rxbuf=64)", "OSError(-1,)"),
    ("m.UART(2).irq(print, 2)", "ValueError('trigger 0x0002 unsupported',)"),
    ("m.WDT(1)", "ValueError()"),
    ("m.WDT(timeout=0)", "ValueError('WDT timeout too short',)"),
    ("m.RTC().memory(bytes(2049))", "ValueError('buffer too long',)"),
    ("e.NVS('a' * 16)", "OSError(-4361,)"),
    ("e.NVS('a').get_i32('never')", "OSError(-4354,)"),
    ("e.NVS('a').set_i32('x', 1 << 31)",
     "OverflowError('overflow converting long int to machine word',)"),
    ("e.Partition('nowhere')", "OSError(2,)"),
    ("e.Partition(2)", "ValueError()"),
    ("e.Partition('journal').readblocks(9999, bytearray(8))", "OSError(-258,)"),
    ("e.Partition('journal').readblocks(95, bytearray(8192))", "OSError(-260,)"),
    ("e.Partition('journal').writeblocks(0, b'half a sector')", "OSError(-260,)"),
    ("n.WLAN(n.STA_IF).connect('here', 'secret')", "OSError('Wifi Not Started',)"),
    ("n.WLAN(n.STA_IF).status('rssi')", "OSError('Wifi Not Connected',)"),
    ("n.WLAN(n.STA_IF).config(colour=1)", "ValueError('unknown config param',)"),
    ("n.PPP(3)", "OSError('stream operation not supported',)"),
    ("n.PPP(m.UART(1)).connect(security=1)", "ValueError('invalid auth',)"),
    ("n.PPP(m.UART(1)).connect(security=n.PPP.SEC_PAP)",
     "TypeError(\"can't convert to str implicitly\",)"),
    ("p.connect() or p.connect()", "OSError(120,)"),
]  # fmt: skip


def test_it_refuses_what_the_esp32_refuses(board, tmp_path):
    script = tmp_path / "refused.py"
    lines = ["import machine as m, esp32 as e, network as n", "p = n.PPP(m.UART(2))"]
    for call, _ in REFUSED:
        lines += ["try:", f"    {call}", "    print('took it')",
                  "except Exception as error:", "    print(repr(error))"]  # fmt: skip
    script.write_text("\n".join(lines))
    told = board.mpremote("run", script).splitlines()
    calls = [call for call, _ in REFUSED]
    assert dict(zip(calls, told, strict=True)) == dict(REFUSED)


def test_the_flash_outlives_the_board(tmp_path):
    image = tmp_path / "board.img"
    board = BoardProcess(image, "--speed", "50")
    board.mpremote("fs", "cp", ROOT / "main.py", ":kept.py")
    board.mpremote("exec", "import esp32; n = esp32.NVS('a'); n.set_i32('x', 3); n.commit()")
    board.mpremote("exec", "import machine; machine.RTC().memory(b'gone')")
    board.kill()
    again = BoardProcess(image, "--speed", "50")
    try:
        told = again.mpremote("resume", "exec", CAUSE + "; print(machine.RTC().memory())")
        assert told == "1\nb''\n"
        digest = hashlib.sha256((ROOT / "main.py").read_bytes()).hexdigest()
        assert digest in again.mpremote("fs", "sha256sum", ":kept.py")
        assert again.mpremote("eval", "__import__('esp32').NVS('a').get_i32('x')") == "3\n"
    finally:
        again.stop()

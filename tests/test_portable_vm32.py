"""The portable tests once more, in a MicroPython VM whose words have 32 bits, as on an ESP32.

There an int beyond 2**30 is an object on the heap. Here run those of positions, times and
numbers; `make vm` (VM32=all) runs every one.
"""

import os
import subprocess

import pytest
from vm import ROOT

from sim.bench import vm32

PORTABLE = ROOT / "tests" / "portable"
NEEDS = {"drivers/radio/test_dial.py": "threads"}  # what this VM lacks
WIDE = ("gnss/", "sensing/", "journal/test_track", "policy/test_pack.py", "test_clock", "test_geo",
        "test_ed25519", "test_memory", "test_messages", "test_sha512", "test_timing")  # fmt: skip
ALL = os.environ.get("VM32") == "all"
NAMES = [path.relative_to(PORTABLE).as_posix() for path in sorted(PORTABLE.rglob("test_*.py"))]


def run(*arguments):
    command = vm32.command(*arguments)
    if command is None:
        pytest.skip("no Node.js 18.17 or newer, or no VM with words of 32 bits: make setup")
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )


@pytest.mark.parametrize("name", [name for name in NAMES if ALL or name.startswith(WIDE)])
def test_passes_with_words_of_32_bits(name):
    if name in NEEDS:
        pytest.skip(f"this VM has no {NEEDS[name]}")
    done = run("tests/support/vm_run.py", f"tests/portable/{name}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_words_have_32_bits_and_a_failure_is_noticed(tmp_path):
    path = tmp_path / "test_case.py"
    path.write_text(
        "import gc\n"
        "def added(n, more):\n"
        "    before = gc.mem_alloc()\n"
        "    n = n + more\n"
        "    return gc.mem_alloc() - before\n"
        "added(1, 1)\n"
        "def test_small():\n"
        "    assert added(2 ** 29, 2 ** 29 - 1) == 0\n"
        "def test_large():\n"
        "    assert added(2 ** 29, 2 ** 29) == 0\n"
    )
    done = run("tests/support/vm_run.py", str(path))
    assert done.returncode == 1
    assert "PASS test_small" in done.stdout and "ran 2, failed 1" in done.stdout
    assert "in test_large" in done.stdout and "line 10" in done.stdout

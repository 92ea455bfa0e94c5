"""NMEA: our reader beside a naive one in the MicroPython VM, and its score on real logs."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from sim.bench import nmea_corpus, vm32, vm64
from sim.chips.gnss import GnssChip
from sim.virtual.process import find
from sim.wires.uart import UART

_UTC_MS = 1_795_306_323_000
_EPOCHS = 300


def _log() -> bytes:
    """Five minutes of everything that a receiver sends from the factory."""
    uart = UART(115200, rxbuf=1 << 20)
    chip = GnssChip(uart, 1, _UTC_MS)
    chip.truth = (130827000, 1008833000, 11000, 18000)
    chip.advance(0)
    for second in range(1, _EPOCHS + 40):
        chip.advance(second * 1000)
        if second == 40:
            uart.read()
    return uart.read() or b""


def _speed(vm: str, say: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "receiver.nmea"
        path.write_bytes(_log())
        lines = vm64.told(vm, "nmea_vm.py", str(path), heap="64m", beside=(vm64.BENCH,))
        heap32 = _heap32(path)
    ours, naive = ([int(word) for word in line.split()[1:]] for line in lines)
    say(f"  our reader        {ours[0]:>9,} sentences/s  {ours[1]:>5} B heap a sentence (goal 0)")
    say(f"  with 32-bit words {heap32}")
    say(f"  naive reader      {naive[0]:>9,} sentences/s  {naive[1]:>5} B heap a sentence")
    say(f"  ratio             {ours[0] / naive[0]:>9.1f} x            (goal 20)")


def _heap32(path: Path) -> str:
    """Bytes that each kind of sentence allocates where a word has 32 bits, as on an ESP32."""
    command = vm32.command("sim/bench/nmea_heap_vm.py", str(path))
    if command is None:
        return "skipped: no Node.js 18.17 or newer, or no VM with words of 32 bits (make setup)"
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip() + " B heap (goal 0)"


def _score(say: Callable[[str], None]) -> None:
    scores = []
    exceptions = 0
    for name, data, reports in nmea_corpus.logs():
        try:
            scores.append(nmea_corpus.score(name, data, reports))
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            exceptions += 1
            say(f"  {name}: {error!r}")
    expected = sum(score.expected for score in scores)
    hits = sum(score.hits for score in scores)
    dated = sum(score.dated for score in scores)
    false = sum(score.false for score in scores if score.log != nmea_corpus.DOUBTFUL)
    averages = sum(score.averages for score in scores)
    say(f"  {len(scores)} real logs: positions {hits / expected:.2%} of {expected:,} (goal 100 %)")
    say(f"  left out: {averages} reports of gpsd that the receiver calls an average, not a fix")
    for score in scores:
        if score.missed:
            say(f"    {score.log}: {len(score.missed)} of {score.expected} missed")
    say(f"  dates {dated / expected:.1%} (goal 98.5 %)")
    say(f"  {false} false fixes, {exceptions} exceptions (goal 0)")


def run(say: Callable[[str], None]) -> None:
    """Print the figures beside their goals."""
    say("NMEA 0183, factory output of an ATGM336H, in the MicroPython VM")
    if found := find("micropython"):
        _speed(found, say)
    else:
        say("  skipped: there is no MicroPython VM for this computer")
    if nmea_corpus.FOLDER.is_dir():
        _score(say)
    else:
        say("  no logs of real receivers in ../shared/nmea: no score")

"""Records docs/session.txt: flashing, deploying, a morning and pulling as a technician sees it.

  python -m tools.record

The chip is esp32-mock-bootloader, the board is the virtual one; the commands are the real ones.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from esp32_mock_bootloader import mock_bootloader

from sim.program.compiled import ROOT
from sim.virtual.esp_image import firmware_file
from sim.virtual.install import every_sensor

SETTINGS = {**every_sensor(), "bus": "bus-00"}
HEAD = """\
A session, recorded by `python -m tools.record`. The chip of the first command is
esp32-mock-bootloader, its firmware file a stand-in; the board of the others is the virtual one.
The morning runs what make deploy put there, in front of a real broker, and its power is cut.

"""
LOG_S = 10


class Transcript:
    def __init__(self, names: dict[str, str]):
        """names: what stands in a command or an answer -> what is written instead."""
        self.names = names
        self._out = io.StringIO()
        self._out.write(HEAD)

    def run(self, shown: str, command: list[str], seconds: float | None = None) -> None:
        """shown: as a technician types it. seconds: then Ctrl-C."""
        print(shown, flush=True)
        environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
        process = subprocess.Popen(
            [sys.executable, "-u", *command], cwd=ROOT, text=True, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            told, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            told, _ = process.communicate()
        told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told)
        lines = [line.split("\r")[-1].rstrip() for line in told.splitlines()]
        self._out.write(f"$ {shown}\n" + "\n".join(lines) + "\n\n")

    def text(self) -> str:
        text = self._out.getvalue()
        for name, instead in self.names.items():
            text = text.replace(name, instead)
        return text


@contextlib.contextmanager
def virtual_board(folder: Path, settings: Path) -> Iterator[str]:
    """-> its serial port."""
    command = [sys.executable, "-u", "-m", "sim", "board", "--flash", str(folder / "flash.img")]
    with (folder / "board.log").open("w+") as log:
        process = subprocess.Popen(
            [*command, "--bus", str(settings), "--speed", "4"], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            found = None
            while found is None:
                found = re.search(r"is on (\S+)", (folder / "board.log").read_text())
                if process.poll() is not None:
                    raise SystemExit((folder / "board.log").read_text())
            yield found[1]
        finally:
            process.terminate()
            process.wait()


def main() -> int:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as ends:
        folder = Path(name)
        binary = folder / "ESP32_GENERIC-SPIRAM.bin"
        binary.write_bytes(firmware_file())
        settings = ROOT / "fleet" / "bus-00.json"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(json.dumps(SETTINGS, indent=2))
        ends.callback(settings.unlink)
        chip = ends.enter_context(mock_bootloader(chip="esp32"))
        transcript = Transcript({chip.url(): "/dev/ttyUSB0", f"{folder}/": ""})
        transcript.run(
            "make firmware BIN=ESP32_GENERIC-SPIRAM.bin",
            ["-m", "tools.firmware", "--port", chip.url(), "--bin", str(binary)],
        )
        with virtual_board(folder, settings) as port:
            transcript.names[port] = "/dev/ttyUSB0"
            deploy = ["-m", "tools.deploy", "--port", port, "--bus", "bus-00"]
            transcript.run("make deploy BUS=bus-00", deploy)
            transcript.run("make selftest", ["-m", "tools.selftest", "--port", port])
            transcript.run("make deploy BUS=bus-00", deploy)
            transcript.run("make logs", ["-m", "tools.logs", "--port", port], LOG_S)
        morning = ["--morning", "--cut", "--minutes", "30", "--speed", "100", "--seed", "5"]
        flash = ["--flash", str(folder / "flash.img"), "--bus", str(settings)]
        transcript.run(
            f"python -m sim board --flash flash.img {' '.join(morning)}",
            ["-m", "sim", "board", *flash, *morning],
        )
        out = str(folder / "bus-00.zip")
        with virtual_board(folder, settings) as port:
            transcript.names[port] = "/dev/ttyUSB0"
            take = ["-m", "tools.pull", "take", "--port", port, "--out", out]
            transcript.run("make pull OUT=bus-00.zip", take)
        transcript.run("python -m tools.pull show bus-00.zip", ["-m", "tools.pull", "show", out])
        (ROOT / "docs" / "session.txt").write_text(transcript.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())

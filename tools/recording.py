"""What records a page of docs/: commands as they are typed, and what came back.

Nothing is invented: tools/record_stolen.py and tools/record_rollout.py run every command. What is
secret in the answers is left out of the record.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.program.compiled import ROOT

PATIENCE_S = 90
SECRET = re.compile(r'("(?:mac_key|key|password|client_id|ca|cert)": ?")[^"]*"')


class Record:
    """A page of what was typed and what came back."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._page: list[str] = []
        self.names = {f"{folder}/": "", f"{getpass.getuser()} (command": "somchai (command"}
        """What stands in a command or an answer -> what is written instead."""
        self.environment = {
            **os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(ROOT),
            "BUSGUARD_FLEET": str(folder / "fleet"), "STATION_DB": str(folder / "station.db"),
        }  # fmt: skip

    def says(self, text: str) -> None:
        self._page += [text, ""]

    def run(self, shown: str, *command: str, fails: bool = False, only: Sequence[str] = ()) -> str:
        """shown: as a person types it -> what it answered. SystemExit unless it ends as it has
        to. only: of a self-test, the parts to be shown.
        """
        print("$", shown, flush=True)
        process = self.starts(*command)
        told, _ = process.communicate()
        if bool(process.returncode) != fails:
            raise SystemExit(f"exit status {process.returncode}:\n{told}")
        self.shows(shown, self._short(told, only) if only else told)
        return told

    def shows(self, shown: str, told: str) -> None:
        told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told)
        told = "\n".join(line.split("\r")[-1].rstrip() for line in told.splitlines())
        for name, instead in self.names.items():
            told = told.replace(name, instead)
        told = SECRET.sub(r'\1..."', told).strip()
        self._page += ["```", f"$ {shown}", *([told] if told else []), "```", ""]

    @staticmethod
    def _short(told: str, only: Sequence[str]) -> str:
        """Of a self-test the rows of these parts."""
        kept: list[str] = []
        keeps = True
        for line in told.splitlines():
            if line.startswith("│"):
                name = line[1:].split("│")[0].strip()
                keeps = name in only if name else keeps
                if not keeps:
                    continue
            kept.append(line)
        return "\n".join(kept)

    def starts(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-u", *command], cwd=self._folder, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    @contextlib.contextmanager
    def running(self, log: str, *command: str) -> Iterator[Path]:
        """A program beside the others; -> where its words are."""
        path = self._folder / log
        with path.open("w") as out:
            process = subprocess.Popen(
                command, cwd=self._folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out,
            )  # fmt: skip
            try:
                yield path
            finally:
                process.terminate()
                process.wait(20)

    def write(self, name: str) -> None:
        (ROOT / "docs" / name).write_text("\n".join(self._page), encoding="utf-8")


def awaits(path: Path, words: str, seconds: float = PATIENCE_S) -> re.Match[str]:
    """In a program's words. SystemExit if they never come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = re.search(words, path.read_text(errors="replace"))
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"{words!r} does not come in:\n{path.read_text()[-2000:]}")


@contextlib.contextmanager
def board(record: Record, name: str, bus: str, shown: str, *more: str) -> Iterator[str]:
    """A virtual board with its own flash -> its serial port. shown: how the page names the port."""
    settings = record.environment["BUSGUARD_FLEET"] + f"/{bus}.json"
    command = [sys.executable, "-u", "-m", "sim", "board", "--flash", name, "--bus", settings]
    with record.running(f"{name}.log", *command, *more) as log:
        port = awaits(log, r"is on (\S+)")[1]
        record.names[port] = shown
        yield port

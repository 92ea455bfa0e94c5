"""A virtual board for tests: its own process, as a technician starts it, and mpremote beside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from vm import ROOT, program

_READY_S = 60


class BoardProcess:
    """python -m sim board on an image file; `port` is its serial line, `told` what it said."""

    def __init__(self, image: Path, *arguments: str):
        program("micropython"), program("mpy-cross")  # or the test is skipped
        self.told: list[str] = []
        self._changed = threading.Condition()
        self._seen = 0
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "sim", "board", "--flash", str(image), *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.waits_for("mpremote connect")
        self.port = re.findall(r"/dev/\S+", "".join(self.told))[0]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.told.append(line)
                self._changed.notify()

    def waits_for(self, word: str) -> str:
        """-> the first line with this word that was not waited for before."""
        with self._changed:
            while True:
                for number in range(self._seen, len(self.told)):
                    if word in self.told[number]:
                        self._seen = number + 1
                        return self.told[number]
                assert self._changed.wait(_READY_S), f"no {word!r} in:\n" + "".join(self.told)

    def catches_up(self) -> None:
        """What was told until now is waited for no more."""
        with self._changed:
            self._seen = len(self.told)

    def mpremote(self, *arguments: str | Path, ok: bool = True) -> str:
        """What mpremote prints. AssertionError unless it succeeds, or fails if ok is False."""
        done = subprocess.run(
            [sys.executable, "-m", "mpremote", "connect", self.port, *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode == 0) == ok, done.stdout + done.stderr + "".join(self.told)
        return done.stdout if ok else done.stdout + done.stderr

    def stop(self) -> int:
        """Ctrl-C -> its exit status."""
        self._process.send_signal(signal.SIGINT)
        return self._end()

    def kill(self) -> None:
        """As if the computer had lost its power."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._end()

    def _end(self) -> int:
        status = self._process.wait(30)
        self._reader.join(30)
        return status

"""A virtual board as a process of its own, for the tests of the tools: kill -9 is a power cut."""

import os
import re
import signal
import subprocess
import sys
import time

from vm import ROOT, program


class Virtual:
    """with Virtual(image) as virtual: virtual.port is a serial port with a board."""

    def __init__(self, image, heap_kb=640, speed=10, bus=None):
        program("micropython")  # skips where there is none
        self.image = image
        self._given = ["--heap", str(heap_kb), "--speed", str(speed)]
        if bus is not None:  # what is fitted, and which board it is
            self._given += ["--bus", str(bus)]
        self._process = None
        self.port = ""

    def power_on(self):
        command = [sys.executable, "-u", "-m", "sim", "board", "--flash", str(self.image)]
        self._process = subprocess.Popen(
            command + self._given, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        told, found = "", None
        while not found:
            line = self._process.stdout.readline()
            assert line, told
            told += line
            found = re.search(r"is on (\S+)", line)
        self.port = found[1]
        # What it goes on to say is not asked for; a full pipe must not stop it.
        os.set_blocking(self._process.stdout.fileno(), False)

    def cut(self):
        """kill -9 of the board, its processor included; the flash image stays as it is."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process.stdout.close()
        self._process = None
        time.sleep(0.1)

    def __enter__(self):
        self.power_on()
        return self

    def __exit__(self, *error):
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process.stdout.close()

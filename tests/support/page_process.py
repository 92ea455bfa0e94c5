"""The page's other end in its tests (page_stand_in.py), started and stopped."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

from browser import ROOT


class StandIn:
    """The stand-in station as a process of its own, so that it can go away and come back."""

    def __init__(self, **environment):
        self._environment = {**os.environ, **environment}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        command = [sys.executable, "-m", "tests.support.page_stand_in", str(self.port), "12", "1"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment)
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                assert self._process.poll() is None
                time.sleep(0.1)
        raise AssertionError("the stand-in did not start")

    def stop(self):
        self._process.kill()
        self._process.wait()

    def post(self, path, **body):
        data = json.dumps(body).encode()
        ask = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(ask, timeout=5) as answer:
            return json.load(answer)

    def alarm(self, **more):
        return self.post("/test/alarm", **more)

"""A chip with as much flash as a board has: esp32-mock-bootloader's own always has 4 MB.

with chip_with_flash("esp32s3", 8) as chip: esptool --port chip.url() ...
"""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

_SERVER = """
import sys
from esp32_mock_bootloader import protocol, server
megabytes = int(sys.argv[2])
protocol.FLASH_MOCK_SIZE = megabytes << 20
protocol.MOCK_FLASH_ID = (0x14 + megabytes.bit_length() - 1) << 16 | 0x4020
server.run_server(0, None, sys.argv[1], port_file=sys.argv[3])
"""


class Chip:
    def __init__(self, port):
        self._port = port

    def url(self):
        return f"socket://127.0.0.1:{self._port}"


@contextmanager
def chip_with_flash(chip, megabytes, folder):
    """folder: a Path for the server's port. A chip of esptool's name, such as esp32s3."""
    told = Path(folder) / "port"
    told.unlink(missing_ok=True)
    command = [sys.executable, "-c", _SERVER, chip, str(megabytes), str(told)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while not (told.exists() and told.read_text()):
            assert server.poll() is None, server.stderr.read().decode()
            time.sleep(0.01)
        yield Chip(int(told.read_text()))
    finally:
        server.terminate()
        server.wait()
        server.stderr.close()

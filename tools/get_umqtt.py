"""Fetches umqtt.simple for a computer: python tools/get_umqtt.py

The ESP32 firmware has it frozen in; for the simulator and the MicroPython VM it comes
from PyPI. There it is only a source package without a setup.py: pip finds it, checks
its SHA-256 and unpacks it, then refuses to build it. So pip may fail here, as long as
the file lies in its working directory and is the one we know. It goes to
`micropython-lib/umqtt/simple.py` of the environment that runs this.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "micropython-umqtt.simple==1.3.4"
PACKAGE_SHA256 = "b6a2520239e3992c63a7de9370ee9b3d9d27819a90359c521f1c0f7ccab8d12f"
FILE_SHA256 = "8555d2f654deb8eb0d724f79b0811a78cc94029d070f3d96bbd74288653d63a5"
TARGET = Path(sys.prefix) / "micropython-lib" / "umqtt" / "simple.py"


def known(path: Path) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == FILE_SHA256


def unpack(directory: Path) -> str:
    """Let pip fetch and unpack the package below `directory`; -> what pip reported."""
    wanted = directory / "wanted.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{PACKAGE_SHA256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-clean"]
    command += ["--no-binary=:all:", "--dest", str(directory), "-r", str(wanted)]
    environment = {**os.environ, "TMPDIR": str(directory), "TEMP": str(directory)}
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    return done.stderr.strip()


def main() -> int:
    if sys.prefix == sys.base_prefix:
        print("get_umqtt: run me with the Python of a virtual environment; `make setup` does it.")
        return 2
    if known(TARGET):
        return 0
    with tempfile.TemporaryDirectory() as name:
        said = unpack(Path(name))
        found = [path for path in Path(name).rglob("umqtt/simple.py") if known(path)]
        if not found:
            print(f"get_umqtt: could not get {PACKAGE} through pip: it is needed to speak MQTT.")
            print("Is there a network, and does pip's index have it? pip said:", said, sep="\n")
            return 1
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_bytes(found[0].read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())

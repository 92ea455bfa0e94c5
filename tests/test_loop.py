"""One small test file starts at once: nothing is loaded that it does not use."""

import subprocess
import sys

from vm import ROOT

ONE_FILE = "tests/portable/test_timing.py"
PYTEST = {"_pytest", "pytest", "iniconfig", "packaging", "pluggy", "py", "pygments"}
OF_PYTHON_3_10 = {"exceptiongroup", "tomli", "typing_extensions"}
PLUGINS = {"execnet", "pytest_cov", "pytest_timeout", "xdist"}  # `make test`, `make cover`; 0.05 s
SCRIPT = """
import sys
before = set(sys.modules)
import pytest
assert pytest.main(["-q", "-p", "no:cacheprovider", sys.argv[1]]) == 0
print("loaded", *{name.partition(".")[0] for name in set(sys.modules) - before
                  if "site-packages" in (getattr(sys.modules[name], "__file__", None) or "")})
"""


def test_one_test_file_loads_no_library_that_it_does_not_use():
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, ONE_FILE],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(run.stdout.splitlines()[-1].split()[1:])
    assert "pytest" in loaded
    beside = loaded - PYTEST - OF_PYTHON_3_10 - PLUGINS
    assert not beside, f"every run of one test file loads {beside}: import it where it is used"

"""The portable tests of firmware/ once more, inside the real MicroPython VM (P9)."""

import pytest
from vm import ROOT, micropython

PORTABLE = sorted((ROOT / "tests" / "portable").rglob("test_*.py"))


@pytest.mark.parametrize(
    "path", PORTABLE, ids=lambda path: path.relative_to(ROOT / "tests" / "portable").as_posix()
)
def test_passes_on_micropython(path):
    done = micropython("tests/support/vm_run.py", str(path.relative_to(ROOT)))
    assert done.returncode == 0, done.stdout + done.stderr


RUNNER_CASES = [
    ("def test_a(): pass\n", 0, "ran 1, failed 0"),
    ("def test_a(): assert False\ndef test_b(): pass\n", 1, "ran 2, failed 1"),
    ("def helper(): pass\n", 1, "ran 0, failed 0"),
    ("import no_such_module\n", 1, "no_such_module"),
]


@pytest.mark.parametrize(("source", "status", "said"), RUNNER_CASES)
def test_the_runner_notices(tmp_path, source, status, said):
    path = tmp_path / "test_case.py"
    path.write_text(source)
    done = micropython("tests/support/vm_run.py", str(path))
    assert done.returncode == status
    assert said in done.stdout + done.stderr

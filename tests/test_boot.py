"""boot.py: who runs after which resets, on the MicroPython VM with a real littlefs."""

import ast

from vm import ROOT, micropython


def constant(path, name):
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path} has no {name}")


def test_boot_in_the_vm():
    done = micropython("tests/support/vm_run.py", "tests/support/vm_boot.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_main_knows_the_same_horn_and_the_same_session():
    for name in ("HORN_PIN", "HORN_PIN_S3", "SESSION_MS"):
        assert constant("main.py", name) == constant("boot.py", name)

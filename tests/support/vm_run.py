"""Runs inside the MicroPython VM: micropython tests/support/vm_run.py tests/portable/test_x.py

Calls every test_*() of the file, prints `PASS name` or `FAIL name` with the traceback,
last `ran N, failed M`. Exit status 1 if one failed or none ran.
"""

import sys


def run(path):
    folder, name = path.rsplit("/", 1)
    sys.path.append(folder)
    sys.path.append("tests/portable/support")
    module = __import__(name[: -len(".py")])
    ran = failed = 0
    for test in sorted(dir(module)):
        if not test.startswith("test_"):
            continue
        ran += 1
        try:
            getattr(module, test)()
            print("PASS", test)
        except Exception as error:  # noqa: BLE001 - a failed test may raise anything
            failed += 1
            print("FAIL", test)
            sys.print_exception(error, sys.stdout)  # type: ignore[attr-defined]
    print(f"ran {ran}, failed {failed}")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]))

"""Every Ed25519 vector of Wycheproof, in both Pythons."""

import json
from pathlib import Path

import pytest
from vm import ROOT, micropython

from firmware.ed25519 import verify

VECTORS = ROOT.parent / "shared" / "vectors" / "ed25519.json"
pytestmark = pytest.mark.skipif(
    not VECTORS.is_file(), reason=f"the vectors of Wycheproof are not here: {VECTORS}"
)

IN_THE_VM = """
import json, sys
sys.path.insert(0, "tests/portable")
from test_ed25519 import is_right, unhexlify
wrong, count = [], 0
with open(sys.argv[1]) as file:
    for line in file:
        ident, key, message, signature, is_valid = json.loads(line)
        count += 1
        if is_right(unhexlify(key), unhexlify(message), unhexlify(signature)) != is_valid:
            wrong.append(ident)
print(json.dumps([count, wrong]))
"""


def vectors():
    for group in json.loads(VECTORS.read_text())["testGroups"]:
        for test in group["tests"]:
            key = group["publicKey"]["pk"]
            yield test["tcId"], key, test["msg"], test["sig"], test["result"] == "valid"


def is_right(*given: str) -> bool:
    work = verify(*(bytes.fromhex(text) for text in given))
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def test_wycheproof():
    wrong = [ident for ident, *given, is_valid in vectors() if is_right(*given) != is_valid]
    assert wrong == []


def test_wycheproof_in_the_vm(tmp_path: Path):
    given = tmp_path / "vectors.jsonl"
    given.write_text("".join(json.dumps(vector) + "\n" for vector in vectors()))
    script = tmp_path / "run.py"
    script.write_text(IN_THE_VM)
    done = micropython(str(script), str(given))
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == [len(list(vectors())), []]

"""make deploy and releases: the key that a board gets, and a release that goes by cable."""

import io
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from deployed import CONFIG, QUIET, code_of, next_slot, on_flash, read
from virtual_board import Virtual

from sim.program import release as releases
from sim.program.compiled import sha256
from sim.program.pack import PACK, slot
from sim.virtual.install import MPY
from tools import deploy, fleet
from tools.board import AttachedBoard, Trouble
from tools.slots import Slots

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC = KEY.public_key().public_bytes_raw().hex()
CODE = {
    "main.py": b"print('new')\n",
    "drivers/board/packed.mpy": b"M\x06\x03 loader",
    "firmware/bus.mpy": b"M\x06\x03 bus" * 50,
    "firmware/clock.mpy": b"M\x06\x03 clock",
}
UPDATING = """
import os
for name in ("update", "sensed"):
    with open("/%s.json" % name, "w") as file:
        file.write("{}")
os.mkdir("/a")
for name in ("signed", "parts", "proven"):
    with open("/a/" + name, "w") as file:
        file.write("old")
from esp32 import NVS
_n = NVS("start")
for name in ("trial", "back", "dips", "how"):
    _n.set_i32(name, 2)
_n.commit()
"""
NUMBERS = "[__import__('esp32').NVS('start').get_i32(name) for name in %r]"


@pytest.fixture
def made(tmp_path, monkeypatch):
    """-> a release, signed by the fleet's key."""
    monkeypatch.setattr(fleet, "FLEET", tmp_path)
    (tmp_path / "release.pub").write_text(PUBLIC + "\n")
    return releases.make_release(tmp_path, KEY, "0.4.0", {"xtensawin": CODE, "x64": CODE})


def test_a_board_takes_a_release_by_cable_and_then_the_code_of_the_tree(
    made, tmp_path, monkeypatch
):
    monkeypatch.setattr(deploy, "build", lambda mpy: {**CODE, "main.py": b"print('tree')\n"})
    image = tmp_path / "flash.img"
    with Virtual(image) as virtual, AttachedBoard(virtual.port) as board:
        board.stop()
        board.run(UPDATING)
        deploy.deploy(board, CONFIG, QUIET, release=made)
        disk = on_flash(image)
        assert next_slot(disk) == "a"
        files = code_of(disk, "a")
        assert sorted(files) == sorted(["main.py", "packed.mpy", PACK, "signed", "parts"])
        content = releases.opened(made, [PUBLIC])["x64"]
        assert files["signed"] == content["manifest.json"] and files["parts"] == content["parts"]
        assert files[PACK] == content[PACK] == slot(CODE)[PACK]
        assert read(disk, "/release.pub") == PUBLIC.encode() + b"\n"
        assert not {"update.json", "sensed.json"} & set(disk.listdir("/"))
        assert "proven" not in disk.listdir("/a")
        names = ("trial", "back", "dips", "how", "resets")
        assert board.ask(NUMBERS % (names,)) == [0, 0, 0, 0, -1]

        deploy.deploy(board, CONFIG, QUIET)
        disk = on_flash(image)
        assert next_slot(disk) == "b"
        assert sorted(code_of(disk, "b")) == sorted(["main.py", "packed.mpy", PACK])
        deploy.deploy(board, CONFIG, QUIET)
        assert sorted(code_of(on_flash(image), "a")) == sorted(["main.py", "packed.mpy", PACK])

        board.run("os.remove('/a/manifest.json')")  # the one that is named: boot.py runs the other
        assert Slots(board).running == "b"


@pytest.mark.parametrize(
    ("mpy", "name", "says"),
    [
        (MPY, "another_board", r"has no program for this board \(another_board\)"),
        (6 | 2 << 8 | 2 << 10, "devkit", "has no program"),
        (6 | 3 << 8 | 11 << 10, "devkit", "has no program"),  # rv32imc
    ],
)
def test_a_release_without_a_program_for_this_board_is_refused(made, mpy, name, says):
    with pytest.raises(Trouble, match=says):
        deploy.code_for(mpy, name, made)


def test_a_release_that_cannot_be_trusted_is_refused(made, tmp_path):
    def refuses(says):
        with pytest.raises(Trouble, match=says):
            deploy.code_for(MPY, "devkit", made)

    assert sha256(deploy.code_for(MPY, "devkit", made)["signed"])
    whole = made.read_bytes()
    for at, says in ((b"print('new')", "is damaged: main.py"), (b"0.4.0", "is not signed by")):
        where = whole.rindex(at) if at == b"0.4.0" else whole.index(at)
        made.write_bytes(damaged(whole, where))
        refuses(says)
    made.write_bytes(whole[:-100])
    refuses("is no release")
    made.write_bytes(whole)
    (tmp_path / "release.pub").write_text("ab" * 32)
    refuses("not signed by this fleet's release key")
    (tmp_path / "release.pub").write_text("ab" * 32 + "\n" + PUBLIC)
    assert deploy.code_for(MPY, "devkit", made)
    (tmp_path / "release.pub").unlink()
    refuses("release.pub is missing")
    made.unlink()
    (tmp_path / "release.pub").write_text(PUBLIC)
    refuses("is no release")


def damaged(whole, at):
    """One byte is another one, and the ZIP's own checksum is right again."""
    byte = whole[at]
    changed = whole[:at] + bytes([byte ^ 1]) + whole[at + 1 :]
    content = {}
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        for entry in file.infolist():
            begin = changed.index(entry.filename.encode(), entry.header_offset)
            begin += len(entry.filename)
            content[entry.filename] = changed[begin : begin + entry.file_size]
    return releases.packed(content)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31, "\n".join(["ab" * 32] * 3), "\xff"])
def test_keys_that_are_none_are_a_sentence(text, tmp_path, monkeypatch):
    monkeypatch.setattr(fleet, "FLEET", tmp_path)
    assert fleet.release_keys() == []
    (tmp_path / "release.pub").write_text(text)
    with pytest.raises(Trouble, match=r"fleet/release\.pub"):
        fleet.release_keys()

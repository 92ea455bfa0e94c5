"""make deploy and the names of boards: who a board is, and how it becomes another bus.

One virtual board with the real MicroPython, littlefs and mpremote; its program is a few modules.
"""

import contextlib
import hashlib
import hmac
import json
import random
from types import SimpleNamespace

import pytest
from deployed import CONFIG, QUIET, next_slot, on_flash, read
from rich.console import Console
from virtual_board import Virtual

from firmware.journal.journal import ALARM, KIND_EVENT, Journal
from sim.program.compiled import build
from sim.virtual import install
from sim.virtual.image import FlashImage
from sim.virtual.nvs import ImageNvs
from sim.virtual.partitions import partition
from tools import deploy, fleet, new_name, pull
from tools import evidence_file as evidence
from tools.board import AttachedBoard, Trouble, chip_id
from tools.evidence import verify
from tools.evidence_file import Copy

KEY = "a1" * 32
JOURNAL = partition("journal")
BODY = b'"kind":"child_left_behind","severity":"alarm"}'
TLS = b'{"fleet": "laemchabang", "bus": "test-01", "board": "devkit_wrover", ' \
      b'"broker": {"host": "192.0.2.1", "tls": true}}'  # fmt: skip


def identity(bus, number=1):
    return json.dumps({
        "v": 1, "fleet": "laemchabang", "bus": bus, "serial": f"{number:016x}", "at": 1795306323,
        "client_id": f"laemchabang-{bus}-{number:016x}", "user": f"laemchabang/{bus}",
        "password": "", "mac_key": KEY, "city_keys": ["b2" * 32], "ca": "MAA=", "cert": "MAE=",
        "key": "MAI=",
    }).encode()  # fmt: skip


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A board that was test-01 for long: a journal with an alarm that was not sent."""
    path = tmp_path_factory.mktemp("board") / "flash.img"
    device = Copy(b"\xff" * JOURNAL.size)
    journal = Journal(device, random.Random(7).randbytes)
    for now_ms in range(10):
        journal.housekeep(now_ms)
    journal.append(ALARM, KIND_EVENT, BODY)
    with contextlib.closing(FlashImage(path)) as flash:
        flash.put(JOURNAL.offset, bytes(device._bytes))
        old = {"bus.json": CONFIG, "bus.last.json": CONFIG, "identity.json": identity("test-01")}
        install.install(flash, old)
    return path


@pytest.fixture(scope="module")
def virtual(image):
    with Virtual(image) as virtual:
        yield virtual


@pytest.fixture
def board(virtual, tmp_path, monkeypatch):
    loader = "drivers/board/packed.mpy"
    few = {"main.py": b"open('/ran', 'w').close()\n", loader: build(install.MPY)[loader]}
    monkeypatch.setattr(deploy, "build", lambda mpy: few)
    monkeypatch.setattr(fleet, "FLEET", tmp_path)
    with AttachedBoard(virtual.port) as board:
        board.stop()
        yield board


def journal_of(image):
    with image.open("rb") as file:
        file.seek(JOURNAL.offset)
        return file.read(JOURNAL.size)


def names_on(image):
    """-> fleet/bus of identity.json and of bus.json, as far as they are there."""
    disk = on_flash(image)
    there = [name for name in ("identity.json", "bus.json") if name in disk.listdir("/")]
    return [json.loads(read(disk, "/" + name))["bus"] for name in there]


def test_the_board_seals_what_is_pulled_and_keeps_its_key(board, monkeypatch, tmp_path):
    said = []
    exec_ = board._transport.exec
    monkeypatch.setattr(
        board._transport, "exec", lambda *a: said.append((a, exec_(*a))) or said[-1][1]
    )
    about, files = pull.take(board)
    seal = dict(about["seal"])
    mac = seal.pop("mac")
    digest = hashlib.sha256(evidence.canonical({**about, "seal": seal})).digest()
    key = bytes.fromhex(KEY)
    assert mac == hmac.new(key, b"busguard-evidence\n" + digest, "sha256").hexdigest()
    journal = files[evidence.JOURNAL]
    sectors = [journal[at : at + 4096] for at in range(0, len(journal), 4096)]
    assert seal["sectors"] == [hashlib.sha256(one).hexdigest() for one in sectors]
    assert seal["serial"] == f"{1:016x}" and len(said) > 90
    evidence.write(tmp_path / "bus.zip", about, files)
    told = evidence.read(tmp_path / "bus.zip")
    assert told[0] == about
    known = [json.loads(identity("test-01"))]
    assert verify(tmp_path / "bus.zip", None, known) == 0
    assert verify(tmp_path / "bus.zip", None, [{**known[0], "mac_key": "00" * 32}]) == 1
    evidence.write(tmp_path / "changed.zip", about, {**files, "policy.json": b"{}"})
    assert verify(tmp_path / "changed.zip", None, known) == 1
    shown = json.loads(files["identity.json"])
    assert shown["cert"] == "MAE=" and not shown.keys() & {"mac_key", "key", "client_id"}
    assert KEY not in repr(said) and "MAI=" not in repr(said) and KEY not in repr(told)


def test_a_sector_that_changed_on_the_line_is_noticed(board, monkeypatch):
    whole = pull._decoded
    monkeypatch.setattr(pull, "_decoded", lambda told: whole(told).replace(b"child", b"nobod"))
    with pytest.raises(Trouble, match="not what the flash holds"):
        pull.take(board)


def test_tls_needs_an_identity_and_the_one_on_the_board_is_kept(board, image):
    deploy.deploy(board, TLS, QUIET)  # it is there
    assert read(on_flash(image), "/identity.json") == identity("test-01")
    owner = SimpleNamespace(names=["laemchabang/test-01"], serial=None)
    config = {"fleet": "laemchabang", "bus": "test-01", "broker": {"host": "h", "tls": True}}
    with pytest.raises(Trouble, match="make enrol BUS=test-01 first"):
        deploy.check_identity(config, None, owner)
    deploy.check_identity(config, identity("test-01"), owner)
    deploy.check_identity({**config, "broker": {"host": "h", "tls": False}}, None, owner)


def test_an_identity_is_sent_only_if_it_is_new(board, image):
    placed = []
    whole = deploy.Slots.place

    class Slots(deploy.Slots):
        def place(self, path, data):
            placed.append(path)
            whole(self, path, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deploy, "Slots", Slots)
        deploy.deploy(board, TLS, QUIET, identity("test-01", 2))
        deploy.deploy(board, TLS, QUIET, identity("test-01", 2))
    assert placed.count("/identity.json") == 1
    assert read(on_flash(image), "/identity.json") == identity("test-01", 2)


def test_an_identity_goes_onto_one_board(board):
    text = identity("test-01")
    mine = chip_id(board)
    fleet.refuse_second_board("test-01", text, mine)  # nothing is noted
    fleet.note_board("test-01", text, mine)
    fleet.refuse_second_board("test-01", text, mine)
    with pytest.raises(Trouble, match=f"chip {mine}.*make enrol BUS=test-01 REPLACE=1"):
        fleet.refuse_second_board("test-01", text, "another")
    fleet.refuse_second_board("test-01", identity("test-01", 2), "another")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (identity("test-02"), "is the identity of laemchabang/test-02, and fleet/test-01.json"),
        (b"{}", "is no identity: identity.json: v has to be 1"),
        (identity("test-01").replace(b"laemchabang", b"rayong"), "is the identity of rayong/"),
    ],
)
def test_an_identity_of_another_bus_is_refused(text, says, tmp_path, monkeypatch):
    monkeypatch.setattr(fleet, "FLEET", tmp_path)
    (tmp_path / "test-01.identity.json").write_bytes(text)
    with pytest.raises(Trouble, match=says):
        fleet.identity("test-01", {"fleet": "laemchabang"})


def other(bus):
    return TLS.replace(b"test-01", bus.encode()), identity(bus)


@pytest.mark.parametrize(
    ("typed", "says"),
    [(None, "make deploy BUS=test-09 RENAME=1"), ("test-01", "name that was typed is another")],
)
def test_a_name_changes_only_if_a_person_says_so(typed, says, board, image, monkeypatch, tmp_path):
    monkeypatch.setattr(new_name.sys.stdin, "isatty", lambda: bool(typed), raising=False)
    monkeypatch.setattr("builtins.input", lambda *_: typed)
    text, given = other("test-09")
    before = image.read_bytes()
    with pytest.raises(Trouble, match=says):
        deploy.deploy(board, text, QUIET, given)
    assert image.read_bytes() == before and not [*tmp_path.iterdir()]


def test_a_board_with_another_name_forgets_all_and_its_journal_is_kept_as_a_file(
    board, image, monkeypatch, tmp_path, capsys
):
    """At every moment the flash holds the old bus, or none, or the new one with nothing of it."""
    board.run("from esp32 import NVS\n_n = NVS('busguard')\n_n.set_i32('out_0', 7)\n_n.commit()")
    monkeypatch.setattr(new_name.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda *_: "test-09")
    blank, seen = b"\xff" * JOURNAL.size, []
    before = journal_of(image)
    command = AttachedBoard.run

    def run(self, program):
        answer = command(self, program)
        if "_erase(" in program or ".json" in program:
            is_blank, bare = journal_of(image) == blank, names_on(image)
            forgot = (
                "busguard\0out_0" not in ImageNvs(SimpleNamespace(data=image.read_bytes()))._now
            )
            seen.append((is_blank, forgot, tuple(bare)))
        return answer

    monkeypatch.setattr(AttachedBoard, "run", run)
    text, given = other("test-09")
    deploy.deploy(board, text, Console(), given)
    assert "Give this file to the city." in capsys.readouterr().out.replace("\n", " ")
    for is_blank, forgot, bare in seen:
        assert (is_blank and forgot) or set(bare) == {"test-01"}, seen
    assert seen[-1] == (True, True, ("test-09", "test-09")) and (True, True, ()) in seen
    disk = on_flash(image)
    assert not {"bus.last.json", "policy.json"} & {*disk.listdir("/")}
    assert "ran" not in disk.listdir("/"), "nothing was recorded by a board without a name"
    assert next_slot(disk) in ("a", "b")
    (path,) = tmp_path.glob("test-01-*.zip")
    about, files = evidence.read(path)
    assert files[evidence.JOURNAL] == before and about["seal"]["serial"] == f"{2:016x}"
    (record,) = evidence.records(files[evidence.JOURNAL])
    assert (record["kind"], record["sent"]) == ("child_left_behind", False)


def test_a_new_board_is_asked_nothing(board):
    owner = new_name.Owner(board)
    assert owner.is_only("laemchabang/test-09") and not owner.is_only("laemchabang/test-01")
    board.write("/identity.json", identity("test-01"))  # a developer copied it there
    owner = new_name.Owner(board)
    assert not owner.is_only("laemchabang/test-09")
    assert owner.other("laemchabang/test-09") == "laemchabang/test-01"
    board.run("import os\nfor _n in ('bus.json', 'identity.json'):\n os.remove('/' + _n)")
    assert new_name.Owner(board).is_new


def test_a_board_without_a_name_but_with_records_is_no_new_one(board):
    board.run(
        "from esp32 import Partition\n"
        "Partition.find(Partition.TYPE_DATA, label='journal')[0].writeblocks(5, b'x', 0)"
    )
    owner = new_name.Owner(board)
    assert not owner.is_new and owner.other("laemchabang/test-09") == new_name.UNKNOWN

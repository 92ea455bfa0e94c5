"""make deploy, selftest and pull against a virtual board: real mpremote, MicroPython, littlefs.

The tests share one board and follow one another as its life does.
"""

import contextlib
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from deployed import CONFIG, QUIET, code_of, fill, next_slot, on_flash, read, restarts
from virtual_board import Virtual
from virtual_mpremote import BoardProcess
from vm import ROOT

from sim.program.compiled import build, sha256
from sim.program.pack import PACK, parts, slot
from sim.virtual.install import MPY
from sim.virtual.partitions import partition
from tools import deploy, fleet, logs, pull, selftest
from tools import evidence_file as evidence
from tools.board import AttachedBoard, Trouble
from tools.slots import PIECE, Slots


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """One board, from a blank flash on."""
    image = tmp_path_factory.mktemp("board") / "flash.img"
    with Virtual(image) as virtual:
        yield SimpleNamespace(virtual=virtual, image=image, files=None)


@pytest.fixture
def board(bench):
    with AttachedBoard(bench.virtual.port) as board:
        board.stop()
        yield board


def some(board, n):
    """Few enough modules for a quick test: main.py, the loader and the first n others."""
    code = build(deploy.examine(board))
    needed = ("main.py", "drivers/board/packed.mpy")
    return {path: code[path] for path in [*needed, *sorted(code.keys() - {*needed})[:n]]}


def sent(told):
    """Bytes that went over the line."""
    return sum(int(one.split()[1]) for one in told if one.startswith("sent"))


def test_a_blank_board_gets_program_and_settings_and_tells_how_its_parts_are(bench, board):
    with pytest.raises(Trouble, match="There is no program on this board: make deploy"):
        selftest.check_program(board)
    deploy.deploy(board, CONFIG, QUIET)
    report = restarts(board)
    parts = {name: ok for name, ok, _ in report["parts"]}
    assert report["bus"] == "laemchabang/test-01"
    assert (report["boot"], report["start"], report["reset"]) == (1, "normal", "external")
    for name in ("settings", "seats", "expander 6", "supply", "journal"):
        assert parts[name] is True, (name, report)
    assert parts["gnss"] is not False, report  # it may have no position yet
    for name in ("buzzer", "check button", "broker"):
        assert parts[name] is None
    disk = on_flash(bench.image)
    assert next_slot(disk) == "a"
    assert read(disk, "/bus.json") == CONFIG
    assert read(disk, "/boot.py") == (ROOT / "boot.py").read_bytes()
    board.stop()
    selftest.check_program(board)


def test_nothing_but_code_goes_into_a_slot():
    """The words of the rules stand beside them, and stay here."""
    code = build(MPY)
    assert [path for path in code if not path.endswith(".mpy")] == ["main.py"]
    assert list(slot(code)) == ["main.py", "packed.mpy", PACK]


@pytest.mark.parametrize(
    ("heap_kb", "name", "says"),
    [
        (160, "devkit", "has 1[56][0-9] KB of memory for programs, and Busguard needs 600"),
        (8192, "devkit", "GPIO16 and 17.*has to be devkit_wrover or lilygo_a7670"),
    ],
)
def test_a_board_with_other_memory_is_refused_before_anything_is_written(
    heap_kb, name, says, tmp_path
):
    image = tmp_path / "flash.img"
    with Virtual(image, heap_kb) as virtual, AttachedBoard(virtual.port) as board:
        board.stop()
        with pytest.raises(Trouble, match=says):
            deploy.deploy(board, CONFIG.replace(b"devkit_wrover", name.encode()), QUIET)
    assert on_flash(image).listdir("/") == ["boot.py"]


@pytest.mark.parametrize(
    ("there", "named", "says"),
    [
        ("lilygo_s3", "devkit_wrover", "has an ESP32-S3, .* with an ESP32, .* has to be "
         "esp32s3_devkitc or lilygo_s3"),
        ("devkit_wrover", "lilygo_s3", "has an ESP32, .* with an ESP32-S3, .* has to be devkit "),
    ],
)  # fmt: skip
def test_the_table_of_another_chip_is_refused_before_anything_is_written(
    there, named, says, tmp_path
):
    image = tmp_path / "flash.img"
    (tmp_path / "bus.json").write_bytes(CONFIG.replace(b"devkit_wrover", there.encode()))
    with (
        Virtual(image, bus=tmp_path / "bus.json") as virtual,
        AttachedBoard(virtual.port) as board,
    ):
        board.stop()
        with pytest.raises(Trouble, match=says):
            deploy.deploy(board, CONFIG.replace(b"devkit_wrover", named.encode()), QUIET)
    assert on_flash(image).listdir("/") == ["boot.py"]


def test_a_chip_that_no_board_of_busguard_has_is_refused_by_its_own_name():
    answers = {"(has_pin(23), has_pin(47))": (False, False)}
    other = SimpleNamespace(run=lambda _: "", ask=lambda what: answers.get(what, "ESP32C3 module"))
    with pytest.raises(Trouble, match="an ESP32 or an ESP32-S3; .* ESP32C3 module"):
        deploy.check_chip(other, deploy.table_of(CONFIG))


def test_a_board_that_is_refused_goes_on_at_once_with_what_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(fleet, "FLEET", tmp_path)
    (tmp_path / "test-01.json").write_bytes(CONFIG)
    board = BoardProcess(tmp_path / "flash.img", "--heap", "160")
    monkeypatch.setattr("sys.argv", ["deploy", "--port", board.port, "--bus", "test-01"])
    try:
        with pytest.raises(Trouble, match="memory for programs"):
            deploy.main()
        board.waits_for("starts again: reset")
    finally:
        board.stop()


@pytest.mark.parametrize(("free_kb", "fits"), [(479, False), (480, True), (4000, True)])
def test_an_esp32_needs_less_memory_than_this_computer(free_kb, fits):
    esp32 = SimpleNamespace(ask=lambda _: (0, free_kb * 1024, 2**31 - 1))
    with contextlib.nullcontext() if fits else pytest.raises(Trouble, match="needs 480"):
        deploy.check_memory(esp32, deploy.table_of(CONFIG))


def test_the_next_deploy_sends_only_what_changed(bench, board):
    code = some(board, 40)
    code["drivers/board/renamed.mpy"] = code.pop("drivers/board/files.mpy")
    files = slot(code)
    slots = Slots(board)
    assert (slots.running, slots.idle) == ("a", "b")
    told = list(slots.fill(files, lambda n: None))
    # The module was on the board already, under another name.
    assert sent(told) == len(parts(files[PACK])[0]) < 2000
    assert slots.sent + slots.copied == sum(map(len, files.values()))
    assert code_of(on_flash(bench.image), "b") == files
    code["drivers/board/renamed.mpy"] += b" "
    files = slot(code)
    _, told = fill(board, files)
    assert sent(told) == len(parts(files[PACK])[0]) + len(code["drivers/board/renamed.mpy"])
    assert code_of(on_flash(bench.image), "b") == files
    assert fill(board, files)[1] == ["the idle slot counts as empty", "wrote manifest.json"]

    same = code_of(on_flash(bench.image), "a")
    assert sent(fill(board, same)[1]) == 0 and code_of(on_flash(bench.image), "b") == same


def test_it_breaks_between_any_two_commands_without_harm(bench, board, monkeypatch):
    slots = Slots(board)
    running = code_of(on_flash(bench.image), "a")
    whole, counts = AttachedBoard.run, []

    def run(self, program):
        answer = whole(self, program)
        disk = on_flash(bench.image)
        assert next_slot(disk) == "a" and code_of(disk, "a") == running, program
        counts.append(disk.listdir("/b").count("manifest.json"))
        return answer

    monkeypatch.setattr(AttachedBoard, "run", run)
    changed = {path: data + b" " for path, data in some(board, 60).items()}
    list(slots.fill(slot(changed), lambda n: None))
    assert len(counts) > 40
    emptied = counts.index(0)  # an earlier test may have filled it; questions come first
    assert emptied <= 2
    assert counts[emptied:] == [0] * (len(counts) - emptied - 1) + [1], "empty until all is proven"


def test_a_file_that_does_not_arrive_whole_is_noticed(board, monkeypatch):
    files = {"main.py": b"print('half')\n"}
    whole = AttachedBoard.send
    monkeypatch.setattr(
        AttachedBoard, "send", lambda self, data, *given: whole(self, data[:-1], *given)
    )
    with pytest.raises(Trouble, match=r"main\.py"):
        fill(board, files)


def test_a_deploy_that_is_cut_off_leaves_the_old_code_and_the_bus_starts_by_itself(bench):
    with AttachedBoard(bench.virtual.port) as board:
        board.stop()
        files = new_modules(board)
        for told in Slots(board).fill(files, lambda n: None):
            if told.startswith("sent") and told.endswith(PACK):
                break
        bench.virtual.cut()
    bench.virtual.power_on()
    with AttachedBoard(bench.virtual.port) as board:
        report = selftest.wait(board, QUIET)
    assert (report["boot"], report["reset"], report["start"]) == (2, "power_on", "normal")


def new_modules(board):
    """A slot with 60 modules that no slot holds."""
    return slot({path: data + b" " for path, data in some(board, 60).items()})


def test_and_the_next_one_goes_on_where_it_broke_off(bench, board):
    files = new_modules(board)
    _, told = fill(board, files)
    total = sum(map(len, files.values()))
    assert total > 3 * PIECE
    assert PIECE / 2 < total - sent(told) <= 2 * PIECE, "what came before the cut was there"
    assert code_of(on_flash(bench.image), "b") == files
    assert next_slot(on_flash(bench.image)) == "a"


def test_new_code_that_crashes_three_times_gives_way_to_the_old_and_the_city_is_told(bench, board):
    files = slot(some(board, 0))
    files["main.py"] = files["main.py"].replace(b"def run():", b"def run():\n    1 / 0")
    slots, _ = fill(board, files)
    slots.switch()
    assert next_slot(on_flash(bench.image)) == "b"
    report = restarts(board)
    assert report["start"] == "previous"
    assert not selftest.show(report, QUIET)
    assert next_slot(on_flash(bench.image)) == "a"


def test_a_crash_loop_of_proven_code_ends_in_the_safe_mode(board):
    board.run(
        "open('/a/proven', 'w').close()\nfrom esp32 import NVS\n_n = NVS('start')\n"
        "_n.set_i32('how', 0)\n_n.set_i32('resets', 3)\n_n.commit()"
    )  # the restart itself is not counted
    assert restarts(board)["start"] == "safe"


def test_what_was_pulled_is_what_the_journal_holds(bench, board, tmp_path):
    about, files = pull.take(board)
    journal = partition("journal")
    with bench.image.open("rb") as file:
        file.seek(journal.offset)
        assert files[evidence.JOURNAL] == file.read(journal.size)
    assert b"secret" not in files["bus.json"] and b"left out" in files["bus.json"]
    path = tmp_path / "evidence.zip"
    digest = evidence.write(path, about, files)
    assert digest == sha256(path.read_bytes())

    shown = subprocess.run(
        [sys.executable, "-m", "tools.pull", "show", "--json", str(path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    records = [json.loads(line) for line in shown.stdout.splitlines()[1:]]
    started = [one for one in records if one["kind"] == "started"]
    assert sorted(one["data"]["start"] for one in started) == [
        "normal",
        "normal",
        "previous",
        "safe",
    ]
    faults = {one["data"]["what"]: one["data"]["text"] for one in records if one["kind"] == "fault"}
    assert faults.keys() == {"crash", "start"}
    assert "ZeroDivisionError" in faults["crash"] and "3 resets" in faults["start"]

    content = bytearray(path.read_bytes())
    at = content.index(b"bus.json") + 60
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(Trouble):
        evidence.read(path)


def test_restarts_that_a_technician_asks_for_are_no_crashes(board):
    board.run("from esp32 import NVS\n_n = NVS('start')\n")
    board.run("_n.set_i32('how', 0)\n_n.set_i32('resets', 0)\n_n.commit()")
    for _ in range(4):
        assert restarts(board)["start"] == "normal"
        board.stop()


def test_make_logs_says_at_once_what_the_bus_is_doing_and_stops_nothing(board):
    boots = restarts(board)["boot"]
    for _ in range(2):
        *before, told = logs.present(board)
        assert told.startswith("Now: "), (before, told)
        assert "on board" in told
    seconds = re.search("running for ([0-9.]+) s", told)
    assert float(seconds[1]) > 5, told
    board._transport.serial.write(b"\xf0\xff noise ! \r\n")  # neither asks nor stops the bus
    assert [*logs.present(board)][-1].startswith("Now: ")
    board.stop()
    assert restarts(board)["boot"] == boots + 1


def test_a_pack_that_is_damaged_on_the_board_gives_way_to_the_other_slot(bench, board):
    slots, _ = fill(board, slot(some(board, 20)))
    path = f"/{slots.idle}/{PACK}"
    board.run(f"f = open({path!r}, 'rb')\nwhole = f.read()\nf.close()")
    board.run(f"f = open({path!r}, 'wb')\nf.write(whole[:-1])\nf.close()")
    slots.switch()
    assert restarts(board)["start"] == "previous"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("nobody", None, "fleet/nobody.json does not exist"),
        (
            "bad",
            '{"board": "devkit", "fleet": "f", "bus": "b", "seats": {"count": 900}}',
            "seats.count is 900",
        ),
        ("bad", "{", "bad.json is not valid JSON: line 1, column 2: the text ends too early"),
        ("bad", '{"fleet": "f", "bus": "b"}', "board is missing, but has to be one of devkit, "),
        ("bad", '{"fleet": "f", "bus": "b", "board": "devkit-wrover"}', 'board is "devkit-wrover"'),
        (
            "bad",
            '{"board": "devkit", "fleet": "f", "bus": "b", "seats": {"belts": "false"}}',
            "true or false",
        ),
        ("bad", '{"board": "devkit", "bus": "b"}', "fleet is missing"),
        ("bad", '{"board": "devkit", "fleet": "f", "bus": "b"}', 'bus is "b", and has to be "bad"'),
        (
            "bad",
            '{"board": "devkit", "fleet": "f",\n "bus": "bad",\n "wifi": {"ssid": "Change me"}}',
            'still says "change me" in line 3',
        ),
        (
            "bus-07",
            (ROOT / "bus.example.json").read_text(),
            'fleet/bus-07.json still says "change me" in lines 3, 6, 8',
        ),
    ],
)
def test_bad_settings_are_refused_before_anything_is_written(
    name, text, says, tmp_path, monkeypatch
):
    monkeypatch.setattr(fleet, "FLEET", tmp_path)
    if text is not None:
        (tmp_path / f"{name}.json").write_text(text)
    with pytest.raises(Trouble, match=says):
        fleet.settings(name)


def test_a_deploy_may_break_between_any_two_of_its_last_commands_too(bench, board, monkeypatch):
    """Settings, boot.py and the switch: at every moment the flash holds a whole bus."""
    before = on_flash(bench.image)
    was = next_slot(before)
    old, boot = read(before, "/bus.json"), read(before, "/boot.py")
    new = CONFIG.replace(b"secret", b"secrets")
    seen = []

    def inspected(command):
        def run(self, *given):
            answer = command(self, *given)
            disk = on_flash(bench.image)
            seen.append((next_slot(disk), read(disk, "/bus.json")))
            assert read(disk, "/boot.py") == boot
            return answer

        return run

    whole = Slots.fill

    def filled(self, files, told):
        yield from whole(self, files, told)
        for name in ("run", "send"):
            monkeypatch.setattr(AttachedBoard, name, inspected(getattr(AttachedBoard, name)))

    monkeypatch.setattr(Slots, "fill", filled)
    deploy.deploy(board, new, QUIET)
    steps = [(was, old), (was, new), ("ab".replace(was, ""), new)]
    assert len(seen) >= 10 and set(seen) == set(steps)
    assert seen == sorted(seen, key=steps.index), "and never back"

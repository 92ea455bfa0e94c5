"""Which code a simulated bus runs: boot.py itself decides, over its files and its NVS."""

import hashlib
import json

import pytest

from sim.bus import bad_code, releases
from sim.bus.board_modules import RTC, BoardModules, Reset
from sim.bus.files import Files
from sim.bus.rig import Rig
from sim.program.release import is_signed
from sim.wires.nvs import NVS

LIMIT_MS = 30 * 60_000


def slot(version):
    """What boot.py asks of a slot, and a signed manifest."""
    text = json.dumps({"v": 1, "version": version}).encode()
    return {"main.py": b"", "program.pack": b"", "manifest.json": b"{}", "signed": text}


def release(version):
    return hashlib.sha256(slot(version)["signed"]).hexdigest()[:16]


@pytest.fixture
def rig():
    """A bus with two slots; 1.0.0 has proven itself in a, and 1.1.0 is new in b."""
    rig = Rig()
    files = rig.vehicle.files
    files.put("a", {**slot("1.0.0"), "proven": b""})
    files.put("b", slot("1.1.0"))
    files.content["slot"] = b"a"
    return rig


def change(rig, bad=None):
    rig.vehicle.starting.bad = {} if bad is None else {release("1.1.0"): bad}
    rig.vehicle.files.content["slot"] = b"b"
    rig.vehicle.reset("soft")


def started(rig):
    return [one.event.data for one in rig.events if one.event.kind == "started"][-1]


def test_the_slot_says_which_release_runs(rig):
    rig.vehicle.reset("soft")
    rig.run_for(5000)
    assert (rig.vehicle.starting.slot, rig.vehicle.starting.version) == ("a", "1.0.0")
    assert ("fw", "1.0.0") in started(rig)
    assert rig.vehicle.starting.modules.levels[23] == 0, "the horn, before all else"
    change(rig)
    rig.run_for(5000)
    assert rig.vehicle.starting.release == release("1.1.0")
    assert ("fw", "1.1.0") in started(rig)


def test_code_that_crashes_comes_back(rig):
    change(rig, bad_code.CRASHES)
    assert rig.vehicle.bus is None
    rig.run_for(60_000)
    assert rig.vehicle.starting.slot == "a"
    assert ("start", "previous") in started(rig)
    assert any("ImportError" in str(one.event.data) for one in rig.events), "its last words"
    rig.run_for(60_000)
    assert rig.vehicle.starting.slot == "a"


def test_a_reset_that_the_bus_asks_for_is_no_crash(rig):
    for _ in range(7):
        with pytest.raises(Reset):
            rig.vehicle.board.reset()
        rig.vehicle.reset("external")
        rig.run_for(5000)
        assert ("start", "normal") in started(rig)


def test_code_that_has_run_long_enough_is_proven(rig):
    change(rig)
    rig.run_for(LIMIT_MS)
    assert rig.vehicle.files.has("b/proven")


def test_a_marked_release_senses_nothing(rig):
    change(rig, bad_code.SENSES_NOTHING)
    rig.run_for(20_000)
    assert len(rig.bus.snapshot.seats.unknown) == 40
    rig.vehicle.files.content["slot"] = b"a"
    rig.vehicle.reset("soft")
    rig.run_for(20_000)
    assert not rig.bus.snapshot.seats.unknown


def test_a_marked_release_reaches_no_broker(rig):
    rig.run_for(30_000)
    assert rig.bus.uplink.connected
    change(rig, bad_code.NO_BROKER)
    rig.run_for(300_000)
    assert not rig.bus.uplink.connected and "broker's name" in rig.bus.uplink.failure


def test_code_that_hangs_is_fed_and_ticks_no_more(rig):
    change(rig, bad_code.HANGS)
    rig.run_for(60_000)
    assert rig.vehicle.bus is None and rig.vehicle.has_power
    rig.power_cut()
    assert rig.vehicle.next_ms is None


def test_a_board_is_fitted_with_a_release_and_says_so():
    rig = Rig()
    releases.fit(rig.vehicle.files, "1.0.0")
    rig.vehicle.reset("soft")
    rig.run_for(10_000)
    told = [json.loads(text) for _, topic, text in rig.peer.city if topic.endswith("/status")][-1]
    made = releases.image("1.0.0", ())
    assert is_signed(made["manifest.json"], releases.public())
    assert not is_signed(made["manifest.json"], releases.public(2))
    assert (told["fw"], told["release"]) == ("1.0.0", releases.release_id(made)[:16])
    assert "trial" not in told
    slots = rig.vehicle.board.slots
    assert (slots.running, slots.idle, slots.is_proven) == ("a", "b", True)


def test_a_change_of_two_parts_is_a_small_part_of_the_pack():
    old, new = releases.program("1.0.0"), releases.program("1.1.0", ("gnss", "trip"))
    changed = {path for path in new if old[path] != new[path]}
    folders = {path.split("/")[1] for path in changed}
    assert folders == {"gnss", "trip", "__init__.mpy"} and len(changed) < len(new) / 3


# the stand-ins


def modules(files=None, clock=lambda: 0, cause="power_on"):
    return BoardModules(files or Files(), {"start": NVS()}, RTC(), clock, cause)


def test_a_timer_fires_in_its_time_and_one_id_is_one_timer():
    now, fired = [0], []
    board = modules(clock=lambda: now[0])
    timer = board.machine.Timer(0)
    timer.init(mode=timer.ONE_SHOT, period=1000, callback=fired.append)
    assert board.machine.Timer(0) is timer and board.timer_ms == 1000
    board.fire(999)
    assert not fired
    board.fire(1000)
    assert fired == [timer] and board.timer_ms is None
    timer.init(period=10, callback=lambda timer: board.machine.reset())
    now[0] = 10
    with pytest.raises(Reset):
        board.fire(10)
    timer.deinit()
    assert board.timer_ms is None
    with pytest.raises(ValueError, match="Timer"):
        board.machine.Timer(4)
    with pytest.raises(TypeError):
        timer.init(after=3)


def test_os_knows_folders_and_the_place_where_it_stands():
    files = Files()
    board = modules(files)
    with pytest.raises(OSError, match="ENOENT"):
        board.os.open("/a/main.py", "w")
    board.os.mkdir("/a")
    with board.os.open("/a/main.py", "w") as file:
        file.write("pass")
    board.os.chdir("/a")
    assert board.os.getcwd() == "/a" and board.os.listdir() == ["main.py"]
    assert board.os.stat("main.py")[6] == 4
    board.os.rename("/a/main.py", "/a/old.py")
    assert files.content == {"a/old.py": b"pass"}
    board.os.remove("old.py")
    with pytest.raises(OSError, match="ENOENT"):
        board.os.stat("old.py")


def test_what_was_not_flushed_is_lost_in_a_power_cut():
    files = Files()
    files.content["kept"] = b"old"
    half = files.open("kept", "wb")
    half.write(b"new")
    more = files.open("grows", "ab")
    more.write(b"one")
    more.flush()
    more.write(b"two")
    files.power_cut()
    half.close()
    more.close()
    assert files.content == {"kept": b"old", "grows": b"one"}


def test_nothing_else_can_be_imported(tmp_path, monkeypatch):
    (tmp_path / "wild.py").write_text("import socket\n")
    monkeypatch.setattr("sim.bus.board_modules.ROOT", tmp_path)
    with pytest.raises(ImportError, match="no module socket"):
        modules().run("wild.py")


def severities(rig):
    return [one.event.severity for one in rig.events if one.event.kind == "started"]


def test_only_a_restart_that_was_asked_for_is_no_warning(rig):
    """boot.py counts a crash and a watchdog, and not the changeover to new code."""
    rig.run_for(5000)
    rig.vehicle.starting.slots().take_over()
    rig.vehicle.reset("external")
    rig.run_for(5000)
    assert severities(rig) == ["info", "info"], "the power, and the update"
    for cause in ("external", "external", "watchdog"):
        rig.vehicle.starting.nvs["start"].set_i32("resets", 0)
        if not severities(rig)[2:]:
            rig.vehicle.starting.crash("MemoryError()")
        rig.vehicle.reset(cause)
        rig.run_for(5000)
    assert severities(rig)[2:] == ["warning"] * 3

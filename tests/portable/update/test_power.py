"""The power fails at any operation, and at any byte: what was right is used again, and one of the
two slots always boots."""

import small_release as releases
from flash_files import Off, Start, running_a
from parts import Nvs
from update_bench import Bench, whole

from drivers.board.slots import Slots
from firmware.memory import Memory
from firmware.update.offer import read


def fresh():
    """A board that has an older release in its idle slot."""
    content = running_a(parts=releases.table(0))
    content["a/program.pack"] = releases.pack(0)
    for name, data in (
        ("main.py", b"old"), ("packed.mpy", b"old"), ("program.pack", b"old" * 999),
        ("signed", releases.signed("OLDER")), ("parts", b"old"), ("proven", b""),
        ("manifest.json", b"{}"),
    ):  # fmt: skip
        content["b/" + name] = data
    return content


def boots(content):
    """-> the slot that boot.py starts: whole, and with the code that it has to be."""
    slots = Slots(FilesOf(content), Memory(Start()))
    assert slots.running, "no code boots"
    if slots.running == "b":
        assert content["slot"] == b"b" and whole(content)
    return slots.running


class FilesOf:
    def __init__(self, content):
        self.content = content

    def has(self, name):
        return name in self.content

    def open(self, name, mode):
        from io import BytesIO

        if name not in self.content:
            raise OSError(2)
        return BytesIO(self.content[name])


def try_once(bench, fails_at, keeps):
    """-> "off", "restarted" or "over"."""
    files = bench.files
    files.fails_at, files.keeps = fails_at, keeps
    try:
        return "restarted" if bench.runs(most=2500) else "over"
    except Off:
        return "off"


def goes_on(bench):
    """The power comes back: to its end, whatever was left of the offer."""
    bench.boot()
    if bench.parts.slots.running == "b":
        return
    if not bench.runs(most=2500):
        bench.offered()
        assert bench.runs(most=2500), (bench.last(), sorted(bench.content))


def operations():
    bench = Bench(fresh(), seals=False)
    bench.offered()
    assert bench.runs()
    return bench.files.operations


def test_the_power_fails_at_any_operation():
    n = operations()
    assert n > 25
    for keeps in (0, 3, 8):
        for at in range(1, n + 1):
            bench = Bench(fresh(), seals=False)
            bench.offered()
            told = try_once(bench, at, keeps)
            if told != "off":
                assert at <= 2, "the offer itself"
                continue
            boots(bench.content)
            goes_on(bench)
            assert boots(bench.content) == "b", (keeps, at)


def test_no_cut_in_the_changeover_loses_the_offer():
    for at in range(1, 30):
        bench = Bench(fresh(), seals=False)
        bench.snapshot.trip.phase = "driving"
        bench.offered()
        bench.runs(until=lambda bench: bench.last() and bench.last()["state"] == "ready")
        bench.snapshot.trip.phase = "parked"
        bench.files.operations = 0
        told = try_once(bench, at, 0)
        if told == "restarted":
            assert at > 8
            return
        bench.boot()
        if bench.parts.slots.running == "a":
            assert read(bench.files).short == releases.short(), at
            assert bench.runs() and whole(bench.content), at
    raise AssertionError("it never changes over")


def test_the_power_fails_again_and_again():
    """Every twenty operations: it still comes to an end, because nothing begins anew."""
    bench = Bench(fresh(), seals=False)
    bench.offered()
    for _ in range(60):
        if try_once(bench, 20, 5) == "restarted" or bench.content["slot"] == b"b":
            break
        boots(bench.content)
        bench.boot()
        if bench.parts.slots.running == "a" and "update.json" not in bench.content:
            bench.offered()
    assert boots(bench.content) == "b"


def test_it_goes_on_from_any_byte():
    """A file of the idle slot may end anywhere, and what is there is not asked for again."""
    bench = Bench(fresh(), seals=False)
    bench.offered()
    assert bench.runs()
    done = {name: data for name, data in bench.content.items() if name.startswith("b/")}
    pack = releases.pack(1)
    sizes = [("main.py", n) for n in range(0, len(releases.MAIN), 13)]
    sizes += [("parts", n) for n in range(0, len(releases.table(1)), 11)]
    sizes += [("program.pack", n) for n in range(0, len(pack), 97)]
    sizes += [("signed", n) for n in range(0, len(releases.signed("NEW")), 101)]
    order = ("signed", "parts", "main.py", "packed.mpy", "program.pack")
    for name, size in sizes:
        content = running_a(parts=releases.table(0))
        content["a/program.pack"] = releases.pack(0)
        for earlier in order[: order.index(name)]:
            content["b/" + earlier] = done["b/" + earlier]
        content["b/" + name] = done["b/" + name][:size]
        bench = Bench(content, Start(), Nvs(), seals=False)
        bench.offered()
        assert bench.runs() and whole(bench.content), (name, size)
        have = [told["at"] for told in bench.uplink.said if told["state"] == "fetching"]
        if name == "program.pack" and have:
            begin = len(releases.image()) - len(pack)
            assert min(have) >= begin + size, (name, size, have)


def test_what_was_left_by_another_release_is_not_taken_for_this():
    bench = Bench(fresh(), seals=False)
    bench.offered("SECOND")
    bench.runs("SECOND", 300, lambda bench: bench.answers == 3)
    bench.offered()
    assert bench.runs() and whole(bench.content)
    content = fresh()
    content["b/signed"] = releases.signed("NEW")
    content["b/program.pack"] = releases.pack(2) + b"more"
    content["b/manifest.json"] = b"{}"
    bench = Bench(content, seals=False)
    bench.offered()
    assert bench.runs() and whole(bench.content)


def test_one_that_was_ready_is_read_again_and_not_reported_again():
    bench = Bench(fresh(), seals=False)
    bench.snapshot.trip.phase = "driving"
    bench.offered()
    bench.runs(most=1200)
    assert ("ready", None) in bench.told()
    bench.boot()
    assert bench.runs()
    assert bench.told() == [("changing", None)] and bench.answers == 0
    assert whole(bench.content)


def test_a_full_file_system_and_one_that_refuses():
    bench = Bench(fresh(), seals=False)
    bench.offered()
    bench.runs(until=lambda bench: bench.answers == 3)
    bench.files.error = 28
    bench.content["b/program.pack"] = b"what has come of it"
    assert bench.refused() == "no_room"
    for name in ("manifest.json", "proven", "program.pack"):
        assert "b/" + name not in bench.content, "settings and keys need the room"
    assert boots(bench.content) == "a"
    bench = Bench(fresh(), seals=False)
    bench.offered()
    bench.runs(until=lambda bench: bench.answers == 3)
    bench.files.error = 5
    bench.runs(most=200)
    assert bench.last()["state"] == "fetching", "it tries again in a minute"
    bench.files.error = None
    bench.turns(2, 40000)
    assert bench.runs()
    bench = Bench(fresh(), seals=False)
    bench.offered()
    bench.runs(until=lambda bench: bench.answers == 3)
    bench.files.error = 5
    for _ in range(10):
        bench.turns(1, 61000)
        bench.runs(most=100)
    assert bench.last()["why"] == "damaged" and "cannot keep" in bench.last()["message"]
    assert boots(bench.content) == "a"

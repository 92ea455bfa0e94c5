"""Pieces on the way: none, wrong ones, forged ones; alarms first; the bytes of a day; sleep."""

import small_release as releases
from parts import Nvs
from update_bench import NOW_S, Bench, Restarted, whole

from firmware.update.quota import Quota

MINUTE = 60000


def asked(bench):
    return [told for told in bench.uplink.said if told["state"] == "fetching"]


def asking(bench=None):
    """-> a bench that waits for its first piece."""
    bench = bench or Bench(seals=False)
    bench.offered()
    for _ in range(60):
        bench.turns()
        if asked(bench):
            return bench
    raise AssertionError(bench.uplink.said)


def test_without_an_answer_it_asks_less_and_less():
    bench = asking()
    times, before = [], 1
    for _ in range(40 * 60):
        bench.turns(1, 1000)
        if len(asked(bench)) > before:
            before = len(asked(bench))
            times.append(bench.now_ms // 1000)
    gaps = [times[n + 1] - times[n] for n in range(len(times) - 1)]
    assert gaps == [60, 120, 240, 480, 600, 600], gaps
    bench.piece(asked(bench)[-1]["at"], piece_of(bench))
    assert bench.runs(), "one answer is enough"


def test_a_break_of_the_connection_does_not_count_as_silence():
    bench = asking()
    for _ in range(5):
        bench.uplink.connected = False
        bench.turns(10, MINUTE)
        bench.uplink.connected = True
        bench.turns(3, 1000)
    assert len(asked(bench)) == 6 and bench.updates.keeps_awake


def test_a_bus_without_answers_may_sleep():
    bench = asking()
    assert bench.updates.keeps_awake
    bench.turns(300, 1000)
    assert not bench.updates.keeps_awake
    bench.piece(asked(bench)[-1]["at"], piece_of(bench))
    bench.runs(most=20)
    assert bench.updates.keeps_awake


def test_a_piece_that_was_not_asked_for():
    bench = asking()
    image = releases.image()
    at, size = asked(bench)[-1]["at"], asked(bench)[-1]["bytes"]
    good = image[at : at + size]
    for number, (place, data, release) in enumerate(
        ((at + 1, good, None), (at, good[:-1], None), (at, good + b"x", None), (at, good, "ab"))
    ):
        bench.now_ms += 20000
        bench.turns()
        assert refuses(bench, place, data, release), number
    assert bench.updates.take_piece({"id": releases.short(), "at": at, "data": 7}) is None
    assert not refuses(bench, at + 1, good), "one reply in ten seconds"
    for data in (None, "!", "", "abc", "\u0e01"):
        bench.updates.take_piece({"id": releases.short(), "at": at, "data": data})
    assert not bench.updates._update.asking.have
    bench.piece(at, good)
    bench.turns(100, 1000)
    assert refuses(bench, at, good), "it has it"
    quiet = Bench()
    assert refuses(quiet, 0, good)


def refuses(bench, at, data, release=None):
    try:
        bench.piece(at, data, release)
    except ValueError as error:
        return "not asked" in str(error)
    return False


def test_forged_pieces_spoil_a_part_and_not_the_update():
    bench = Bench(seals=False)
    image, spoiled = releases.image(), []

    def city(told):
        data = image[told["at"] : told["at"] + told["bytes"]]
        if told["at"] not in spoiled:
            spoiled.append(told["at"])
            data = b"\x00" * len(data)
        bench.piece(told["at"], data)

    bench.offered()
    try:
        bench.turns(8000, 10, city)
    except Restarted:
        pass
    assert whole(bench.content) and len(spoiled) > 5
    assert max([told["have"] for told in asked(bench)]) <= asked(bench)[-1]["need"]


def test_who_forges_for_an_hour_only_delays():
    """Of the manifest, and of a part in the pack."""
    for at in (0, len(releases.image()) - 10):
        bench = Bench(seals=False)
        image, asks = releases.image(), []

        def city(told, at=at, bench=bench, image=image, asks=asks):
            data = image[told["at"] : told["at"] + told["bytes"]]
            if told["at"] <= at < told["at"] + len(data):
                asks.append(bench.now_ms)
                if bench.now_ms < 3600000:
                    data = b"?" * len(data)
            bench.piece(told["at"], data)

        bench.offered()
        try:
            bench.turns(9000, 1000, city)
        except Restarted:
            pass
        assert whole(bench.content), at
        assert len(asks) == 5 + 6, "five at once, then one in ten minutes"


def test_what_stays_wrong_is_damaged():
    for wrong in ("manifest", "pack"):
        bench = Bench(seals=False)
        image = releases.image()
        least = 0 if wrong == "manifest" else len(image) - 10

        def city(told, least=least, bench=bench, image=image):
            data = image[told["at"] : told["at"] + told["bytes"]]
            if told["at"] + len(data) > least:
                data = b"\x00" * len(data)
            bench.piece(told["at"], data)

        bench.offered()
        bench.turns(400, 10, city)
        assert bench.last()["state"] != "refused" and not bench.updates.keeps_awake, "it rests"
        for _ in range(9000):
            bench.turns(1, 3000, city)
            if bench.last() and bench.last()["state"] == "refused":
                break
        assert bench.last()["why"] == "damaged", wrong
        assert bench.now_ms > 15 * 600000
        assert "is not what the manifest" in bench.last()["message"]
        assert bench.content["slot"] == b"a" and "b/manifest.json" not in bench.content


def test_a_flash_that_gives_back_something_else_is_noticed():
    """Once: it is written again. Always: the release is refused."""
    for times, name in (
        (1, "program.pack"),
        (1, "main.py"),
        (999, "program.pack"),
        (999, "main.py"),
    ):
        bench = Bench(seals=False)
        bench.offered()
        bench.files.rots["b/" + name] = times
        assert bench.runs(most=6000) == (times == 1), (times, name, bench.last())
        if times == 1:
            assert whole(bench.content) and bench.files.rots["b/" + name] == 0
        else:
            assert bench.last()["why"] == "damaged" and bench.content["slot"] == b"a"


def test_a_table_of_parts_that_is_not_of_its_pack_is_damaged():
    """The one who makes a release may err, too."""
    whole_table = releases.table(1)
    for rows in (whole_table[12:], whole_table + whole_table[:12]):
        bench = Bench(seals=False)
        text = releases.manifest(sig=releases.SIGNED["NEW"]).replace(
            b'"parts":[%d,"%s"' % (len(whole_table), releases.hexed(whole_table).encode()),
            b'"parts":[%d,"%s"' % (len(rows), releases.hexed(rows).encode()),
        )
        image = text + rows + releases.image()[len(text) + len(whole_table) :]
        sha = releases.hexed(text)
        offer = {"id": "r", "manifest": sha, "bytes": len(text), "until": NOW_S + 9}
        bench.updates.take_offer(offer)

        def city(told, bench=bench, image=image, sha=sha):
            data = image[told["at"] : told["at"] + told["bytes"]]
            bench.piece(told["at"], data, sha[:16])

        bench.turns(400, 10, city)
        assert bench.last()["why"] == "damaged", bench.last()


def test_the_manifest_is_verified_as_the_flash_gives_it_back():
    bench = Bench()
    bench.offered()
    bench.runs(until=lambda bench: bench.last() and bench.last()["state"] == "checking")
    bench.files.rots["b/signed"] = 1
    assert bench.refused() == "unsigned" and "b/manifest.json" not in bench.content


def test_nothing_stays_open_when_it_ends_or_begins_anew():
    for ends in ("withdrawn", "refused", "anew"):
        bench = Bench(seals=False)
        bench.offered()
        bench.runs(until=lambda bench: bench.answers == 5)
        writer = bench.updates._update.asking.writer
        bench.turns(3)
        assert writer.is_open, ends
        if ends == "withdrawn":
            bench.updates.take_offer({"id": "r", "manifest": None})
        elif ends == "refused":
            bench.earliest.utc_s += 1 << 30
            bench.turns(1, 20000)
        else:
            bench.files.error = 5
            bench.runs(most=5)
        assert not writer.is_open, ends


def test_alarms_come_first():
    bench = asking()
    for holder, name, bad, good in (
        (bench.recorder, "has_alarm", True, False),
        (bench.journal, "waiting", [1, 0, 0], [0, 0, 9]),
        (bench.journal, "waiting", [0, 1, 0], [0, 0, 9]),
        (bench.journal, "waiting", [None, None, None], [0, 0, 9]),
    ):
        setattr(holder, name, bad)
        before, files = len(asked(bench)), bench.files.operations
        bench.runs(most=100)
        assert len(asked(bench)) == before and bench.files.operations == files, bad
        setattr(holder, name, good)
        bench.piece(asked(bench)[-1]["at"], piece_of(bench)) if bench.answers == 0 else None
        bench.runs(most=12)
        assert len(asked(bench)) > before, bad
    assert bench.runs()


def piece_of(bench):
    told = asked(bench)[-1]
    return releases.image()[told["at"] : told["at"] + told["bytes"]]


def test_a_bus_that_drives_writes_only_if_the_next_tick_is_far():
    bench = Bench(seals=False)
    bench.snapshot.trip.phase = "driving"
    bench.offered()
    for _ in range(300):
        bench.now_ms += 10
        bench.next_tick_ms = bench.now_ms + 79
        bench.turn()
    assert bench.files.operations == 2, "only the offer was kept"
    assert not bench.runs(most=1200)
    assert whole(bench.content), "80 ms are enough"


def test_on_cellular_a_day_has_its_bytes_and_a_reset_makes_no_more():
    bench = Bench(seals=False, has_parts=False)
    bench.config["update"]["cellular_kb_day"] = 3
    got = []

    def day():
        """One day in which the power fails all the time -> bytes that came."""
        bytes_before = sum(got)
        for _ in range(6):
            bench.boot()
            bench.config["update"]["cellular_kb_day"] = 3
            bench.updates._config = bench.config
            bench.parts.radio.name = "cellular"
            bench.earliest.utc_s = now[0]

            city = bench.city()

            def counts(told, city=city):
                got.append(told["bytes"] * 4 // 3 + 700)
                city(told)

            try:
                bench.turns(600, 10, counts)
            except Restarted:
                return None
        assert bench.last()["state"] == "limit" and not bench.updates.keeps_awake
        bench.uplink.connected = False
        bench.turns(81, 900000)
        return sum(got) - bytes_before

    now = [NOW_S]
    bench.offered()
    for _ in range(40):
        came = day()
        if came is None:
            break
        assert 600 < came <= 3 * 1024, came
        now[0] += 86400
    assert whole(bench.content)


def test_wifi_is_not_counted_and_ends_the_waiting():
    bench = Bench(seals=False, has_parts=False)
    bench.config["update"]["cellular_kb_day"] = 1
    bench.parts.radio.name = "cellular"
    bench.offered()
    assert not bench.runs(most=400)
    assert bench.last() == {"v": 1, "release": releases.short(), "state": "limit"}
    bench.parts.radio.name = "wifi"
    assert bench.runs()


def used(memory, quarters=0):
    """-> Quota of 10 KB a day, of which 9 are used up, and which has run for so long since."""
    quota = Quota(10, memory)
    quota.runs(0)
    assert quota.allows(9000, NOW_S)
    quota.count(9000)
    quota.runs(quarters * 900000)
    return quota


def test_a_date_that_jumps_makes_no_more_bytes():
    quota = used(Nvs())
    for day in (1, 0, -1, 2, 800, 0):
        assert not quota.allows(2000, NOW_S + day * 86400), day


def test_a_later_day_and_twenty_hours_of_running_make_new_ones_across_resets():
    for quarters, day, allowed in (
        (79, 1, False), (80, 1, True), (80, 0, False), (80, -1, False), (191, -1, False),
        (192, 0, True), (192, -800, True),
    ):  # fmt: skip
        memory = Nvs()
        used(memory, quarters)
        quota = Quota(10, memory)
        assert quota.allows(2000, NOW_S + day * 86400) == allowed, (quarters, day)
        if allowed:
            quota.count(9000)
            assert not quota.allows(2000, NOW_S + (day + 1) * 86400), "once"
            assert memory.get("fetch_day") == (NOW_S + day * 86400) // 86400


def test_what_is_asked_for_counts_though_it_never_comes():
    bench = Bench(seals=False)
    bench.config["update"]["cellular_kb_day"] = 3
    bench.parts.radio.name = "cellular"
    bench.offered()
    bench.turns(20000, 100)
    assert len(bench.uplink.said) == 3 and bench.last()["state"] == "limit"


def test_a_count_spares_the_flash_of_nvs():
    memory = Nvs()
    quota = used(memory)
    before = memory.writes
    for _ in range(50):
        quota.count(100)
    assert memory.writes == before + 1
    for second in range(900):
        quota.runs(second * 1000)
    assert memory.writes == before + 1

"""What a bus does not take, each with its word: by whom it is signed, for what it is, and when."""

import small_release as releases
from flash_files import Start, running_a
from update_bench import NOW_S, Bench, whole

from firmware.update.manifest import Manifest, number
from firmware.update.refusal import Refusal


def refused(name="NEW", content=None, **more):
    """-> (why, message, bench)"""
    bench = Bench(content, **more)
    bench.offered(name)
    why = bench.refused(name=name)
    assert bench.content["slot"] == b"a" and "b/manifest.json" not in bench.content
    return why, bench.last()["message"], bench


def test_without_a_key_for_releases():
    for text in (None, b"", b"ab", b"zz" * 32, b"\n".join([releases.KEY.encode()] * 3)):
        content = running_a()
        if text is not None:
            content["release.pub"] = text
        why, message, bench = refused(content=content, has_key=False)
        assert why == "no_release_key" and "cable" in message
        assert "b/signed" not in bench.content and bench.answers == 0


def test_signed_by_another_or_not_at_all():
    content = running_a()
    content["release.pub"] = ("8a" * 32 + "\n" + releases.KEY).encode()
    bench = Bench(content, has_key=False)
    bench.offered()
    assert bench.runs(), "the second key counts too"
    content = running_a()
    content["release.pub"] = b"8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"
    assert refused(content=content, has_key=False)[0] == "unsigned"


def unsigned(text):
    """-> why, of an offer of this manifest."""
    bench = Bench()
    sha = releases.hexed(text)
    bench.updates.take_offer(
        {"id": "r", "manifest": sha, "bytes": len(text), "until": NOW_S + 86400}
    )
    for _ in range(600):
        bench.turns(1, 10, lambda told: bench.piece(told["at"], text, sha[:16]))
        if bench.last() is not None and bench.last()["state"] == "refused":
            return bench.last()["why"]
    raise AssertionError(bench.last())


def test_a_manifest_whose_signature_is_of_another_text():
    good = releases.signed("NEW")
    assert unsigned(good[:-98] + b" " + good[-97:]) == "unsigned"
    assert unsigned(good.replace(b'"99.0.0"', b'"99.0.1"')) == "unsigned"
    assert unsigned(good[:-10]) == "unsigned"
    assert unsigned(good[:-2] + b"=}") == "unsigned"
    assert unsigned(good[:-88] + b"\xff" * 86 + good[-2:]) == "unsigned"
    assert unsigned(b"{}") == "unsigned"


def test_for_another_board_processor_or_version_of_mpy():
    why, message, _ = refused("OTHER_BOARD")
    assert why == "other_board"
    assert message == (
        "This release is for other boards (lilygo_a7670, devkit), and this is a devkit_wrover."
    )
    assert refused("OTHER_SET")[0] == refused("OTHER_MPY")[0] == "other_set"
    assert "x64 for .mpy 6.3; this board runs xtensawin with .mpy 6.3" in refused("OTHER_SET")[1]


def test_an_older_one_has_to_be_meant():
    why, message, _ = refused("OLDER")
    assert why == "older" and message.startswith("Version 0.0.1 is older than ")
    bench = Bench()
    bench.offered("OLDER", downgrade=True)
    assert bench.runs("OLDER")


def test_the_same_version_with_other_content_is_another_release():
    found = Manifest(releases.signed("NEW"))
    found.must_fit(releases.BOARD, releases.MPY, "99.0.0", False)
    for running, may_be_older in (("99.0.1", False), ("100.0.0", False)):
        try:
            found.must_fit(releases.BOARD, releases.MPY, running, may_be_older)
        except Refusal as refusal:
            assert refusal.why == "older"
        else:
            raise AssertionError(running)
    found.must_fit(releases.BOARD, releases.MPY, "100.0.0", True)
    assert number("0.10.0") > number("0.9.9")


def test_another_form_that_is_signed():
    why, message, _ = refused("NO_VERSION")
    assert why == "unsigned" and "another form" in message


def test_every_member_of_the_manifest_counts():
    good = releases.manifest(sig="A" * 86)
    Manifest(good)
    for old, new in (
        (b'{"v":1', b'{"v":2'), (b'{"v":1', b'{"v":true'), (b'"99.0.0"', b'"99.0"'),
        (b'"99.0.0"', b"99"), (b'"main.py"', b'"boot.py"'), (b'"boards":[', b'"boards":3,"x":['),
        (b'"boards":[', b'"boards":[1,'), (b'"boards":[', b'"boards":[null,'),
        (b'"99.0.0"', b'"+99.0.0"'), (b'"99.0.0"', b'" 99.0.0"'), (b'"99.0.0"', b'"9_9.0.0"'),
        (b'"99.0.0"', b'"99.0.0\\n"'), (b'"99.0.0"', b'"99..0"'), (b'"99.0.0"', b'"9999999.0.0"'),
        (b'"99.0.0"', b'"\xd9\xa9.0.0"'), (b'"99.0.0"', b'"99.0.0.0"'),
        (b'"mpy":[6,3]', b'"mpy":6'), (b'"parts":[84', b'"parts":[85'), (b'"files":[[', b'"x":[['),
        (b'"parts":[84', b'"parts":["84"'), (b'"main.py",87', b'"main.py",0'), (good[-90:], b""),
        (b'"main.py",87', b'"main.py",true'), (b'"packed.mpy",203,"', b'"packed.mpy",203,"ab'),
    ):  # fmt: skip
        assert old in good, old
        try:
            Manifest(good.replace(old, new))
        except Refusal as refusal:
            assert refusal.why == "unsigned"
        else:
            raise AssertionError(new)


def test_what_runs_already():
    content = running_a(signed=releases.signed("NEW"))
    why, _, bench = refused(content=content)
    assert why == "same" and bench.answers == 0


def test_code_in_no_slot():
    bench = Bench({"main.py": b"run()"})
    bench.offered()
    bench.turns(60)
    assert bench.last()["why"] == "no_slot"


def test_while_the_running_code_has_not_proven_itself():
    content = running_a()
    del content["a/proven"]
    assert refused(content=content)[0] == "unproven"


def test_in_a_trial_its_own_offer_stays():
    content = running_a(signed=b"x")
    del content["a/proven"]
    content["update.json"] = b'{"manifest": "of the trial"}'
    bench = Bench(content, Start(trial=1))
    bench.offered()
    bench.turns(100)
    assert bench.last()["why"] == "unproven"
    assert content["update.json"] == b'{"manifest": "of the trial"}'
    assert "drops" in bench.updates.take_offer({"manifest": None}) or True
    assert content["update.json"] == b'{"manifest": "of the trial"}'


def came_back():
    content = running_a()
    content["change.json"] = (
        '{"release":"%s","version":"99.0.0","since":"0.3.0","why":"crashed"}' % releases.short()
    ).encode()
    return content


def test_a_release_that_it_came_back_from():
    why, message, _ = refused(content=came_back())
    assert (why, message) == ("came_back", "The bus came back from this release before (crashed).")
    bench = Bench(came_back())
    bench.offered(again=True)
    assert bench.runs() and whole(bench.content)
    bench = Bench(came_back())
    bench.offered("SECOND")
    assert bench.runs("SECOND"), "another one is not meant"


def test_an_offer_that_has_expired():
    bench = Bench()
    bench.offered(until=NOW_S - 1)
    assert bench.refused() == "expired"
    bench = Bench(seals=False)
    bench.snapshot.trip.phase = "driving"
    bench.offered(until=NOW_S + 60)
    bench.runs(most=900)
    assert bench.last()["why"] == "driving"
    bench.turns(2, 60000)
    assert bench.last()["why"] == "expired"
    bench.snapshot.trip.phase = "parked"
    assert not bench.runs()
    bench.offered(until=NOW_S + 86400)
    assert bench.runs(), "offered again, it goes on"


def test_an_offer_without_form():
    bench = Bench()
    good = releases.offer()
    for name, values in (
        ("manifest", (7, "", "ab", "g" * 64, "A" * 64, True)),
        ("bytes", (None, "1", 0, 1001, True, -1)),
        ("until", (None, "1")),
        ("downgrade", (False, 1, None)),
        ("again", (False, "true")),
    ):
        for value in values:
            try:
                bench.updates.take_offer(dict(good, **{name: value}))
            except ValueError as error:
                assert '"%s"' % name in str(error), (name, value)
            else:
                raise AssertionError((name, value))
    try:
        bench.updates.take_offer({"id": "r"})
    except ValueError as error:
        assert '"manifest"' in str(error)
    assert not bench.updates.turn(10, bench)
    bench.files.error = 28
    try:
        bench.offered()
    except ValueError as error:
        assert "cannot be kept" in str(error)
    else:
        raise AssertionError("kept on a full flash")

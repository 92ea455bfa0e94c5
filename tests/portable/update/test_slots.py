"""The slots as the running code sees them: boot.py goes by the same files and numbers."""

from flash_files import Files, Off, Start, running_a, slots

from drivers.board.slots import Slots
from firmware.memory import Memory


def test_the_other_slot_is_idle():
    one = slots(running_a())
    assert (one.running, one.idle) == ("a", "b")
    content = running_a()
    content["slot"] = b"b\n"
    assert slots(content).running == "a", "b is not whole: boot.py takes a"
    content.update({"b/main.py": b"", "b/manifest.json": b""})
    assert (slots(content).running, slots(content).idle) == ("b", "a")
    content["slot"] = b"x"
    assert slots(content).running == "a"


def test_code_at_the_root_has_no_slots():
    for content in ({}, {"main.py": b""}, {"slot": b"a"}, {"slot": b"\xff"}):
        one = slots(content)
        assert (one.running, one.idle, one.release) == ("", "", None), content


def test_the_release_that_runs_is_known_by_its_manifest():
    assert slots(running_a()).release is None
    assert slots(running_a(signed=b"abc")).release == "ba7816bf8f01cfea"


def test_names_are_of_the_idle_slot():
    files = Files(running_a(signed=b"abc"))
    one = Slots(files, Memory(Start()))
    one.ensure()
    assert files.folders == ["b"]
    assert one.size("parts") == -1
    one.remove("parts")
    file = one.open("new", "wb")
    file.write(b"xyz")
    file.close()
    one.rename("new", "parts")
    assert one.size("parts") == 3 and files.content["b/parts"] == b"xyz"
    one.remove("parts")
    assert "b/parts" not in files.content
    assert one.open_running("signed").read() == b"abc"


def test_new_code_is_on_trial_until_it_is_proven():
    content, nvs = running_a(), Start(trial=2)
    assert not slots(content, nvs).is_trial, "the power failed before the changeover was done"
    del content["a/proven"]
    one = slots(content, nvs)
    assert one.is_trial and not one.is_proven
    one.prove()
    assert not one.is_trial and content["a/proven"] == b"" and nvs["trial"] == 0
    one.prove()


def test_code_that_gives_itself_up_may_still_prove_itself():
    content, nvs = running_a(), Start(trial=1)
    del content["a/proven"]
    one = slots(content, nvs)
    one.give_up("not_sensing")
    assert (nvs["back"], nvs["trial"]) == (2, 1)
    one.prove()
    assert (nvs["back"], nvs["trial"]) == (0, 0)


def test_why_the_old_code_came_back():
    for back, why in ((0, None), (1, "crashed"), (2, "not_sensing"), (3, "no_broker"), (4, "hung")):
        assert slots(running_a(), Start(back=back)).came_back == why
    assert slots(running_a(), Start()).came_back is None
    assert slots(running_a(), Start(back=9)).came_back == "hung", "of later code"
    nvs = Start(back=1)
    slots(running_a(), nvs).forget_return()
    assert slots(running_a(), nvs).came_back is None


def test_the_idle_slot_takes_over_at_once_or_not_at_all():
    told = {"trial": 1, "back": 0, "resets": -1, "minutes": 0, "how": 0}
    for at in range(1, 9):
        files = Files(running_a())
        files.content.update({"b/main.py": b"", "b/manifest.json": b""})
        nvs = Start()
        nvs.files, files.fails_at = files, at
        one = Slots(files, Memory(nvs))
        try:
            one.take_over()
        except Off:
            assert Slots(files, Memory(nvs)).running == "a", at
            assert not Slots(files, Memory(nvs)).is_trial, "the old code is proven"
        else:
            assert at == 8 and {name: nvs[name] for name in nvs} == told
            assert Slots(files, Memory(nvs)).running == "b" and Slots(files, Memory(nvs)).is_trial


def test_without_nvs_nothing_takes_over():
    content, nvs = running_a(), Start()
    nvs.refuses = True
    try:
        slots(content, nvs).take_over()
    except OSError:
        assert content["slot"] == b"a"
    else:
        raise AssertionError("it would have no trial")

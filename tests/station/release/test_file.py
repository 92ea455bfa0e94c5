"""A release file: read, and refused with a sentence wherever it is not as it was made."""

import io
import json
import random
import struct
import zipfile

import pytest
from releases import (
    BOARDS,
    KEY,
    MODULES,
    NOTES,
    OTHER,
    PUBLIC,
    contents,
    digest,
    release,
    signed,
    zipped,
)

from sim.bus import releases as made
from sim.program.release import packed
from station.release import file
from station.release.file import read
from station.release.keys import private_key_here, public_keys
from station.release.problem import ReleaseError
from station.settings import Settings, SettingsError, load

AT = "xtensawin/"
OTHER_PUBLIC = OTHER.public_key().public_bytes_raw().hex()


def test_a_release_is_read():
    found = read(release(), "it", [OTHER_PUBLIC, PUBLIC])
    assert (found.version, found.notes, found.micropython) == ("0.4.0", NOTES, ("1.28", "1.29"))
    assert set(found.sets) == set(BOARDS)
    of = found.sets_for("devkit_wrover")[0]
    files = contents()
    assert of.ident == digest(files[AT + "manifest.json"]) and of.short == of.ident[:16]
    names = ("manifest.json", "parts", "main.py", "packed.mpy", "program.pack")
    assert of.image == b"".join(files[AT + name] for name in names)
    assert of.manifest_bytes == len(files[AT + "manifest.json"])
    assert len(of.parts) == 1 + len(MODULES)
    assert sum(size for size, _ in of.parts) == len(files[AT + "program.pack"])
    assert found.sets_for("pico") == []


def changed(name, how):
    files = contents()
    files[name] = how(files[name])
    return zipped(files)


def manifest_with(**more):
    """Signed with the right key, and yet not a manifest; release.json names it."""
    files = contents()
    body = {**json.loads(files[AT + "manifest.json"]), **more}
    del body["sig"]
    files[AT + "manifest.json"] = signed(body)
    about = json.loads(files["release.json"])
    about["sets"]["xtensawin"]["manifest"] = digest(files[AT + "manifest.json"])
    del about["sig"]
    return zipped({**files, "release.json": signed(about)})


def about_with(**more):
    files = contents()
    about = {**json.loads(files["release.json"]), **more}
    del about["sig"]
    return zipped({**files, "release.json": signed(about)})


def without(name):
    files = contents()
    del files[name]
    return zipped(files)


def with_file(name, text=b"x"):
    return zipped({**contents(), name: text})


def parts_of_another():
    """Right by its SHA-256, and it describes another pack."""
    files = contents()
    parts = bytearray(files[AT + "parts"])
    parts[4] ^= 1
    files[AT + "parts"] = bytes(parts)
    body = json.loads(files[AT + "manifest.json"])
    body["parts"][1] = digest(bytes(parts))
    del body["sig"]
    files[AT + "manifest.json"] = signed(body)
    about = json.loads(files["release.json"])
    about["sets"]["xtensawin"]["manifest"] = digest(files[AT + "manifest.json"])
    del about["sig"]
    return zipped({**files, "release.json": signed(about)})


def flipped(text):
    return text[:40] + bytes([text[40] ^ 1]) + text[41:]


WRONG = {
    "no zip": (b"PK\3\4 and no more", "it is no release, or was damaged on its way"),
    "truncated": (release()[:-400], "it is no release, or was damaged on its way"),
    "too long": (b"x" * 4_000_001, "it has 4000001 bytes; a release has at most 4000000"),
    "a bomb": (with_file("x64/parts/parts", b"") and with_file("x/program.pack", b"\0" * 2_000_001),
               "it: x/program.pack has more than 2000000 bytes"),
    "a path": (with_file("../../etc/main.py"), "'../../etc/main.py', which is no part"),
    "another file": (with_file("boot.py"), "'boot.py', which is no part of a release"),
    "another set": (with_file("x/main.py"), "x/main.py belongs to no set of release.json"),
    "no release.json": (without("release.json"), "it holds no release.json"),
    "no main.py": (without(AT + "main.py"), "it holds no xtensawin/main.py"),
    "no parts": (without("x64/parts"), "it holds no x64/parts"),
    "main.py changed": (changed(AT + "main.py", lambda text: text[::-1]),
                        "xtensawin/main.py is not the file that its manifest names"),
    "pack longer": (changed(AT + "program.pack", lambda text: text + b"x"),
                    "xtensawin/program.pack has .* bytes, and its manifest says"),
    "manifest changed": (changed(AT + "manifest.json", flipped),
                         "xtensawin/manifest.json is not signed by the release key"),
    "release.json changed": (changed("release.json", flipped),
                             "release.json is not signed by the release key"),
    "unsigned": (changed("release.json", lambda text: text[:-96] + b"}"),
                 "release.json is not signed"),
    "signed by another": (release(key=OTHER), "release.json is not signed by the release key that"),
    "manifest of another": (
        zipped({**contents(), AT + "manifest.json": contents("0.3.9")[AT + "manifest.json"]}),
        "xtensawin/manifest.json is not the one that release.json names"),
    "another version": (manifest_with(version="0.3.9"), "manifest.json does not fit release.json"),
    "other boards": (manifest_with(boards=["pico"]), "manifest.json does not fit release.json"),
    "other files": (manifest_with(files=[["boot.py", 1, "0" * 64]]), "does not fit release.json"),
    "no list": (manifest_with(files=7), "is not in the form of a manifest"),
    "more members": (manifest_with(more=1), "manifest.json has other members than v, version"),
    "long manifest": (manifest_with(boards=["b" * 900]), "manifest.json has more than 1000 bytes"),
    "parts": (parts_of_another(), "xtensawin/parts does not describe program.pack"),
    "no version": (about_with(version="new"), "release.json is not in the form of a release"),
    "one language": (about_with(notes={"en": "x"}), "release.json is not in the form"),
    "no sets": (about_with(sets={}), "release.json is not in the form of a release"),
    "sets of lists": (about_with(sets=[1]), "release.json is not in the form of a release"),
    "U+0000": (about_with(notes={"en": "a\0", "th": ""}), "release.json is not in the form"),
    "v 2": (about_with(v=2), "release.json has other members"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_a_sentence_that_names_it(name):
    content, why = WRONG[name]
    with pytest.raises(ReleaseError, match=why) as raised:
        read(content, "it", [PUBLIC])
    assert str(raised.value).endswith(".") and "it" in str(raised.value)[:4]


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_in_another_way_is_not_unpacked(how):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        archive.writestr("release.json", b"{}")
    with pytest.raises(ReleaseError, match="is packed in another way than a release is"):
        read(packed.getvalue(), "it", [PUBLIC])


def test_so_many_files_are_no_release():
    many = {f"set{n}/parts": b"" for n in range(101)}
    with pytest.raises(ReleaseError, match="it holds more than 100 files"):
        read(zipped(many), "it", [PUBLIC])


def test_a_name_that_stands_twice_is_refused():
    packed = io.BytesIO(release())
    with pytest.warns(UserWarning), zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("release.json", b"{}")
    with pytest.raises(ReleaseError, match=r"'release.json', which is no part.*twice"):
        read(packed.getvalue(), "it", [PUBLIC])


def test_without_a_key_no_release_is_taken():
    with pytest.raises(ReleaseError, match="does not know the release key. Put release.pub"):
        read(release(), "it", [])


def test_no_damage_passes():
    """Any byte of any member: whatever it hits, a sentence, or the release as it was made."""
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    dice = random.Random(seed)
    whole = release()
    right = read(whole, "it", [PUBLIC])
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        try:
            found = read(bytes(content[: dice.choice((len(content), dice.randrange(99_999)))]),
                         "it", [PUBLIC])  # fmt: skip
        except ReleaseError as error:
            assert str(error).endswith(".")
        else:
            assert found == right
    for name, text in contents().items():
        at = dice.randrange(len(text))
        content = changed(
            name, lambda text, at=at: text[:at] + bytes([text[at] ^ 4]) + text[at + 1 :]
        )
        with pytest.raises(ReleaseError):
            read(content, "it", [PUBLIC])


def test_where_the_key_comes_from(tmp_path):
    def keys(**more):
        return public_keys(Settings(keys=str(tmp_path), **more))

    assert keys() == [] and public_keys(Settings()) == []
    (tmp_path / "release.pub").write_text(f"{PUBLIC}\n{OTHER_PUBLIC}\n")
    assert keys() == [PUBLIC, OTHER_PUBLIC]
    assert keys(release_key=PUBLIC) == [PUBLIC]
    for text in ("", "x" * 64, f"{PUBLIC}\n" * 3):
        (tmp_path / "release.pub").write_text(text)
        with pytest.raises(ReleaseError, match=r"release.pub does not hold one or two lines"):
            keys()
    with pytest.raises(SettingsError, match="release_key.*64 hexadecimal digits"):
        load({"release_key": "x"})


def test_the_private_key_does_not_belong_here(tmp_path):
    settings = Settings(keys=str(tmp_path))
    assert private_key_here(settings) is None
    (tmp_path / "release.key").write_bytes(KEY.private_bytes_raw())
    assert "release.key is the private release key" in private_key_here(settings)


def test_the_table_of_parts_is_read_as_it_is_written():
    assert struct.calcsize(file.PART) == file.PART_BYTES


def test_the_station_reads_what_make_release_makes():
    content = packed(made.small("1.0.0"))
    found = read(content, "it", [made.public()])
    image = made.image("1.0.0")
    assert found.version == "1.0.0" and found.sets["x64"].image == b"".join(image.values())
    assert found.sets["x64"].ident == made.release_id(image)
    with pytest.raises(ReleaseError):
        read(content, "it", [made.public(2)])

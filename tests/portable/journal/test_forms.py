"""A journal of another form, or of other sizes, is delivered before another takes its place. P1."""

from nor import (
    ERROR,
    Flash,
    PowerCut,
    announce,
    deliver,
    drain,
    entropy,
    fill,
    journal,
    later,
    losses,
    lost,
    seqs,
)
from old_form import OldJournal
from parts import Nvs

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING, Journal

OLD_EPOCH = "01d0beef"
NEW_EPOCH = "9f3a21c4"
BODY = b"from before the update, and nobody has it yet"


def old(flash, alarms=70, track=70):
    writer = OldJournal(flash)
    for _ in range(alarms):
        writer.append(0, BODY)
    for _ in range(track):
        writer.append(1, BODY)
    writer.acknowledge(0, 10, 10)
    writer.acknowledge(1, alarms + 20, 20)
    return writer


def delivered(j):
    while not j.is_delivered:
        deliver(j)
        announce(j)
    return j


def test_a_journal_in_the_old_form_is_read_from_its_cursors():
    flash = Flash(32)
    old(flash)
    j = journal(flash)
    assert j.epoch == OLD_EPOCH and j.is_outdated and j.next_seq > 140
    assert [seq for seq, _, _ in drain(j, ALARM)] == list(range(11, 71))
    assert [body for _, _, body in drain(j, TRACK)] == [BODY] * 50
    assert (j.backlog(ALARM), j.backlog(WARNING), j.backlog(TRACK)) == (60, 0, 50)
    assert lost(j) is None and seqs(j, WARNING) == []


def test_it_goes_on_in_the_old_form_until_all_is_delivered():
    flash = Flash(32)
    old(flash)
    j = journal(flash)
    (alarm,) = fill(j, ALARM, 1)
    (warning,) = fill(j, WARNING, 1)
    (track,) = fill(j, TRACK, 1)
    for _ in range(2):
        j.renew()
        assert j.epoch == OLD_EPOCH, "not before all is delivered"
        assert seqs(j, ALARM)[-2:] == [alarm, warning] and seqs(j, TRACK)[-1] == track
        j = journal(flash)
    delivered(j).renew()
    assert j.epoch == NEW_EPOCH and not j.is_outdated
    for one in (j, journal(flash)):
        assert one.epoch == NEW_EPOCH
        assert [seqs(one, lane) for lane in (ALARM, WARNING, TRACK)] == [[], [], []]
    later(j, 4)
    assert fill(j, WARNING, 1)[0] > track, "numbers go on"


def test_a_renewal_changes_readers_and_tells_so():
    flash = Flash(32)
    j = delivered(journal(flash, 4, None, 4))
    opened = j.opened
    again = Journal(flash, entropy, 24, 16)
    assert again.is_outdated and again.opened == 1
    again.renew()
    assert not again.is_outdated and again.opened == 2 and opened == 1


def test_what_the_old_form_drops_is_announced_as_perhaps_lost():
    flash = Flash(32)
    old(flash)
    j = journal(flash)
    fill(j, ALARM, 250)
    lane, first, last, count, exact = lost(j)
    assert (lane, first, exact) == (ALARM, 11, False) and last in seqs(j, ALARM)[0:1] or last < 200
    assert count is None or count > 0


def test_what_the_old_form_dropped_is_announced_after_a_start_without_a_cursor():
    for lane, first in ((ALARM, 1), (TRACK, 71)):
        flash = Flash(12)
        old(flash)
        fill(journal(flash), lane, 1000)
        j = journal(flash)
        oldest = seqs(j, lane)[0]
        covered = [(a, b) for on, a, b, _, exact in losses(j) if on == lane and not exact]
        assert covered[0][0] <= first + 10 and covered[0][1] == oldest - 1, "its cursor is gone"


def test_damage_in_the_old_form_is_announced():
    flash = Flash(32)
    old(flash)
    flash.data[4096 + 48 + 64 * 30 + 20] ^= 0xFF  # record 31
    j = journal(flash)
    got = deliver(j, ALARM)[ALARM]
    assert 31 not in got and len(got) == 59
    ((lane, first, last, _, exact),) = losses(j)
    assert lane == ALARM and first <= 31 <= last and not exact


def test_a_cursor_flipped_in_the_old_form_means_to_send_again():
    flash = Flash(32)
    old(flash, 30, 30)
    flash.data[4096 + 48 + 64 * 30 + 8] ^= 0xFF
    j = journal(flash)
    assert seqs(j, ALARM) == list(range(1, 31))
    assert losses(j) == [(ALARM, 31, j.next_seq - 2, None, False)], "or was it a record?"


def test_the_power_may_go_at_any_operation_of_the_change():
    for tear in range(6):
        for mood in range(3):
            at = 0
            while True:
                flash = Flash(32, seed=at)
                nvs = Nvs()
                old(flash)
                j = delivered(journal(flash, nvs=nvs))
                flash.cut(at, tear, weak=True)
                try:
                    j.renew()
                    later(j, 3)
                    cut = False
                except PowerCut:
                    cut = True
                flash.power(mood)
                after_the_cut(flash, nvs, (tear, mood, at))
                if not cut:
                    break
                at += 1
            assert at >= 4, "note, erase, header, record"


def after_the_cut(flash, nvs, case):
    """Alarms come, the power goes again: every one is delivered, in one journal or the other."""
    confirmed, got = [], []
    for round_ in range(4):
        j = journal(flash, nvs=nvs)
        assert j.epoch in (OLD_EPOCH, NEW_EPOCH), case
        for _ in range(2):
            seq = j.append(ALARM, KIND_EVENT, b"sos %d" % round_)
            confirmed.append((j.epoch, seq))
        if round_ == 2:
            got += [(j.epoch, seq) for seq in deliver(j)[ALARM]]
        flash.power((round_ + 1) % 3)
    j = journal(flash, nvs=nvs)
    got += [(j.epoch, seq) for seq in deliver(j)[ALARM]]
    assert set(confirmed) <= set(got), case
    assert len(set(confirmed)) == len(confirmed), case


def test_the_change_is_tried_again_when_the_flash_refuses():
    for refusals in range(1, 40, 3):
        flash = Flash(32)
        old(flash)
        j = delivered(journal(flash))
        flash.refusals = refusals
        j.renew()
        flash.refusals = min(flash.refusals, 3)
        later(j, 8)
        if j.epoch == OLD_EPOCH:
            delivered(j).renew()
        assert j.epoch == NEW_EPOCH, refusals
        later(j, 4)
        fill(j, ALARM, 1)


def test_no_journal_is_lost_because_its_first_block_cannot_be_erased():
    flash = Flash(32)
    old(flash)
    j = delivered(journal(flash))
    for block in range(3):
        flash.refuses_erase[block] = ERROR
    j.renew()
    later(j, 3)
    assert j.epoch is None, "there is no ledger yet"
    flash.refuses_erase.clear()
    later(j, 3)
    assert j.epoch == NEW_EPOCH


def test_a_partition_that_shrank_delivers_what_is_left_and_announces_the_rest():
    for blocks in (9, 10, 12):
        flash = Flash(blocks + 1)
        j = journal(flash, 2, warning_sectors=2)
        fill(j, ALARM, 60)
        fill(j, WARNING, 30)
        track = fill(j, TRACK, 63 * (blocks + 1 - 7))
        smaller = Flash(blocks)
        smaller.data[:] = flash.data[: blocks * 4096]
        j = journal(smaller, 2, warning_sectors=2)
        assert j.epoch == NEW_EPOCH and j.is_outdated
        assert len(seqs(j, ALARM)) == 60 and len(seqs(j, WARNING)) == 30
        got = deliver(j)[TRACK]
        missing = [seq for seq in track if seq not in got]
        assert len(missing) in (0, 63)
        found = losses(j)
        for seq in missing:
            assert [loss for loss in found if loss[0] == TRACK and loss[1] <= seq <= loss[2]], seq
        fill(j, TRACK, 1)
        delivered(j).renew()
        assert not j.is_outdated and j._book.form[3] == blocks


def test_lanes_that_keep_one_block_or_none_do_not_stop_the_change():
    for before, after in ((10, 9), (66, 49), (66, 48), (66, 47), (66, 32), (66, 9)):
        flash = Flash(before)
        j = journal(flash, 24, warning_sectors=16)
        confirmed = []
        for lane in (ALARM, WARNING, TRACK):
            confirmed += [(lane, seq) for seq in fill(j, lane, 70)]
            j.ack(lane, confirmed[-60][1])
            del confirmed[-70:-59]
        later(j)
        smaller = Flash(after)
        smaller.data[:] = flash.data[: after * 4096]
        j = journal(smaller, 24, warning_sectors=16)
        got = deliver(j)
        later(j)  # passes by the blocks that are gone
        found = losses(j)
        for lane, seq in confirmed:
            told = [loss for loss in found if loss[0] == lane and loss[1] <= seq <= loss[2]]
            assert seq in got[lane] or told, (before, after, lane, seq)
        delivered(j).renew()
        assert not j.is_outdated, (before, after)
        later(j, 4)
        fill(j, TRACK, 1)


def test_an_announcement_that_was_cut_off_is_made_again():
    flash = Flash(66)
    j = journal(flash, 24, warning_sectors=16)
    fill(j, TRACK, 19 * 63)
    _, first, last, _, _ = lost(j)
    announce(j)
    fill(j, ALARM, 1)
    j._book.ledger.save()
    smaller = Flash(32)
    smaller.data[:] = flash.data[: 32 * 4096]
    j = journal(smaller, 24, warning_sectors=16)
    deliver(j)
    assert [1 for on, a, b, _, _ in losses(j) if on == TRACK and a <= first and last <= b]


def test_the_cut_off_sector_had_come_to_the_city_in_part():
    flash = Flash(20)
    j = journal(flash, 2, warning_sectors=2)
    track = fill(j, TRACK, 63 * 11 + 40)
    j.may_send(TRACK, track[-40], track[-10])
    j.ack(TRACK, track[-10])
    j._book.ledger.save()
    ring = j._book.lanes[TRACK].ring
    number = ring.blocks.block(ring.newest)
    smaller = Flash(number)
    smaller.data[:] = flash.data[: number * 4096]
    found = losses(journal(smaller, 2, warning_sectors=2))
    assert [loss for loss in found if loss[0] == TRACK and loss[1] == track[-9]]


def test_the_cut_off_sector_came_behind_one_that_failed():
    flash = Flash(20)
    j = journal(flash, 2, warning_sectors=2)
    fill(j, TRACK, 63 * 10)
    flash.refuses_program[18] = flash.refuses_erase[18] = ERROR
    (seq,) = fill(j, TRACK, 1)
    smaller = Flash(19)
    smaller.data[:] = flash.data[: 19 * 4096]
    found = losses(journal(smaller, 2, warning_sectors=2))
    assert [loss for loss in found if loss[0] == TRACK and loss[1] <= seq <= loss[2]]


def test_one_that_shrank_before_the_update_does_so_too():
    flash = Flash(10)
    writer = OldJournal(flash)
    for lane, number in ((0, 10), (1, 400)):
        for _ in range(number):
            writer.append(lane, BODY)
    smaller = Flash(9)
    smaller.data[:] = flash.data[: 9 * 4096]
    got = deliver(journal(flash))[TRACK]
    j = journal(smaller)
    kept = deliver(j)
    assert kept[ALARM] == list(range(1, 11))
    found = losses(j)
    missing = [seq for seq in got if seq not in kept[TRACK]]
    assert missing and len(kept[TRACK]) > 100
    for seq in missing:
        assert [loss for loss in found if loss[0] == TRACK and loss[1] <= seq <= loss[2]], seq
    delivered(j).renew()
    assert j._book.form[3] == 9


def test_a_partition_that_grew_or_other_sizes_wait_until_all_is_delivered():
    flash = Flash(32)
    fill(journal(flash), ALARM, 3)
    larger = Flash(40)
    larger.data[: 32 * 4096] = flash.data
    j = journal(larger)
    assert j.is_outdated and seqs(j, ALARM) == [1, 2, 3]
    delivered(j).renew()
    assert j._book.form[3] == 40
    j = journal(flash, 8)
    assert j.is_outdated and seqs(j, ALARM) == [1, 2, 3]
    delivered(j).renew()
    assert j._book.form[1] == 8 and not journal(flash, 8).is_outdated


def test_the_power_goes_in_a_change_of_sizes():
    at = 0
    while True:
        flash = Flash(32, seed=at)
        nvs = Nvs()
        j = journal(flash, nvs=nvs)
        fill(j, ALARM, 100)
        delivered(j)
        j = delivered(journal(flash, 8, nvs))
        flash.cut(at, at % 6, weak=True)
        try:
            j.renew()
            later(j, 3)
        except PowerCut:
            flash.power(at % 3)
            j = journal(flash, 8, nvs)
            (seq,) = fill(j, ALARM, 1)
            flash.power((at + 1) % 3)
            assert seqs(journal(flash, 8, nvs), ALARM)[-1] == seq
            at += 1
            continue
        break
    assert at >= 4

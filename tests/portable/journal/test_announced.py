"""What is dropped is announced, exactly, and counts as heard when the city has heard it. P2."""

from nor import (
    ERROR,
    Flash,
    announce,
    block,
    deliver,
    drain,
    fill,
    journal,
    later,
    losses,
    lost,
    seqs,
)

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING


def small(flash):
    """Two sectors of alarms and of warnings, seven of track."""
    return journal(flash, 2, warning_sectors=2)


def covered(found, lane):
    """Numbers in the exact ranges of a lane, which must not overlap."""
    numbers = []
    for at, first, last, _, exact in found:
        if at == lane:
            assert exact
            numbers += range(first, last + 1)
    assert len(set(numbers)) == len(numbers)
    return numbers


def say(j):
    """Records an announcement that can be read again."""
    loss = lost(j)
    if loss:
        again = j.take_lost()
        body = b"%d %d %d %d %d" % loss
        j.announced(again, j.append(WARNING, KIND_EVENT, body))


def hear(j):
    """-> [(lane, first, last, count, is exact)] of the announcements that wait, all delivered."""
    found = []
    while True:
        say(j)
        waiting = drain(j, WARNING)
        if not waiting:
            return found
        found += [tuple(int(word) for word in body.split()) for _, _, body in waiting]
        deliver(j, WARNING)


def test_all_that_was_dropped_offline_is_announced_however_often_the_ring_turned():
    for restarts in (False, True):
        flash = Flash(14)
        j = small(flash)
        alarms = []
        for n in range(1, 1501):
            alarms += fill(j, ALARM, 1)
            say(j)
            if restarts and n % 170 == 0:
                j = small(flash)
        got = deliver(j, ALARM)[ALARM]
        found = hear(j)
        assert j.is_delivered
        told = covered(found, ALARM)
        assert sorted(got + [seq for seq in told if seq in alarms]) == alarms
        assert sum([count for _, _, _, count, _ in found]) == len(alarms) - len(got)


def test_an_announcement_that_is_dropped_itself_is_made_again():
    flash = Flash(14)
    j = small(flash)
    fill(j, TRACK, 7 * 63 + 1)
    first = announce(j)
    assert lost(j) is None, "it is on its way"
    fill(j, WARNING, 190)  # it goes, too
    assert first not in seqs(j, WARNING)
    found = losses(j)
    assert covered(found, TRACK) == list(range(1, 64))
    assert first in covered(found, WARNING)
    assert lost(j) is None and lost(small(flash)) is None


def test_it_is_made_again_after_a_power_cut_at_any_operation():
    """Cuts in the flood that drops the announcement."""
    for at in range(12):
        flash = Flash(14, seed=at)
        j = small(flash)
        fill(j, TRACK, 7 * 63 + 1)
        announce(j)
        assert j._book.ledger.save()
        fill(j, WARNING, 62)
        flash.cut(at, at % 6)
        try:
            fill(j, WARNING, 190)
        except Exception:  # noqa: BLE001 (PowerCut has two names in the VM)
            pass
        flash.power()
        j = small(flash)
        heard = deliver(j, WARNING)[WARNING]
        found = losses(j)
        if 443 not in heard:
            assert covered(found, TRACK) == list(range(1, 64)), at
        assert lost(j) is None and j.backlog(WARNING) == 0


def test_the_announcement_in_a_damaged_record_is_made_again():
    flash = Flash(14)
    j = small(flash)
    fill(j, TRACK, 7 * 63 + 1)
    seq = announce(j)
    fill(j, WARNING, 1)
    assert j._book.ledger.save()
    flash.flip(block(j, WARNING, 1), 32 + 10, 0)
    j = small(flash)
    assert deliver(j, WARNING)[WARNING] == [seq + 1]
    found = losses(j)
    assert (WARNING, 1, seq, 1, True) in found
    assert covered(found, TRACK) == list(range(1, 64))


def test_a_loss_that_grows_while_it_is_announced_is_not_half_forgotten():
    j = small(Flash(14))
    fill(j, TRACK, 7 * 63 + 1)
    j._book.ledger.save()
    loss = j.take_lost()
    fill(j, TRACK, 63)  # before the announcement is recorded
    assert (loss.first, loss.last) == (1, 63)
    j.announced(loss, fill(j, WARNING, 1)[0])
    deliver(j, WARNING)
    assert losses(j) == [(TRACK, 64, 126, 63, True)]


def test_what_the_city_got_between_two_losses_is_in_neither():
    j = small(Flash(14))
    fill(j, TRACK, 7 * 63)
    fill(j, TRACK, 1)
    j.may_send(TRACK, 64, 80)
    j.ack(TRACK, 80)
    fill(j, TRACK, 63)
    assert losses(j) == [(TRACK, 1, 63, 63, True), (TRACK, 81, 126, 46, True)]


def test_what_was_sent_and_not_acknowledged_is_lost_but_not_surely():
    flash = Flash(14)
    for restarts in range(2):
        flash = Flash(14)
        j = small(flash)
        fill(j, TRACK, 7 * 63)
        assert j.may_send(TRACK, 1, 20)
        if restarts:
            j = small(flash)
        fill(j, TRACK, 1)
        sure = 63 if restarts else 20  # the ledger says that up to 276 may have been sent
        found = losses(j)
        assert found[0] == (TRACK, 1, sure, None, False)
        assert found[1:] == ([] if restarts else [(TRACK, 21, 63, None, True)])


def test_what_is_sent_at_the_end_of_a_rest_may_have_arrived_too():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    assert j.may_send(ALARM, 1, 2)
    j.ack(ALARM, 2)
    lane = j._book.lanes[ALARM]
    while lane.reach > 2:  # nothing was on its way for a while
        later(j, 1)
    assert j.may_send(ALARM, 3, 3)
    later(j)
    j = journal(flash)
    fill(j, ALARM, 4 * 63)
    assert lost(j) == (ALARM, 3, 3, None, False)


def test_too_many_losses_are_put_together_and_say_so():
    j = small(Flash(14))
    for n in range(12):
        j._book.losses.add(TRACK, 10 * n + 1, 10 * n + 2, 2, True)
    found = losses(j)
    assert len(found) == 8 and found[0] == (TRACK, 1, 2, 2, True)
    assert sum(count for _, _, _, count, _ in found) == 24
    assert [exact for _, _, _, _, exact in found].count(False) >= 1


def test_a_block_that_fails_in_a_drop_is_counted_once():
    flash = Flash(14)
    j = small(flash)
    fill(j, TRACK, 7 * 63)
    flash.refuses_erase[block(j, TRACK, 1)] = ERROR
    fill(j, TRACK, 1)
    assert losses(j) == [(TRACK, 1, 126, 126, True)]


def test_it_is_a_loss_on_flash_before_it_is_announced():
    j = small(Flash(14))
    fill(j, TRACK, 7 * 63 + 1)
    assert j.take_lost() is None
    assert j._book.ledger.save()
    assert j.take_lost() is not None

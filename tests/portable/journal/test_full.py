"""A full lane: what goes first, and that the city hears of it. P1, P3."""

from nor import (
    BODY,
    ERROR,
    Flash,
    announce,
    block,
    deliver,
    fill,
    journal,
    later,
    losses,
    lost,
    seqs,
)

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING


def test_append_waits_for_no_erase():
    flash = Flash(32)
    j = journal(flash)
    j.prepare(0)
    for now in range(4000):
        before = flash.erases
        j.append((ALARM, WARNING, TRACK)[now % 3], KIND_EVENT, BODY)
        assert flash.erases == before
        j.ack(ALARM, j.next_seq)
        j.ack(WARNING, j.next_seq)
        later(j, 1)
        assert flash.erases <= before + 1  # nor does a turn wait for two


def test_no_flood_of_a_lane_evicts_a_record_of_another():
    for flood in (WARNING, TRACK):
        j = journal(Flash(32))
        kept = {lane: fill(j, lane, 200) for lane in (ALARM, WARNING, TRACK) if lane != flood}
        for _ in range(3000):
            fill(j, flood, 1)
            later(j, 1)
        for lane in kept:
            assert seqs(j, lane) == kept[lane], (flood, lane)


def test_announcements_of_lost_positions_crowd_out_no_warning():
    j = journal(Flash(20))
    fill(j, WARNING, 150)
    said = []
    for _ in range(9000):
        fill(j, TRACK, 1)
        later(j, 1)
        if announce(j):
            said.append(True)
    assert len(said) == 1 and len(seqs(j, WARNING)) == 151
    deliver(j, WARNING)
    lane, first, last, count, exact = lost(j)  # the rest in one
    assert (lane, exact) == (TRACK, True)
    assert last + 1 == seqs(j, TRACK)[0]
    assert 9000 - j.backlog(TRACK) - 63 == count


def test_full_alarm_lane_drops_acknowledged_ones_first():
    j = journal(Flash(32))
    fill(j, ALARM, 252)  # four sectors, full
    j.ack(ALARM, 63)
    later(j)
    fill(j, ALARM, 63)
    assert lost(j) is None
    assert seqs(j, ALARM) == list(range(64, 316))


def test_an_alarm_is_dropped_only_for_a_newer_alarm_and_announced():
    for lane in (ALARM, WARNING):
        j = journal(Flash(32))
        fill(j, lane, 252)
        later(j, 200)
        assert seqs(j, lane) == list(range(1, 253)) and lost(j) is None
        fill(j, lane, 1)
        assert lost(j) == (lane, 1, 63, 63, True)
        assert seqs(j, lane) == list(range(64, 254))
        assert j.backlog(lane) == 190


def test_full_track_lane_drops_the_oldest_and_says_how_many():
    j = journal(Flash(14), 2, warning_sectors=2)  # seven sectors
    fill(j, TRACK, 10)
    fill(j, ALARM, 10)
    fill(j, TRACK, 7 * 63 - 10 + 1)
    assert lost(j) == (TRACK, 1, 73, 63, True)  # numbers of all lanes, records of one
    assert seqs(j, TRACK)[0] == 74


def test_losses_of_all_lanes_are_announced():
    j = journal(Flash(14), 2, warning_sectors=2)
    for lane, sectors in ((TRACK, 7), (WARNING, 2), (ALARM, 2)):
        fill(j, lane, sectors * 63 + 1)
    found = losses(j)
    assert [(lane, count, exact) for lane, _, _, count, exact in found] == [
        (TRACK, 63, True), (WARNING, 63, True), (ALARM, 63, True)
    ]  # fmt: skip


def test_a_loss_is_offered_again_until_it_is_announced():
    flash = Flash(14)
    j = journal(flash, 2, warning_sectors=2)
    fill(j, TRACK, 7 * 63 + 1)
    for _ in range(2):
        assert lost(journal(flash)) == (TRACK, 1, 63, 63, True)
        assert lost(j) == (TRACK, 1, 63, 63, True)


def test_acknowledged_records_are_no_loss():
    j = journal(Flash(14), 2, warning_sectors=2)
    for now in range(2000):
        fill(j, TRACK, 1)
        if now % 100 == 0:
            j.ack(TRACK, j.next_seq)
        later(j, 1)
    assert lost(j) is None


def test_one_erase_a_turn():
    flash = Flash(32)
    j = journal(flash)
    for turn in (1, 2, 3, 4, 4):
        j.housekeep(0)
        assert flash.erases == 1 + turn  # one was for the ledger's first sector


def test_a_lane_with_one_good_block_takes_more_once_the_city_has_it():
    for lane in (ALARM, WARNING, TRACK):
        flash = Flash(20)
        j = journal(flash, 5, warning_sectors=5)
        (first,) = fill(j, lane, 1)
        ring = j._book.lanes[lane].ring
        good = block(j, lane, ring.newest)
        for bad in range(ring.blocks.first, ring.blocks.first + ring.blocks.count):
            if bad != good:
                flash.refuses_erase[bad] = flash.refuses_program[bad] = ERROR
        confirmed, got = [first], []
        for _ in range(400):
            try:
                confirmed += fill(j, lane, 1)
            except OSError:
                assert j.backlog(lane) > 60, "it is full"
                if len(confirmed) > 150:
                    j = journal(flash, 5, warning_sectors=5)
                got += deliver(j, lane)[lane]
                later(j, 5)
        got += deliver(j, lane)[lane]
        assert len(confirmed) > 380 and got == confirmed and lost(j) is None
        later(j, 30)
        (last,) = fill(j, lane, 1)
        assert seqs(journal(flash, 5, warning_sectors=5), lane) == [last], "not erased meanwhile"


def test_the_only_good_block_of_the_ledger_is_never_erased():
    flash = Flash(20)
    j = journal(flash)
    ledger = j._book.ledger
    good = ledger.ring.blocks.block(ledger.ring.newest)
    for bad in range(3):
        if bad != good:
            flash.refuses_erase[bad] = ERROR
    wear = flash.wear[good]
    while ledger.save():
        fill(j, ALARM, 1)
    later(j)
    assert flash.wear[good] == wear

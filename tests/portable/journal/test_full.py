"""A full lane: what is dropped first, and that the city hears of it. P1, P3."""

from nor import BODY, Flash, fill, journal, seqs

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK


def test_append_waits_for_no_erase():
    flash = Flash(16)
    j = journal(flash)
    j.housekeep(0)
    j.housekeep(0)
    for now in range(4000):
        before = flash.erases
        j.append(now % 2, KIND_EVENT, BODY)
        assert flash.erases == before
        j.ack(ALARM, j.next_seq)
        j.housekeep(now)
        assert flash.erases <= before + 1  # nor does a turn wait for two


def test_announcements_of_lost_positions_evict_no_alarm():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 150)
    said = []
    for now in range(9000):
        fill(j, TRACK, 1)
        j.housekeep(now)
        lost = j.take_lost()
        if lost:
            said.append(lost)
            j.append(ALARM, KIND_EVENT, bytes(300))
    assert [lost[0] for lost in said] == [TRACK]
    assert len(seqs(j, ALARM)) == 151
    j.ack(ALARM, j.next_seq)
    last = j.take_lost()  # the rest in one
    assert last[0] == TRACK and last[1] == said[0][2] + 1
    assert said[0][3] + last[3] + j.backlog(TRACK) == 9000


def test_positions_evict_no_alarm():
    j = journal(Flash(16))
    fill(j, ALARM, 200)
    for now in range(3000):
        fill(j, TRACK, 1)
        j.housekeep(now)
    assert seqs(j, ALARM) == list(range(1, 201))
    assert j.backlog(TRACK) < 800


def test_full_alarm_lane_drops_acknowledged_ones_first():
    j = journal(Flash(16))
    fill(j, ALARM, 252)  # four sectors, full
    j.ack(ALARM, 63)
    for now in range(10):
        j.housekeep(now)
    fill(j, ALARM, 63)
    assert j.take_lost() is None
    assert seqs(j, ALARM) == list(range(64, 316))


def test_an_alarm_is_dropped_only_for_a_newer_alarm_and_announced():
    j = journal(Flash(16))
    fill(j, ALARM, 252)
    for now in range(0, 200000, 1000):
        j.housekeep(now)
    assert seqs(j, ALARM) == list(range(1, 253)) and j.take_lost() is None
    fill(j, ALARM, 1)
    assert j.take_lost() == (ALARM, 1, 63, 63)
    assert seqs(j, ALARM) == list(range(64, 254))
    assert j.backlog(ALARM) == 190
    assert j.take_lost() is None


def test_full_track_lane_drops_the_oldest_and_says_how_many():
    j = journal(Flash(8))  # four sectors each
    fill(j, TRACK, 10)
    fill(j, ALARM, 10)
    fill(j, TRACK, 252)
    assert j.take_lost() == (TRACK, 1, 73, 63)  # numbers of both lanes, records of one
    assert seqs(j, TRACK)[0] == 74
    j.ack(ALARM, fill(j, ALARM, 1)[0])
    fill(j, TRACK, 126)
    assert j.take_lost() == (TRACK, 74, 199, 126)


def test_losses_of_both_lanes_are_announced():
    j = journal(Flash(8))
    fill(j, TRACK, 300)
    fill(j, ALARM, 300)
    assert j.take_lost() == (ALARM, 1, 363, 63)  # from the cursor on
    assert j.take_lost() == (TRACK, 1, 63, 63)
    assert j.take_lost() is None


def test_loss_is_offered_again_until_it_was_announced():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 253)
    for _ in range(2):
        assert journal(flash).take_lost() == (TRACK, 1, 63, 63)
    assert j.take_lost() == (TRACK, 1, 63, 63)
    j.append(ALARM, KIND_EVENT, b"records lost")
    assert j.take_lost() is None
    j.housekeep(0)  # erases ahead for alarms
    j.housekeep(0)  # for positions, and before that writes the cursor
    assert journal(flash).take_lost() == (TRACK, 64, 126, 63)


def test_loss_is_kept_while_the_alarm_lane_refuses_the_announcement():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 253)
    assert j.take_lost() is not None
    for block in range(4):
        flash.refuses_program[block] = 1
    try:
        j.append(ALARM, KIND_EVENT, b"records lost")
        assert False
    except OSError:
        pass
    assert j.take_lost() is None  # the caller still has it to append
    fill(j, TRACK, 63)  # opens a sector, with the cursor in front
    assert journal(flash).take_lost() == (TRACK, 1, 126, 126)
    flash.refuses_program.clear()
    seq = j.append(ALARM, KIND_EVENT, b"records lost")
    assert j.take_lost() is None
    j.ack(ALARM, seq)
    assert j.take_lost() == (TRACK, 64, 126, 63)


def test_acknowledged_records_are_no_loss():
    j = journal(Flash(8))
    for now in range(2000):
        fill(j, TRACK, 1)
        if now % 100 == 0:
            j.ack(TRACK, j.next_seq)
        j.housekeep(now)
    assert j.take_lost() is None


def test_one_erase_a_turn():
    flash = Flash(16)
    j = journal(flash)
    for turn in (1, 2, 2):
        j.housekeep(0)
        assert flash.erases == 1 + turn  # one was for the first sector

"""Torn, weak, flipped, worn: what the flash may do to a journal. P1, P3."""

from nor import ERROR, NEW, OLD, SILENT, Flash, PowerCut, cut_in, drain, fill, journal, seqs

from firmware.journal.journal import ALARM, KIND_EVENT

UNCONFIRMED = 5  # index of sim.wires.flash.TEARS


def test_alarms_survive_a_power_cut_at_every_operation():
    for tear in range(6):
        for at in range(tear, 40, 3):
            flash = Flash(4, seed=at)
            flash.cut(at, tear, weak=True)
            confirmed = []
            j = None
            try:
                j = journal(flash, 2)
                for i in range(40):
                    confirmed.append(
                        (j.append(ALARM, KIND_EVENT, bytes([i]) * 90), bytes([i]) * 90)
                    )
            except PowerCut:
                pass
            for mood in range(3):
                flash.power(mood)
                again = journal(flash, 2)
                found = [(seq, payload) for seq, _, payload in drain(again, ALARM)]
                assert found[: len(confirmed)] == confirmed, (tear, at, mood)
                assert len(found) <= len(confirmed) + 1
                assert again.next_seq > (found[-1][0] if found else 0)


def test_a_torn_record_does_not_appear_after_the_lane_went_on():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.cut(0, UNCONFIRMED, weak=True)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(OLD)
    j = journal(flash)
    fifth = fill(j, ALARM, 1)[0]
    flash.power(NEW)
    assert seqs(journal(flash), ALARM) == [1, 2, 3, fifth]


def test_starts_that_come_no_further_than_to_open_a_sector_eat_no_alarms():
    flash = Flash(16)
    fill(journal(flash), ALARM, 240)
    for _ in range(10):
        j = journal(flash)
        flash.cut(2, 0)  # in the record: erase, header and then this
        cut_in(lambda j=j: fill(j, ALARM, 1))
        flash.power()
    j = journal(flash)
    assert len(seqs(j, ALARM)) >= 177  # one sector went for the alarm that came


def test_a_torn_header_that_wavers_takes_no_record_along():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    for mood in (OLD, NEW):  # sector 2 is torn, and there the next time: so sector 3 is torn
        flash.power(mood)
        j = journal(flash)
        flash.cut(1, UNCONFIRMED, weak=True)
        cut_in(lambda j=j: fill(j, ALARM, 1))
    flash.power(OLD)  # neither is there: sector 2 is opened again
    j = journal(flash)
    fresh = fill(j, ALARM, 3)
    flash.power(NEW)  # and sector 3 is back
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3] + fresh
    assert j.next_seq > fresh[-1]


def test_a_flipped_bit_in_a_header_is_put_right():
    flash = Flash(16)
    fill(journal(flash), ALARM, 130)
    for bit in range(0, 256, 7):
        for block in (1, 3):  # the oldest and the newest
            flash.flip(block, bit // 8, bit % 8)
        j = journal(flash)
        assert seqs(j, ALARM) == list(range(1, 131)), bit
        assert j.take_lost() is None and j.next_seq == 132
        for block in (1, 3):
            flash.flip(block, bit // 8, bit % 8)


def test_torn_records_that_waver_take_no_others_along():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    for mood in (OLD, NEW):  # sectors 2 and 3 begin with a torn record, there and not there
        flash.power(mood)
        j = journal(flash)
        flash.cut(2, UNCONFIRMED, weak=True)
        cut_in(lambda j=j: fill(j, ALARM, 1))
    flash.power(OLD)
    j = journal(flash)
    fresh = fill(j, ALARM, 1)
    flash.power(NEW)
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3] + fresh
    assert j.next_seq > fresh[-1]


def test_a_torn_cursor_behind_a_sound_header():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 20)
    j.ack(ALARM, 10)
    j.housekeep(0)
    j.housekeep(30000)
    fill(j, ALARM, 42)
    j.ack(ALARM, 20)
    fill(j, ALARM, 1)  # opens sector 2
    at = 2 * 4096
    flash.data[at + 32 : at + 4096] = b"\xff" * (4096 - 32)
    assert journal(flash).backlog(ALARM) == 52  # the cursor in sector 1
    flash.data[at + 40] = 0x55
    assert journal(flash).backlog(ALARM) == 52


def test_a_sector_that_does_not_take_a_program_is_skipped():
    for how in (ERROR, SILENT):
        flash = Flash(16)
        flash.refuses_program[2] = how
        j = journal(flash)
        fill(j, ALARM, 60)
        flash.refuses_program[1] = how
        fill(j, ALARM, 60)
        for one in (j, journal(flash)):
            assert seqs(one, ALARM) == list(range(1, 121))


def test_a_sector_that_cannot_be_erased_is_skipped():
    for how in (ERROR, SILENT):
        flash = Flash(16)
        j = journal(flash)
        for now in range(600):
            if now == 100:
                flash.refuses_erase[2] = how
            fill(j, ALARM, 1)
            j.ack(ALARM, j.next_seq - 20)
            j.housekeep(now)
        assert seqs(j, ALARM) == list(range(582, 601))
        assert flash.wear[2] > 2  # it was tried


def test_what_a_start_did_not_find_stays_out():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.cut(0, UNCONFIRMED, weak=True)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(OLD)
    j = journal(flash)
    flash.mood = NEW
    assert seqs(j, ALARM) == [1, 2, 3]


def test_damage_at_the_end_uses_no_number_twice():
    flash = Flash(16)
    fill(journal(flash), ALARM, 10)
    for record in (8, 9):
        flash.flip(1, 48 + record * 64 + 20, 0)
    assert journal(flash).next_seq > 10


def test_damage_right_behind_the_cursor_is_announced_with_its_number():
    flash = Flash(16)
    fill(journal(flash), ALARM, 70)
    flash.flip(1, 48 + 20, 0)
    j = journal(flash)
    j.ack(ALARM, 70)
    assert j.take_lost() == (ALARM, 1, 63, 1)


def test_what_was_dropped_is_gone_though_it_could_not_be_erased():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 252)
    flash.refuses_erase[1] = ERROR
    fill(j, ALARM, 1)
    assert j.take_lost() == (ALARM, 1, 126, 126)
    assert seqs(j, ALARM) == list(range(127, 254))


def test_losses_are_reported_in_order_though_a_start_overlooked_two_sectors():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    ghosts = []  # torn records, each the only one in its sector
    for _ in range(2):
        j = journal(flash)
        ghosts.append(j.next_seq)
        flash.cut(2, UNCONFIRMED, True)  # erase, header, record
        cut_in(lambda j=j: fill(j, ALARM, 1))
        flash.power(NEW)
    flash.power(OLD)  # seen by one start and not by the next, which opens the first anew
    j = journal(flash)
    assert j.next_seq > ghosts[1] and seqs(j, ALARM) == [1, 2, 3]
    flash.cut(2, 0)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(NEW)
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3, ghosts[1]]
    loss = None
    while loss is None:
        fill(j, ALARM, 1)
        loss = j.take_lost()
    assert loss == (ALARM, 1, 3, 3)
    announcement = j.append(ALARM, KIND_EVENT, b"lost")
    assert j.take_lost() is None
    fill(j, ALARM, 130)  # both sectors go, before the city has heard of the first loss
    j.ack(ALARM, announcement)
    assert j.take_lost() == (ALARM, 4, ghosts[1], 2)

"""What the city has: acknowledgements, and the cursor that keeps them on the flash. P1."""

from nor import SILENT, Flash, PowerCut, cut_in, fill, journal, seqs

from firmware.journal.journal import ALARM, TRACK


def test_acknowledgements():
    j = journal(Flash(16))
    fill(j, ALARM, 5)
    fill(j, TRACK, 5)
    for seq, left in ((0, 5), (2, 3), (1, 3), (2, 3), (4, 1), (999, 0)):
        j.ack(ALARM, seq)
        assert j.backlog(ALARM) == left
    assert j.backlog(TRACK) == 5
    assert seqs(j, ALARM) == []
    j.ack(TRACK, 7)  # numbers of both lanes
    assert seqs(j, TRACK) == [8, 9, 10]


def test_cursor_is_written_after_thirty_seconds():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 5)
    j.ack(ALARM, 3)
    for now in (1000, 30999):
        j.housekeep(now)
    assert seqs(journal(flash), ALARM) == [1, 2, 3, 4, 5]
    j.housekeep(31000)
    assert seqs(journal(flash), ALARM) == [4, 5]


def test_cursor_is_written_after_thirty_two_records():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 40)
    j.ack(ALARM, 31)
    j.housekeep(0)
    assert journal(flash).backlog(ALARM) == 40
    j.ack(ALARM, 32)
    j.housekeep(1)
    assert journal(flash).backlog(ALARM) == 8


def test_cursor_is_written_once_in_thirty_seconds():
    flash = Flash(16)
    j = journal(flash)
    j.housekeep(0)
    j.housekeep(0)
    flash.reset_counts()
    for now in range(0, 60):
        j.ack(ALARM, fill(j, ALARM, 1)[0])
        j.housekeep(now * 1000)
    assert flash.programs == 60 + 1  # records and a cursor; the second is not yet due


def test_cursor_is_copied_into_the_next_sector():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 20)
    fill(j, ALARM, 1)
    j = journal(flash)
    assert j.backlog(ALARM) == 44 and seqs(j, ALARM)[0] == 21


def test_an_idle_bus_writes_nothing():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 5)
    j.ack(ALARM, 5)
    for now in range(0, 100000, 1000):
        j.housekeep(now)
    flash.reset_counts()
    for now in range(100000, 1000000, 1000):
        j.housekeep(now)
    assert (flash.erases, flash.programs) == (0, 0)


def test_cursor_is_written_before_what_it_covers_is_erased():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 252)
    j.ack(TRACK, 20)
    flash.cut(0, 0)
    try:
        fill(j, TRACK, 1)
        assert False
    except PowerCut:
        flash.power()
    flash.refuses_program.clear()
    j = journal(flash)  # cut in that cursor: nothing is erased yet
    assert j.backlog(TRACK) == 252
    fill(j, TRACK, 1)
    assert j.take_lost() == (TRACK, 1, 63, 63)


def test_a_cursor_that_the_flash_refuses_is_not_written_over():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 5)
    j.ack(ALARM, 3)
    flash.refuses_program[1] = SILENT
    j.housekeep(0)
    j.housekeep(30000)
    flash.refuses_program.clear()
    fill(j, ALARM, 5)
    assert seqs(j, ALARM) == list(range(4, 11))
    assert journal(flash).backlog(ALARM) == 7


def test_the_cursor_comes_before_the_erase_in_a_full_sector():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 252)
    j.ack(TRACK, 20)
    flash.cut(1, 0)  # in the erase
    cut_in(lambda: fill(j, TRACK, 1))
    flash.power()
    assert journal(flash).backlog(TRACK) == 232


def test_a_due_cursor_leaves_the_last_place_of_a_full_sector_free():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 10)
    j.housekeep(0)
    j.housekeep(30000)
    assert bytes(flash.data[2 * 4096 - 16 : 2 * 4096]) == b"\xff" * 16
    assert journal(flash).backlog(ALARM) == 53  # it opened the next one

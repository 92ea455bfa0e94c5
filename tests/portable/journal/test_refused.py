"""A read that the flash refuses is not data: it is tried again, and nothing else follows. P1."""

from nor import (
    BODY,
    SILENT,
    Flash,
    announce,
    block,
    deliver,
    drain,
    entropy,
    fill,
    journal,
    later,
    lost,
    seqs,
)

from firmware.journal.cells import Refused
from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING, Journal


class Picky(Flash):
    """Refuses the reads with these numbers, counted from the start."""

    def __init__(self, blocks, *numbers):
        super().__init__(blocks)
        self.asked = 0
        self.numbers = numbers

    def readblocks(self, block, buf, offset=0):
        self.asked += 1
        if self.asked in self.numbers:
            raise OSError(12)
        Flash.readblocks(self, block, buf, offset)


def until_known(j):
    rounds = 0
    while j.epoch is None:
        later(j, 2)
        rounds += 1
        assert rounds < 50
    later(j, 4)
    return j


def populated():
    flash = Flash(14)
    j = journal(flash, 2, warning_sectors=2)
    for lane in (ALARM, WARNING, TRACK):
        fill(j, lane, 70)
    j.ack(TRACK, 150)
    assert j._book.ledger.save()
    return flash


def test_the_sender_stands_where_it_stood():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 70)
    reader = j.reader(ALARM)
    for seq in range(1, 71):
        flash.refusals = 1
        try:
            while reader.read():  # what it has in its buffer needs no flash
                assert reader.seq == seq
                seq += 1
        except Refused:
            pass
        flash.refusals = 0
        while reader.read():
            assert reader.seq == seq
            seq += 1
        break
    assert seq == 71 and j.damaged == 0


def test_a_start_whose_reads_are_refused_finds_everything_later():
    image = populated()
    reads = 0
    while True:
        reads += 1
        flash = Picky(14, reads)
        flash.data[:] = image.data
        j = journal(flash)
        if flash.asked < reads:
            break
        if j.epoch is None:
            try:
                fill(j, ALARM, 1)
                assert False, "append before anything is known"
            except OSError:
                pass
            assert j.backlog(ALARM) is None and j.take_lost() is None and j.refuses
        until_known(j)
        assert j.epoch == "9f3a21c4", reads
        assert seqs(j, ALARM) == list(range(1, 71)), reads
        assert seqs(j, TRACK) == list(range(151, 211)), reads
        assert lost(j) is None and j.damaged == 0
    assert reads > 30


def test_what_is_found_between_two_ticks_is_made_ready_between_ticks():
    flash = Flash(20)
    fill(journal(flash), ALARM, 5)
    flash.refusals = 1
    j = journal(flash)
    flash.reset_counts()
    for turn in range(1, 20):
        later(j, 1)
        erases = flash.erases
        assert erases <= turn, "one a turn"
        try:
            fill(j, ALARM, 1)
            break
        except OSError:
            assert flash.erases == erases, "no tick waits for an erase"
    fill(j, WARNING, 1)
    fill(j, TRACK, 1)
    assert flash.erases == erases == 4


def test_a_flash_that_refuses_is_never_formatted():
    for image in (Flash(14), populated()):
        before = bytes(image.data)
        image.refuses_one_in = 1
        drawn = []
        j = Journal(image, lambda n, drawn=drawn: drawn.append(n) or bytes(n))
        later(j, 100)
        assert j.epoch is None and not drawn and bytes(image.data) == before
        image.answer()
        until_known(j)
        assert len(seqs(j, ALARM)) in (0, 70)


def test_every_read_of_a_day_refused_once_costs_nothing():
    reads = 0
    while True:
        reads += 1
        flash = Picky(14, reads)
        confirmed = day(flash, reads)
        if flash.asked < reads:
            break
    assert reads > 300 and len(confirmed[ALARM]) == 90


def day(flash, reads):
    """Records, sends, acknowledges, fills the track lane -> numbers by lane."""
    j = until_known(journal(flash, 2, warning_sectors=2))
    confirmed = {ALARM: [], WARNING: [], TRACK: []}
    got = {ALARM: [], WARNING: [], TRACK: []}
    for n in range(90):
        for lane in (ALARM, TRACK) if n % 9 else (ALARM, WARNING, TRACK):
            confirmed[lane].append(appended(j, lane, BODY + bytes([n])))
        if n % 30 == 20:
            for lane in got:
                got[lane] += delivered(j, lane)
            later(j, 1)
    for _ in range(5):
        later(j, 20)
        for lane in got:
            got[lane] += delivered(j, lane)
    flash.numbers = ()
    assert got == confirmed, reads
    assert lost(j) is None and j.damaged == 0, reads
    again = until_known(journal(flash, 2, warning_sectors=2))
    assert again.epoch == "9f3a21c4"
    return confirmed


def test_every_read_of_an_overrun_refused_once_makes_no_other_loss():
    reads = 0
    body = bytes(1300)  # three records a sector
    while True:
        reads += 1
        flash = Picky(14, reads)
        j = until_known(journal(flash, 2, warning_sectors=2))
        numbers = [appended(j, ALARM, body) for _ in range(7)]
        j = until_known(journal(flash, 2, warning_sectors=2))
        numbers += [appended(j, ALARM, body) for _ in range(7)]
        if flash.asked < reads:
            break
        flash.numbers = ()
        got = seqs(j, ALARM)
        gone = [seq for seq in numbers if seq not in got]
        assert lost(j) == (ALARM, gone[0], gone[-1], len(gone), True), reads
        assert numbers == gone + got and j.damaged == 0, reads
    assert reads > 60


def appended(j, lane, body):
    for _ in range(3):
        seq = j.next_seq
        try:
            assert j.append(lane, KIND_EVENT, body) == seq
            return seq
        except OSError:
            pass
    assert False, "a single refusal"


def delivered(j, lane):
    try:
        return deliver(j, lane)[lane]
    except Refused:
        return deliver(j, lane)[lane]


def test_a_record_that_could_not_be_read_back_is_confirmed_later_and_not_doubled():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.refuses_one_in = 1
    for _ in range(20):
        try:
            j.append(ALARM, KIND_EVENT, b"sos")
            assert False, "nobody has read it"
        except OSError:
            assert j.next_seq == 4, "no number is used up meanwhile"
    assert j.is_in_doubt and flash.programs == 3 + 4, "two headers, the ledger, four records"
    flash.answer()
    assert j.append(ALARM, KIND_EVENT, b"sos") == 4
    assert not j.is_in_doubt
    assert [payload for _, _, payload in drain(j, ALARM)][3:] == [b"sos"]
    assert j.next_seq == 5


def test_a_record_in_doubt_that_is_not_there_is_written_in_another_sector():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.refuses_program[block(j, ALARM, 1)] = SILENT
    flash.refuses_one_in = 1
    for _ in range(2):
        try:
            j.append(ALARM, KIND_EVENT, b"sos")
            assert False, "nobody has read it"
        except OSError:
            pass
    flash.answer()
    try:
        j.append(ALARM, KIND_EVENT, b"sos")
        assert False, "it is not there"
    except OSError:
        pass
    seq = j.append(ALARM, KIND_EVENT, b"sos")
    assert not j.is_in_doubt and j.backlog(ALARM) == 4
    for again in (journal(flash), j):
        assert drain(again, ALARM)[3:] == [(seq, KIND_EVENT, b"sos")]
    deliver(j)
    assert lost(j) is None and j.damaged == 0


def test_an_erase_that_could_not_be_looked_at_is_not_done_again():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 63)
    flash.refuses_reads = {block(j, ALARM, 2)}
    erases = flash.erases
    for _ in range(100):
        try:
            fill(j, ALARM, 1)
            assert False
        except OSError:
            pass
        later(j, 1)
    assert flash.wear[block(j, ALARM, 2)] == 1 and flash.erases <= erases + 4
    flash.answer()
    fill(j, ALARM, 1)
    assert len(seqs(j, ALARM)) == 64 and flash.wear[block(j, ALARM, 2)] == 1


def test_another_record_does_not_take_the_number_of_the_one_in_doubt():
    for lane, body in ((TRACK, b"sos"), (ALARM, b"sod"), (ALARM, b"so"), (WARNING, b"")):
        flash = Flash(32)
        j = journal(flash)
        fill(j, ALARM, 1)
        fill(j, TRACK, 1)
        fill(j, WARNING, 1)
        flash.refuses_one_in = 1
        for _ in range(2):
            try:
                j.append(ALARM, KIND_EVENT, b"sos")
                assert False
            except OSError:
                pass
        flash.answer()
        try:
            j.append(lane, KIND_EVENT, body)
            assert False, "its caller counts on number 4"
        except OSError:
            pass
        assert j.append(lane, KIND_EVENT, body) == 5
        assert drain(j, ALARM)[1][:3] == (4, KIND_EVENT, b"sos")


def test_a_flash_that_refuses_for_ever_is_not_worn():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 252)
    later(j)
    flash.refuses_one_in = 1
    erases, programs = flash.erases, flash.programs
    for _ in range(500):
        try:
            fill(j, ALARM, 1)
            assert False
        except OSError:
            pass
        later(j, 1)
    assert flash.erases <= erases + 4 and flash.programs <= programs + 1
    assert j.next_seq == 253 and j.backlog(ALARM) == 252 and j.take_lost() is None
    flash.answer()
    fill(j, ALARM, 1)
    assert lost(j) == (ALARM, 1, 63, 63, True)


def test_a_read_that_was_refused_once_is_no_outage_though_nobody_reads_again():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    later(j)
    reader = j.reader(ALARM)
    flash.refusals = 1
    try:
        reader.read()
        assert False
    except Refused:
        pass
    assert j.refuses
    later(j, 1)
    assert not j.refuses
    flash.refuses_reads = {block(j, ALARM, 1)}
    for _ in range(10):
        try:
            reader.read()
            assert False
        except Refused:
            later(j, 1)
        fill(j, TRACK, 1)
        assert j.refuses, "one block that goes on refusing"


def test_an_acknowledgement_waits_for_the_flash():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 70)
    flash.refuses_one_in = 1
    j.ack(ALARM, 66)
    assert j.backlog(ALARM) > 4
    later(j, 3)
    flash.answer()
    later(j, 1)
    assert j.backlog(ALARM) == 4 and j.damaged == 0


def test_nothing_is_sent_that_the_ledger_could_not_note():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.refuses_one_in = 1
    for _ in range(3):
        try:
            j.may_send(ALARM, 1, 1)
            assert False
        except Refused:
            pass
    flash.answer()
    assert j.may_send(ALARM, 1, 1)
    assert announce(j) is None and entropy(4)

"""The commands for receivers, byte for byte as the manuals print them; the driver's steps."""

from drivers.gnss import UNKNOWN, Gnss
from drivers.gnss_commands import CASIC, MTK, QUESTIONS, UBLOX, commands, sentence, ubx_cfg


def test_sentences_and_frames_as_the_manuals_print_them():
    assert sentence(b"PCAS02,200") == b"$PCAS02,200*1D\r\n"
    assert sentence(b"PMTK220,200") == b"$PMTK220,200*2C\r\n"
    assert ubx_cfg(0x01, b"\xf0\x03\x00") == b"\xb5\x62\x06\x01\x03\x00\xf0\x03\x00\xfd\x15"
    questions = [question for _, question, _ in QUESTIONS]
    assert questions == [
        b"$PCAS06,0*1B\r\n",
        b"\xb5\x62\x0a\x04\x00\x00\x0e\x34",
        b"$PMTK605*31\r\n",
    ]


def test_an_older_ublox_is_set_up_by_messages_and_a_newer_one_by_keys():
    old = commands(UBLOX, b"..PROTVER=18.00", 200)
    assert [command[:4] for command, _ in old] == [b"\xb5\x62\x06\x01"] * 4 + [b"\xb5\x62\x06\x08"]
    assert old[4][0] == b"\xb5\x62\x06\x08\x06\x00\xc8\x00\x01\x00\x01\x00\xde\x6a"
    assert old[4][1] == b"\xb5\x62\x05\x01\x02\x00\x06\x08"
    assert commands(UBLOX, b"PROTVER 14.00", 200) == commands(UBLOX, b"", 200) == old
    ((new, ack),) = commands(UBLOX, b"PROTVER=34.10", 1000)
    assert new[2:4] == b"\x06\x8a" and b"\x01\x00\x21\x30\xe8\x03" in new
    assert ack == b"\xb5\x62\x05\x01\x02\x00\x06\x8a"
    assert len(commands(UBLOX, b"PROTVER=27.00", 1000)) == 1
    assert len(commands(UBLOX, b"PROTVER=26.00", 1000)) == 5


def test_casic_and_mtk():
    told = [command for command, ack in commands(CASIC, b"", 1000)]
    assert told[1] == b"$PCAS03,1,0,0,0,1,0,0,0,0,0,,,0,0*02\r\n"
    assert told[2] == b"$PCAS02,1000*2E\r\n"
    told = commands(MTK, b"", 200)
    assert [ack for _, ack in told] == [b"$PMTK001,314,3", b"$PMTK001,386,3", b"$PMTK001,220,3"]
    assert commands(UNKNOWN, b"", 1000) == []


class Uart:
    """A receiver that sends at one speed only, and answers nothing."""

    def __init__(self):
        self.baudrate = 9600
        self.sent = []

    def any(self):
        return 0

    def init(self, baudrate):
        self.baudrate = baudrate

    def write(self, data):
        self.sent.append(data)


def test_every_speed_is_listened_to_and_nothing_is_said_into_the_void():
    uart = Uart()
    gnss = Gnss(uart)
    assert gnss.readinto(bytearray(8)) == 0
    seen = []
    for now_ms in range(0, 60000, 100):
        gnss.turn(now_ms, 0)
        if not seen or seen[-1] != uart.baudrate:
            seen.append(uart.baudrate)
    assert sorted(set(seen)) == [4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800]
    assert seen[::2] == [9600] * len(seen[::2]) and uart.sent == []


def test_one_that_answers_nothing_is_asked_three_times():
    uart = Uart()
    gnss = Gnss(uart)
    for now_ms in range(0, 120000, 100):
        gnss.turn(now_ms, now_ms // 200)
    assert gnss.brand == UNKNOWN and len(uart.sent) == 9 and gnss.baudrate == 9600

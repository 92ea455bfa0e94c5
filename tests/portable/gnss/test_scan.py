"""scan: damaged, strange and random bytes; and no heap."""

import gc
import random

from sentences import GGA, RMC, VOID, at, heard, line

from firmware.gnss.nmea import Nmea


def test_a_wrong_checksum_changes_nothing():
    reader = heard(RMC)
    for wrong in (1, 0x10, 0x80):
        heard(line(at(GGA, "133901.90"), wrong), reader=reader)
    assert reader.fixes == 1 and reader.damaged == 3 and reader.sentences == 1
    for tail in (b"*\r\n", b"*4\r\n", b"*G0\r\n", b"*4G\r\n", b"*:7\r\n"):
        heard(b"$" + VOID.encode() + tail, reader=reader)
    assert reader.fix.valid and reader.damaged == 8


def test_hex_digits_of_either_case():
    body = GGA.replace("15.2", "15.8")
    data = line(body)
    assert data[-4:] != data[-4:].lower()
    assert heard(data[:-4] + data[-4:].lower()).fix.valid


def test_no_checksum_is_taken_from_a_receiver_that_has_never_sent_one():
    bare = b"$" + RMC.encode() + b"\r\n"
    reader = heard(bare)
    assert reader.fix.valid and reader.damaged == 0
    reader = heard(GGA, b"$" + at(VOID, "133902.90").encode() + b"\r\n")
    assert reader.fix.valid and reader.damaged == 1


def test_a_dollar_starts_a_sentence_anywhere():
    for cut in range(1, len(line(GGA)) - 3):
        reader = heard(line(GGA)[:cut] + line(RMC))
        assert reader.fix.valid and reader.fix.speed_mms == 6351, cut
    assert heard(b"$GAGSV,1,1,00,$$" + line(RMC)[1:]).fix.valid


def test_binary_between_and_inside():
    ubx = b"\xb5\x62\x01\x07\x04\x00$G\x00\xff"
    casic = b"\xba\xce\x04\x00\x01\x02\n\r*,.\x80"
    reader = heard(ubx, line(RMC), casic, line(GGA))
    assert reader.fix.valid and reader.fix.sats == 11
    for forbidden in ("\x80", "\x7f", "\xff", "\t", "\x00"):
        body = RMC.replace(",A,V", "," + forbidden + ",V")
        total = 0
        for c in body:
            total ^= ord(c)
        data = b"$" + bytes([ord(c) for c in body]) + b"*%02X\r\n" % total
        assert heard(data).sentences == 0, forbidden
    half = len(line(RMC)) // 2
    reader = heard(line(RMC)[:half] + b"\xb5\x62\x00" + line(RMC)[half:])
    assert reader.sentences == 0


def test_long_sentences_and_many_fields():
    body = RMC + "," * 60 + "1234567890123456789012345678901234567890.12345678901234567890"
    assert heard(body).fix.valid
    assert heard("P" + "X" * 5000, RMC).fix.valid
    assert heard(",".join("9" * 200 for _ in range(40)), RMC).fix.valid


def test_no_bytes_raise_anything():
    random.seed(20)
    pool = [line(RMC), line(GGA), line(VOID), b"$GPGSV,,,,", b"$,,*00", b"*,$.\r\n"]
    reader = Nmea()
    for _ in range(1500):
        data = bytearray(random.choice(pool))
        for _ in range(random.randrange(4)):
            data[random.randrange(len(data))] = random.randrange(256)
        reader.feed(data, len(data))
    alphabet = b"$GPRMCGAZDSVTLNE,,,,..--*0123456789AV\r\n "
    for _ in range(1500):
        body = "".join(chr(random.choice(alphabet[:-3])) for _ in range(60)).replace("$", "")
        data = line(("GPRMC,", "GPGGA,", "GNGNS,", "GPGLL,", "GPZDA,", "GPGSV,", "GPVTG,")
                    [random.randrange(7)] + body.replace("*", ""))  # fmt: skip
        reader.feed(data, len(data))
    assert reader.sentences > 1500
    assert heard(at(RMC, "133959.90"), reader=reader).fix.valid


def test_no_heap_a_sentence():
    if not hasattr(gc, "mem_alloc"):
        return  # only MicroPython can tell
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    gsv = "GPGSV,1,1,03,65,40,083,46,66,17,308,41,67,07,344,39"
    bodies = (RMC, "GNVTG,1.0,T,,M,12.3,N,22.8,K,A", GGA, gsv, zda, VOID, "GPGLL,,,,,,V,N")
    data = bytearray(b"".join([line(body) for body in bodies]) + line(RMC, 1))
    reader = Nmea()
    for _ in range(3):
        reader.feed(data, len(data))
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(100):
        reader.feed(data, len(data))
    used = gc.mem_alloc() - before
    gc.enable()
    assert used == 0, used

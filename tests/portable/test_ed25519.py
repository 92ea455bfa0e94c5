"""Signatures: RFC 8032, 7.1, and what a strict verification refuses; the same on both Pythons."""

from binascii import unhexlify

from firmware.ed25519 import verify

# Key, message, signature.
TEST_1 = (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
)
TEST_2 = (
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
)
TEST_3 = (
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
)
TEST_SHA = (
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
    "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
)
P = (1 << 255) - 19
L = (1 << 252) + 27742317777372353535851937790883648493


def answer(work):
    """-> (what it comes to, how many slices before)."""
    slices = 0
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value, slices
        slices += 1


def is_right(key, message, signature):
    return answer(verify(key, message, signature))[0]


def plain(case):
    return [unhexlify(text) for text in case]


def number(value):
    return value.to_bytes(32, "little")


def test_the_vectors_of_the_standard():
    for case in (TEST_1, TEST_2, TEST_3, TEST_SHA):
        assert is_right(*plain(case)), case


def test_one_bit_anywhere_makes_it_wrong():
    for at in (0, 3, 6, 7, 31, 32, 40, 63):
        for which in range(3):
            parts = plain(TEST_SHA)
            changed = bytearray(parts[which])
            changed[at % len(changed)] ^= 1 << at % 8
            parts[which] = bytes(changed)
            assert not is_right(*parts), (which, at)


def test_a_number_beyond_the_order_is_refused():
    key, message, signature = plain(TEST_2)
    s = int.from_bytes(signature[32:], "little")
    assert is_right(key, message, signature[:32] + number(s))
    for other in (s + L, s + 2 * L, s + 4 * L):
        assert answer(verify(key, message, signature[:32] + number(other))) == (False, 0)


def test_a_signature_or_a_key_of_another_length_is_refused():
    key, message, signature = plain(TEST_1)
    for cut in (b"", signature[:32], signature[:63], signature + b"\x00"):
        assert answer(verify(key, message, cut)) == (False, 0)
    for other in (b"", key[:31], key + b"\x00"):
        assert answer(verify(other, message, signature)) == (False, 0)


def test_the_key_has_one_encoding():
    """y = 1 is the neutral point: with it, any message is "signed" by R = B, S = 1 and the like."""
    _, message, signature = plain(TEST_1)
    base = number(0x6666666666666666666666666666666666666666666666666666666666666658)
    assert is_right(number(1), message, base + number(1))  # as RFC 8032 has it
    for key in (
        number(P + 1),  # y not below p
        number(1 | 1 << 255),  # x = 0 has no sign
        number((P - 1) | 1 << 255),
        number(2),  # no point has y = 2
    ):
        assert not is_right(key, message, base + number(1)), key
        assert not is_right(key, message, signature)


def test_it_is_done_in_many_slices():
    right, slices = answer(verify(*plain(TEST_2)))
    assert right and slices > 300

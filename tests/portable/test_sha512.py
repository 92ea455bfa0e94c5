"""SHA-512 on both Pythons: the examples of NIST, and each length of the padding."""

import hashlib
from binascii import hexlify

from firmware.sha512 import digest


def of(message):
    work = digest(message)
    slices = 0
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value, slices
        slices += 1


def test_the_examples_of_the_standard():
    for message, found in (
        (
            b"abc",
            b"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            b"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
            b"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            b"8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
            b"501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
        ),
        (
            b"",
            b"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
            b"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        ),
    ):
        assert hexlify(of(message)[0]) == found


def test_every_length_of_the_padding():
    if not hasattr(hashlib, "sha512"):
        return  # MicroPython: the examples have to do
    for size in range(300):
        message = bytes([byte * 7 + size & 0xFF for byte in range(size)])
        assert of(message)[0] == hashlib.sha512(message).digest(), size


def test_a_slice_is_four_rounds():
    assert of(b"abc")[1] == 21
    assert of(bytes(111))[1] == 21
    assert of(bytes(112))[1] == 42

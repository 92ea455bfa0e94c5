"""SHA-512 (FIPS 180-4) in plain integers, a slice at a time: MicroPython's hashlib has no SHA-512.

One round takes an ESP32 about a millisecond, and a block of 128 bytes has 80 of them.
"""

from binascii import a2b_base64

from micropython import const

ROUNDS = const(4)  # in a slice
_ALL = (1 << 64) - 1
_BLOCK = const(128)

# The first 64 bits of the fractions of the cube roots of the first 80 primes (4.2.3).
_K = a2b_base64(
    b"QoovmNcoriJxN0SRI+9lzbXA+8/sTTsv6bXbpYGJ27w5VsJb80i1OFnxEfG2BdAZkj+CpK8ZT5urHF7V2m2BGNgH"
    b"qpijAwJCEoNbAUVwb74kMYW+TuSyjFUMfcPV/7Ticr5ddPJ7iW+A3rH+OxaWsZvcBqclxxI1wZvxdM9pJpTkm2nB"
    b"nvFK0u++R4Y4TyXjD8GdxouM1bUkDKHMd6ycZS3pLG9ZKwJ1SnSEqm6m5INcsKncvUH71Hb5iNqDEVO1mD5RUu5m"
    b"36uoMcZtLbQyELADJ8iY+yE/v1l/x77vDuTG4AvzPaiPwtWnkUeTCqclBspjUeADgm8UKSlnCg5ucCe3CoVG0i/8"
    b"LhshOFwmySZNLG38WsQq7VM4DROdlbPfZQpzVIuvY952agq7PHeyqIHCyS5H7a7mknIshRSCNTuiv+ihTPEDZKga"
    b"Zku8QjABwkuLcND4l5HHbFGjBlS+MNGS6BnW71IY1pkGJFVlqRD0DjWFV3EgKhBqoHAyu9G4GaTBFrjS0MgeN2wI"
    b"UUGrUydId0zfjuuZNLC8teGbSKg5HAyzxclaY07YqkrjQYrLW5zKT3dj43NoLm/z1rK4o3SPgu5d77L8eKVjb0MX"
    b"L2CEyHgUofCrcozHAggaZDnskL7/+iNjHiikUGzr3oK96b75o/eyxnkVxnF48uNyUyvKJz7O6iZhnNGGuMchwMIH"
    b"6tp91s3g6x71fU9/7m7ReAbwZ6pyF2+6CmN9xaLImKYRP5gEvvkNrhtxCzUTHEcbKNt39SMEfYQyyqt7QMckkzye"
    b"vgoVyb68Qx1nxJwQDUxMxdS+yz5Ctll/KZz8ZX4qX8tvqzrW+uxsRBmMSkdYFw=="
)
# Likewise of the square roots of the first eight (5.3.5).
_H = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)


def digest(message):
    """Generator, a slice at a time: bytes -> the 64 bytes of its digest."""
    size = len(message)
    padding = b"\x80" + bytes((-size - 17) % _BLOCK) + (8 * size).to_bytes(16, "big")
    message += padding
    state = _H
    for at in range(0, len(message), _BLOCK):
        block = [_word(message, at + 8 * i) for i in range(16)]
        work = state
        for first in range(0, 80, ROUNDS):
            yield
            work = _rounds(work, block, first)
        yield
        state = [(was + now) & _ALL for was, now in zip(state, work)]  # noqa: B905
    return b"".join([word.to_bytes(8, "big") for word in state])


def _word(buf, at):
    return int.from_bytes(buf[at : at + 8], "big")


def _rounds(work, block, first):
    """Some rounds of 6.4.2 -> the eight working variables after them.

    A word beside itself, shifted, holds its rotations in the lower 64 bits. What stands above them
    is cut off only where it would reach a result.
    """
    a, b, c, d, e, f, g, h = work
    for i in range(first, first + ROUNDS):
        t = block[i & 15]
        if i > 15:
            x = block[i + 1 & 15]
            y = block[i + 14 & 15]
            xx, yy = x | x << 64, y | y << 64
            t += (xx >> 1 ^ xx >> 8 ^ x >> 7) + block[i + 9 & 15] + (yy >> 19 ^ yy >> 61 ^ y >> 6)
            block[i & 15] = t = t & _ALL
        ee, aa = e | e << 64, a | a << 64
        t += h + (ee >> 14 ^ ee >> 18 ^ ee >> 41) + (g ^ e & (f ^ g)) + _word(_K, 8 * i)
        h, g, f = g, f, e
        e = d + t & _ALL
        d, c, b, a = c, b, a, t + (aa >> 28 ^ aa >> 34 ^ aa >> 39) + (a & b | c & (a | b)) & _ALL
    return a, b, c, d, e, f, g, h

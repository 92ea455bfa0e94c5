"""Ed25519 (RFC 8032): is a signature right? In plain integers, a slice at a time.

A verification takes an ESP32 a second or two. It is a generator, and the bus ticks between its
slices; the longest, a doubling with an addition, takes an ESP32 a few milliseconds. Nothing here
is secret, so nothing has to take the same time for every input.

Points are (X, Y, Z, T): x = X / Z, y = Y / Z, x * y = T / Z (5.1.4). What is added to them is kept
as (Y - X, Y + X, 2 d T, 2 Z), which saves four operations each time.
"""

from micropython import const

from firmware import sha512

_P = (1 << 255) - 19
_L = (1 << 252) + 27742317777372353535851937790883648493  # the order of the base point
_D = 0x52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3
_ROOT = 0x2B8324804FC1DF0B2B4D00993DFBD7A72F431806AD2FE478C4EE1B274A0EA0B0  # of -1
_BX = 0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A
_BY = 0x6666666666666666666666666666666666666666666666666666666666666658
_SIGN = const(255)
_SQUARINGS = const(10)  # in a slice


def verify(key, message, signature):
    """Generator, a slice at a time -> bool. key, message, signature: bytes.

    Strict: S is below the order, the key is a point in its one encoding, and R is compared as it
    was sent, so that every other encoding of it is refused too.
    """
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= _L:
        return False
    point = yield from _decoded(key)
    if point is None:
        return False
    digest = yield from sha512.digest(signature[:32] + key + message)
    yield
    k = int.from_bytes(digest, "little") % _L
    x, y = point
    base = (_BX, _BY, 1, _BX * _BY % _P)
    minus = _kept((_P - x, y, 1, (_P - x) * y % _P))
    yield
    # Shamir's trick: [S]B - [k]A in one pass over the bits of both.
    addends = (None, _kept(base), minus, _kept(_added(base, minus)))
    yield
    r = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        r = _doubled(r)
        addend = addends[s >> bit & 1 | (k >> bit & 1) << 1]
        if addend is not None:
            r = _added(r, addend)
        yield
    z = r[2]
    power = yield from _power(z)
    # z ** (p - 2) = z ** (32 (2 ** 250 - 1) + 11)
    inverse = _squared(power, 5) * z**3 * _squared(z, 3) % _P
    x, y = r[0] * inverse % _P, r[1] * inverse % _P
    return (y | (x & 1) << _SIGN).to_bytes(32, "little") == signature[:32]


def is_key(key):
    """bytes -> bool: a point, and not of small order, under which anybody could sign. At once: an
    ESP32 takes a tenth of a second, and keys are changed once in years."""
    work = _decoded(key)
    while True:
        try:
            next(work)
        except StopIteration as done:
            point = done.value
            break
    if point is None:
        return False
    x, y = point
    r = x, y, 1, x * y % _P
    for _ in range(3):  # there are eight points of small order
        r = _doubled(r)
    return r[0] % _P != 0


def _decoded(key):
    """Generator: 32 bytes -> (x, y), or None where they are no point (5.1.3)."""
    y = int.from_bytes(key, "little")
    sign = y >> _SIGN
    y -= sign << _SIGN
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    v3 = v * v * v % _P
    power = yield from _power(u * v3 * v3 * v % _P)
    # (u v ** 7) ** ((p - 5) / 8), and (p - 5) / 8 = 4 (2 ** 250 - 1) + 1
    yield
    x = _squared(power, 2) * (u * v3 * v3 * v % _P) * u * v3 % _P
    yield
    if (v * x * x - u) % _P:
        if (v * x * x + u) % _P:
            return None
        x = x * _ROOT % _P
    if x == 0 and sign:
        return None
    return (x if x & 1 == sign else _P - x), y


def _power(z):
    """Generator: z ** (2 ** 250 - 1). From 2 ** n - 1 it goes to 2 ** 2n - 1, and to one more."""
    power, n = z, 1
    for bit in "1111010":  # of 250, without the first
        square = power
        for done in range(0, n, _SQUARINGS):
            square = _squared(square, min(_SQUARINGS, n - done))
            yield
        power = square * power % _P
        n *= 2
        if bit == "1":
            power = power * power * z % _P
            n += 1
    return power


def _squared(z, times):
    for _ in range(times):
        z = z * z % _P
    return z


def _kept(point):
    x, y, z, t = point
    return y - x, y + x, 2 * _D * t % _P, 2 * z


def _added(point, kept):
    """A point and one as _kept() makes it (5.1.4)."""
    x, y, z, t = point
    a = (y - x) * kept[0] % _P
    b = (y + x) * kept[1] % _P
    c = t * kept[2] % _P
    d = z * kept[3] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _doubled(point):
    x, y, z, t = point
    a, b = x * x % _P, y * y % _P
    h = a + b
    x += y
    e = h - x * x % _P
    g = a - b
    f = 2 * z * z % _P + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P

"""The releases of the portable tests are what their key signs."""

from base64 import b64encode

import pytest
import small_release as releases
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)


@pytest.mark.parametrize("name", releases.ASKED)
def test_a_manifest_is_what_the_release_key_signs(name):
    text = releases.signed(name)
    assert len(text) <= 1000
    made = b64encode(KEY.sign(b"busguard-release\n" + text[:-96]))[:86].decode()
    assert made == releases.SIGNED[name], "tests/portable/support/small_release.py: SIGNED"
    assert KEY.public_key().public_bytes_raw().hex() == releases.KEY

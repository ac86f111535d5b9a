"""Head office's signature under a version of the programme: true for that version alone."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from loyalty.wire import ProgrammeVersion, is_signed_version, version_words

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
WORDS = version_words("classic@2", "text", 7)
VERSION = ProgrammeVersion("classic@2", "text", 7, KEY.sign(WORDS))


def test_a_version_is_signed_with_its_start() -> None:
    assert is_signed_version(VERSION, PUBLIC_KEY)


@pytest.mark.parametrize(
    "other",
    [
        replace(VERSION, label="classic@3"),
        replace(VERSION, document="another text"),
        replace(VERSION, starts_at_ms=8),
        replace(VERSION, signature=b""),
    ],
)
def test_nothing_of_it_can_be_changed(other: ProgrammeVersion) -> None:
    assert not is_signed_version(other, PUBLIC_KEY)
    assert not is_signed_version(VERSION, b"no key")

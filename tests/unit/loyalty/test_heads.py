"""Head office's signature over a head: true for that head alone."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.errors import FrameInvalid
from loyalty.wire import (
    WIRE_VERSION,
    SignedHead,
    SyncRequest,
    head_words,
    is_signed_head,
    pack,
    unpack,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
SEAL = b"s" * 32
HEAD = SignedHead("h", 3, SEAL, KEY.sign(head_words("h", "T1", 2, 3, SEAL)))


def test_a_head_is_signed_for_its_journal_and_no_other() -> None:
    assert is_signed_head(HEAD, "T1", 2, PUBLIC_KEY)
    assert not is_signed_head(HEAD, "T2", 2, PUBLIC_KEY)
    assert not is_signed_head(HEAD, "T1", 1, PUBLIC_KEY)


@pytest.mark.parametrize(
    "changed",
    [{"history_id": "i"}, {"seq": 4}, {"seal": b"t" * 32}, {"signature": b""}],
)
def test_nothing_of_a_signed_head_can_be_changed(changed: dict[str, object]) -> None:
    assert not is_signed_head(msgspec.structs.replace(HEAD, **changed), "T1", 2, PUBLIC_KEY)


def test_a_key_that_is_none_signs_nothing() -> None:
    assert not is_signed_head(HEAD, "T1", 2, b"short")


@pytest.mark.parametrize(("count", "length"), [(2, 2), (1, 3)])
def test_a_frame_that_holds_other_entries_than_it_says_is_refused(count: int, length: int) -> None:
    request = SyncRequest(
        version=WIRE_VERSION,
        terminal="T1",
        epoch=1,
        first_seq=1,
        bodies=(b"ab",),
        last_seal=SEAL,
        history_id="h",
        cursor=0,
        sent_at_ms=0,
        product_version="1",
        count=1,
        length=2,
    )
    assert unpack(pack(request), SyncRequest) == request
    lying = msgspec.structs.replace(request, count=count, length=length)
    with pytest.raises(FrameInvalid, match="other entries than it says"):
        unpack(pack(lying), SyncRequest)

"""A receipt is plain facts: it is kept, and printed by a version that knows more."""

import msgspec

from loyalty.baskets import Line
from loyalty.receipts import SALE, Receipt, VoucherSlip

RECEIPT = Receipt(
    kind=SALE,
    reference="R1",
    shop="Paragon",
    branch="Kraków",
    terminal="KRK-1",
    occurred_at_ms=0,
    currency="PLN",
    language="pl",
    lines=(Line("85123A", "świecznik", 2, 510),),
    total_minor=510,
    vouchers=(VoucherSlip("KRK-1.1.2", 500, 1, "PV1:A"),),
)


def test_a_kept_receipt_is_read_back_whole() -> None:
    kept = msgspec.msgpack.encode(RECEIPT)
    assert msgspec.msgpack.decode(kept, type=Receipt) == RECEIPT


def test_a_receipt_of_a_newer_version_is_read() -> None:
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(RECEIPT))
    newer = msgspec.msgpack.encode(fields | {"signature": b"..."})
    assert msgspec.msgpack.decode(newer, type=Receipt) == RECEIPT


def test_a_shopper_without_a_card_has_no_balance() -> None:
    assert RECEIPT.balance is None
    assert not RECEIPT.is_copy

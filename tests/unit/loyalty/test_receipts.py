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


def test_what_is_to_pay_is_what_nothing_else_pays() -> None:
    paid = msgspec.structs.replace(
        RECEIPT, discount_minor=51, voucher_paid_minor=100, points_paid_minor=9
    )
    assert (RECEIPT.to_pay_minor, paid.to_pay_minor) == (510, 350)


def test_a_shopper_without_a_card_has_no_balance() -> None:
    assert RECEIPT.balance is None
    assert not RECEIPT.is_copy

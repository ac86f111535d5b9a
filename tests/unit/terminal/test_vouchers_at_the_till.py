"""Vouchers: come out by themselves, count once, are checked with the line down."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.clock import epoch_ms
from loyalty.journal import VOUCHER_REDEEMED
from loyalty.receipts import VoucherSlip
from loyalty.vouchers import Voucher, voucher_code
from loyalty.wire import Draw
from terminal_app.bootstrap import Shop
from terminal_app.posting.rights import RightsBook
from terminal_app.store import draws, members, settings, vouchers
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Lease, SyncState
from terminal_app.till.answers import (
    Enrolment,
    KnownProduct,
    KnownVoucher,
    Quote,
    Reason,
    Refusal,
    Sale,
)
from terminal_app.till.door import Till
from tests.unit.terminal.counter import (
    OPENING,
    ShopClock,
    entries_in,
    faults_of,
    goods,
    known,
    next_version,
    posted,
)

NEXT_YEAR_MS = epoch_ms(OPENING) + 365 * 86_400_000


@pytest.fixture
def slip(till: Till) -> VoucherSlip:
    member = known(till.enrol(Enrolment(name="Ala Kot"))).member.member_id
    receipt = posted(till.sell(Sale(basket=goods(500_00), member_id=member))).receipt
    (slip,) = receipt.vouchers
    return slip


@pytest.fixture
def other_key(shop: Shop) -> Ed25519PrivateKey:
    """The key of a till in another branch, which head office told this one of."""
    key = Ed25519PrivateKey.generate()
    with shop.store.writing() as connection:
        public_key = key.public_key().public_bytes_raw()
        members.put_terminal(connection, "WAW-7", "WAW", {1: public_key})
    return key


def test_a_voucher_comes_out_and_is_known(till: Till, slip: VoucherSlip) -> None:
    assert slip.amount_minor == 500
    assert till.identify(slip.code) == KnownVoucher(
        slip.number, slip.amount_minor, slip.expires_at_ms, slip.code
    )
    assert till.identify(f"]Q1{slip.code.lower()}\r\n") == till.identify(slip.code)


def test_a_voucher_pays_once(shop: Shop, slip: VoucherSlip, home: Path) -> None:
    till = shop.till
    quote = till.quote(goods(1200), voucher_codes=(slip.code,))
    assert isinstance(quote, Quote)
    assert (quote.total_minor, quote.to_pay_minor) == (1200, 700)
    sale = Sale(basket=goods(1200), voucher_codes=(slip.code,), reference="pay")
    assert posted(till.sell(sale)).receipt.voucher_paid_minor == 500
    assert posted(till.sell(sale)).repeated
    spent = Refusal(Reason.VOUCHER_SPENT, {"voucher": slip.number})
    assert till.identify(slip.code) == spent
    assert till.quote(goods(1), voucher_codes=(slip.code,)) == spent
    assert till.sell(Sale(basket=goods(1), voucher_codes=(slip.code,))) == spent
    with shop.store.reading() as connection:
        redeemed = [e for e in entries_in(connection) if e.kind == VOUCHER_REDEEMED]
    assert [(e.receipt, e.payload) for e in redeemed] == [
        ("pay", {"number": slip.number, "amount_minor": 500})
    ]
    assert faults_of(home) == []


def test_a_voucher_worth_more_than_the_goods_pays_them_whole(till: Till, slip: VoucherSlip) -> None:
    sale = Sale(basket=goods(300), voucher_codes=(slip.code,))
    assert posted(till.sell(sale)).receipt.voucher_paid_minor == 300


def test_one_voucher_shown_twice_in_one_sale_is_refused_whole(
    till: Till, slip: VoucherSlip
) -> None:
    sale = Sale(basket=goods(5000), voucher_codes=(slip.code, slip.code))
    assert till.sell(sale) == Refusal(Reason.VOUCHER_SPENT, {"voucher": slip.number})
    assert isinstance(till.identify(slip.code), KnownVoucher)


def test_a_voucher_expires_with_its_last_day(
    till: Till, slip: VoucherSlip, clock: ShopClock
) -> None:
    from loyalty.clock import from_epoch_ms

    clock.now = from_epoch_ms(slip.expires_at_ms)
    assert isinstance(till.identify(slip.code), KnownVoucher)
    clock.move(seconds=1)
    expired = Refusal(Reason.VOUCHER_EXPIRED, {"voucher": slip.number})
    assert till.identify(slip.code) == expired
    earlier = Sale(basket=goods(600), voucher_codes=(slip.code,), occurred_at_ms=slip.expires_at_ms)
    assert posted(till.sell(earlier)).receipt.voucher_paid_minor == 500


def test_every_cut_of_a_code_is_damaged(till: Till, slip: VoucherSlip) -> None:
    for length in range(len("PV1:"), len(slip.code)):
        answer = till.identify(slip.code[:length])
        assert isinstance(answer, Refusal)
        assert answer.reason in {Reason.VOUCHER_DAMAGED, Reason.VOUCHER_FORGED}


def test_a_voucher_of_another_till_is_verified_with_its_public_key(
    shop: Shop, other_key: Ed25519PrivateKey
) -> None:
    voucher = Voucher("WAW-7.1.3", 500, "GBP", NEXT_YEAR_MS)
    code = voucher_code(voucher, other_key)
    with shop.store.writing() as connection:
        vouchers.hold(connection, voucher.number, shop.identity.journal)
    assert isinstance(shop.till.identify(code), KnownVoucher)
    receipt = posted(shop.till.sell(Sale(basket=goods(900), voucher_codes=(code,)))).receipt
    assert receipt.voucher_paid_minor == 500
    assert shop.till.identify(code) == Refusal(Reason.VOUCHER_SPENT, {"voucher": "WAW-7.1.3"})


def test_forged_vouchers_are_refused(till: Till, other_key: Ed25519PrivateKey) -> None:
    forger = Ed25519PrivateKey.generate()
    for number, key in [
        ("WAW-7.1.3", forger),
        ("KRK-1.1.9", other_key),
        ("GHOST.1.1", forger),
        ("", forger),
    ]:
        code = voucher_code(Voucher(number, 500, "GBP", NEXT_YEAR_MS), key)
        assert till.identify(code) == Refusal(Reason.VOUCHER_FORGED, {"voucher": number})
        assert till.sell(Sale(basket=goods(900), voucher_codes=(code,))) == Refusal(
            Reason.VOUCHER_FORGED, {"voucher": number}
        )
    assert till.status().unsent == 0


def test_a_voucher_in_another_currency_is_refused(till: Till, other_key: Ed25519PrivateKey) -> None:
    code = voucher_code(Voucher("WAW-7.1.3", 500, "RUB", NEXT_YEAR_MS), other_key)
    refusal = Refusal(Reason.VOUCHER_CURRENCY, {"voucher": "WAW-7.1.3"})
    assert till.identify(code) == refusal


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY_SCAN),
        ("2900001000", Reason.FOREIGN_UNKNOWN),
        ("290000100000001", Reason.DAMAGED_CARD),
        ("5901234123457", Reason.FOREIGN_EAN),
        ("(01)05901234123457", Reason.FOREIGN_GS1),
        ("https://example.com", Reason.FOREIGN_LINK),
        ("PV1:", Reason.VOUCHER_DAMAGED),
        ("PV1:AAAA", Reason.VOUCHER_DAMAGED),
    ],
)
def test_what_is_not_ours_is_named(till: Till, text: str, reason: Reason) -> None:
    assert till.identify(text) == Refusal(reason)


@pytest.mark.parametrize("scan", ["5901234123457", "]E05901234123457\r", " 5901234123457 "])
def test_goods_are_found_by_their_barcode(shop: Shop, scan: str) -> None:
    with shop.store.writing() as connection:
        members.put_product(connection, "5901234123457", "Tea", 450)
        members.put_product(connection, "85123A", "Lamp", 1200)
    assert shop.till.identify(scan) == KnownProduct("5901234123457", "Tea", 450)
    assert shop.till.identify("85123A") == KnownProduct("85123A", "Lamp", 1200)


@pytest.mark.parametrize("total_minor", [0, -500])
def test_a_voucher_is_not_spent_where_nothing_is_to_pay(
    till: Till, slip: VoucherSlip, total_minor: int
) -> None:
    free = Sale(basket=goods(total_minor), voucher_codes=(slip.code,))
    assert till.sell(free) == Refusal(Reason.VOUCHER_NEEDLESS, {"voucher": slip.number})
    assert isinstance(till.identify(slip.code), KnownVoucher), "the member still has it"


def test_a_second_voucher_is_not_spent_when_the_first_pays_for_all(till: Till) -> None:
    member = known(till.enrol(Enrolment(name="Ala Kot"))).member.member_id
    receipt = posted(till.sell(Sale(basket=goods(1_000_00), member_id=member))).receipt
    first, second = (slip.code for slip in receipt.vouchers)
    answer = till.sell(Sale(basket=goods(500), voucher_codes=(first, second)))
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.VOUCHER_NEEDLESS
    paid = posted(till.sell(Sale(basket=goods(501), voucher_codes=(first, second)))).receipt
    assert paid.voucher_paid_minor == 501


def test_a_voucher_whose_right_lies_elsewhere_is_asked_for_once(
    shop: Shop, other_key: Ed25519PrivateKey
) -> None:
    code = voucher_code(Voucher("WAW-7.1.3", 500, "GBP", NEXT_YEAR_MS), other_key)
    elsewhere = Refusal(Reason.VOUCHER_ELSEWHERE, {"voucher": "WAW-7.1.3"})
    paid = Sale(basket=goods(900), voucher_codes=(code,))
    assert shop.till.identify(code, is_served=False) == elsewhere
    with shop.store.reading() as connection:
        assert draws.open_draws(connection, 5) == ()
    assert shop.till.quote(paid.basket, "", (code,)) == elsewhere
    assert shop.till.sell(paid) == elsewhere
    with shop.store.writing() as connection:
        (asked,) = draws.open_draws(connection, 5)
        assert asked == Draw(1, "", 0, "WAW-7.1.3")
        book = RightsBook(connection, shop.identity, "classic@1", 1)
        book.take(asked, 1)
    assert posted(shop.till.sell(paid)).receipt.voucher_paid_minor == 500


def test_a_shop_may_take_vouchers_anywhere_on_their_signature(
    shop: Shop, other_key: Ed25519PrivateKey
) -> None:
    with shop.store.writing() as connection:
        keep_programme(connection, next_version('vouchers = "anywhere"'))
    code = voucher_code(Voucher("WAW-7.1.3", 500, "GBP", NEXT_YEAR_MS), other_key)
    assert isinstance(shop.till.identify(code), KnownVoucher)


def test_a_head_office_that_keeps_no_rights_has_vouchers_taken_on_their_signature(
    shop: Shop, other_key: Ed25519PrivateKey
) -> None:
    code = voucher_code(Voucher("WAW-7.1.3", 500, "GBP", NEXT_YEAR_MS), other_key)
    with shop.store.writing() as connection:
        settings.write_sync_state(connection, SyncState(heard_at_ms=1))
    assert isinstance(shop.till.identify(code), KnownVoucher)
    with shop.store.writing() as connection:
        settings.write_lease(connection, Lease(until_ms=NEXT_YEAR_MS))
    assert isinstance(shop.till.identify(code), Refusal)


def test_a_till_past_its_lease_takes_not_even_its_own_vouchers(
    shop: Shop, slip: VoucherSlip
) -> None:
    with shop.store.writing() as connection:
        settings.write_lease(connection, Lease(until_ms=1))
    refusal = Refusal(Reason.VOUCHER_WAITS, {"voucher": slip.number})
    assert shop.till.identify(slip.code) == refusal

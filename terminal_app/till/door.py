"""The Till: every face of the shop sells, returns, enrols and asks through it."""

import sqlite3
from collections.abc import Callable
from functools import lru_cache

import msgspec

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.baskets import MAX_LINES, MAX_QUANTITY, Basket
from loyalty.clock import Clock, epoch_ms
from loyalty.identifiers import is_receipt_reference
from loyalty.journal import MAX_ENTRY_BYTES
from loyalty.members import Member
from loyalty.programme.document import Programme, load_programme
from loyalty.programme.earning import award
from loyalty.programme.rewards import points_to_next, vouchers_due
from loyalty.receipts import Receipt
from loyalty.scans import (
    CardScan,
    DamagedScan,
    EmptyScan,
    ForeignScan,
    VoucherScan,
    read_scan,
    without_aim,
)
from terminal_app.store import journal, ledger, members, receipts, settings, spool
from terminal_app.store.connection import Store
from terminal_app.store.settings import Identity
from terminal_app.sync.line import Line
from terminal_app.till import enrolling, selling
from terminal_app.till.answers import (
    Enrolment,
    GoodsReturn,
    HistoryRow,
    Identified,
    KnownMember,
    KnownProduct,
    KnownVoucher,
    Posted,
    Quote,
    Reason,
    Refusal,
    Sale,
    TillStatus,
)
from terminal_app.till.voucher_check import check_voucher, check_vouchers, paid_with

_FOREIGN = {
    "ean": Reason.FOREIGN_EAN,
    "gs1": Reason.FOREIGN_GS1,
    "link": Reason.FOREIGN_LINK,
    "unknown": Reason.FOREIGN_UNKNOWN,
}

BYTES_BESIDE_SKU = 32
"""The most that an entry takes for a line beside its article number."""

_programme_of = lru_cache(maxsize=4)(load_programme)


class Till:
    """One terminal's ledger, asked and written to by the faces of its shop.

    Every method answers from the local database within about a millisecond, whatever the line
    and the printer do, and may be called from any thread. A refusal is a value; StoreFault is
    raised when the database itself cannot be used, and then nothing was recorded.
    """

    def __init__(
        self,
        store: Store,
        identity: Identity,
        clock: Clock,
        line: Line,
        on_posted: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._identity = identity
        self._clock = clock
        self._line = line
        self._on_posted = on_posted

    @property
    def programme(self) -> Programme:
        """The programme in force at this till."""
        with self._store.reading() as connection:
            return _programme(connection)

    def identify(self, text: str) -> Identified:
        """What a scanned or typed text is to this shop: member, voucher, goods, or why not."""
        scan = read_scan(text)
        with self._store.reading() as connection:
            match scan:
                case CardScan(card):
                    member = members.member_by_card(connection, card)
                    if member is None:
                        return Refusal(Reason.UNKNOWN_CARD, {"card": card})
                    return self._known(connection, member)
                case VoucherScan(code):
                    return self._voucher(connection, code)
                case EmptyScan():
                    return Refusal(Reason.EMPTY_SCAN)
                case DamagedScan():
                    return _goods_or(connection, text, Reason.DAMAGED_CARD)
                case ForeignScan(kind):
                    return _goods_or(connection, text, _FOREIGN[kind])

    def member(self, member_id: str) -> KnownMember | None:
        """The member `member_id`, or None when this till has not heard of them."""
        with self._store.reading() as connection:
            member = members.member(connection, member_id)
            return None if member is None else self._known(connection, member)

    def quote(
        self, basket: Basket, member_id: str = "", voucher_codes: tuple[str, ...] = ()
    ) -> Quote | Refusal:
        """What selling `basket` now would bring; nothing is written."""
        refusal = _unsellable(basket)
        if refusal is not None:
            return refusal
        with self._store.reading() as connection:
            programme = _programme(connection)
            now_ms = epoch_ms(self._clock())
            paid = check_vouchers(connection, voucher_codes, basket, programme.currency, now_ms)
            if isinstance(paid, Refusal):
                return paid
            paid_minor = paid_with(paid, basket)
            to_pay_minor = basket.total_minor - paid_minor
            if not member_id:
                return Quote(basket.total_minor, to_pay_minor, 0, None, 0)
            if members.member(connection, member_id) is None:
                return Refusal(Reason.UNKNOWN_CARD, {"card": member_id})
            points = award(programme, basket).points
            balance = ledger.balance_of(connection, member_id).points + points
            due = vouchers_due(programme, balance, now_ms, self._identity.zone)
            return Quote(
                total_minor=basket.total_minor,
                to_pay_minor=to_pay_minor,
                points=points,
                balance_after=balance - due.count * due.points,
                vouchers_due=due.count,
            )

    def sell(self, sale: Sale) -> Posted | Refusal:
        """Ring up `sale`: committed before it is printed or told; once for ever per reference."""
        refusal = _unsellable(sale.basket) or _misnamed(sale.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            answer = selling.sell(
                connection, self._identity, _programme(connection), sale, self._now()
            )
        self._tell(answer)
        return answer

    def take_back(self, goods: GoodsReturn) -> Posted | Refusal:
        """Take goods back without their receipt: what they would have earned is clawed back."""
        refusal = _unreturnable(goods.basket) or _misnamed(goods.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            programme = _programme(connection)
            answer = selling.take_back(connection, self._identity, programme, goods, self._now())
        self._tell(answer)
        return answer

    def enrol(self, enrolment: Enrolment) -> KnownMember | Refusal:
        """Make someone a member, with the line up or down; the same card and facts once."""
        with self._store.writing() as connection:
            label = _programme(connection).label
            member = enrolling.enrol(connection, self._identity, label, enrolment, self._now())
            if isinstance(member, Refusal):
                return member
            known = self._known(connection, member)
        self._on_posted()
        return known

    def history(self, member_id: str, limit: int = 20) -> tuple[HistoryRow, ...]:
        """A member's last `limit` entries at this till, newest first."""
        with self._store.reading() as connection:
            return tuple(
                HistoryRow(
                    entry.kind,
                    entry.receipt,
                    entry.points,
                    entry.amount_minor,
                    entry.occurred_at_ms,
                )
                for entry in journal.latest_of(connection, member_id, limit)
            )

    def reprint(self, reference: str) -> Posted | Refusal:
        """Queue a receipt for printing again, marked COPY; its vouchers are the same numbers."""
        with self._store.writing() as connection:
            kept = receipts.find(connection, reference)
            if kept is None:
                return Refusal(Reason.RECEIPT_UNKNOWN, {"receipt": reference})
            copy = msgspec.structs.replace(kept.receipt, is_copy=True)
            spool.put(connection, copy)
        self._on_posted()
        return Posted(copy, repeated=True)

    def last_receipt(self) -> Receipt | None:
        """The latest receipt of this till."""
        with self._store.reading() as connection:
            return receipts.last(connection)

    def status(self) -> TillStatus:
        """What a face shows about the line and the paper."""
        with self._store.reading() as connection:
            identity = self._identity
            state = settings.read_sync_state(connection)
            head = journal.head(connection, identity.terminal, identity.epoch)
            jobs = spool.counts(connection)
            return TillStatus(
                shop=identity.shop,
                branch=identity.branch_name,
                terminal=identity.terminal,
                currency=_programme(connection).currency,
                is_online=self._line.is_up,
                unsent=head.seq - state.confirmed_seq,
                heard_at_ms=state.heard_at_ms,
                waiting_jobs=jobs.get(spool.PENDING, 0) + jobs.get(spool.PRINTING, 0),
                unknown_jobs=jobs.get(spool.UNKNOWN, 0),
                trouble=spool.first_trouble(connection) or self._line.trouble,
            )

    def _known(self, connection: sqlite3.Connection, member: Member) -> KnownMember:
        balance = ledger.balance_of(connection, member.member_id)
        notices = members.waiting_notices(connection, member.member_id)
        return KnownMember(
            member=member,
            balance=balance,
            points_to_next=points_to_next(_programme(connection), balance.points),
            notices=tuple(selling.in_language(notice, member.language) for notice in notices),
            known_at_ms=settings.read_sync_state(connection).heard_at_ms,
        )

    def _voucher(self, connection: sqlite3.Connection, code: str) -> KnownVoucher | Refusal:
        voucher = check_voucher(connection, code, _programme(connection).currency, self._now())
        if isinstance(voucher, Refusal):
            return voucher
        return KnownVoucher(voucher.number, voucher.amount_minor, voucher.expires_at_ms, code)

    def _now(self) -> int:
        return epoch_ms(self._clock())

    def _tell(self, answer: Posted | Refusal) -> None:
        if isinstance(answer, Posted) and not answer.repeated:
            self._on_posted()


def _programme(connection: sqlite3.Connection) -> Programme:
    return _programme_of(settings.read_programme_document(connection), "the programme in force")


def _goods_or(connection: sqlite3.Connection, text: str, otherwise: Reason) -> Identified:
    """The goods whose barcode says `text`; their codes may have any form, even half a card's."""
    goods = members.product(connection, without_aim(text))
    return Refusal(otherwise) if goods is None else KnownProduct(*goods)


def _unsellable(basket: Basket) -> Refusal | None:
    if not basket.lines:
        return Refusal(Reason.BASKET_EMPTY)
    is_too_large = (
        len(basket.lines) > MAX_LINES
        or abs(basket.total_minor) > MAX_AMOUNT_MINOR
        or any(abs(line.amount_minor) > MAX_AMOUNT_MINOR for line in basket.lines)
        or any(abs(line.quantity) > MAX_QUANTITY for line in basket.lines)
        or sum(len(line.sku.encode()) + BYTES_BESIDE_SKU for line in basket.lines) > MAX_ENTRY_BYTES
    )
    return Refusal(Reason.BASKET_TOO_LARGE) if is_too_large else None


def _unreturnable(basket: Basket) -> Refusal | None:
    refusal = _unsellable(basket)
    if refusal is None and any(line.amount_minor < 0 for line in basket.lines):
        refusal = Refusal(Reason.RETURN_NEGATIVE)
    return refusal


def _misnamed(reference: str) -> Refusal | None:
    if reference and not is_receipt_reference(reference):
        return Refusal(Reason.RECEIPT_INVALID, {"receipt": reference})
    return None

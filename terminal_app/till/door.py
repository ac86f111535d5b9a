"""The Till: every face of the shop sells, returns, enrols and asks through it."""

from collections.abc import Callable

import msgspec

from loyalty.baskets import Basket
from loyalty.clock import Clock, epoch_ms
from loyalty.programme.document import Programme
from loyalty.receipts import Receipt
from loyalty.rights import Safe
from terminal_app.store import journal, members, receipts, settings, spool
from terminal_app.store.connection import Store
from terminal_app.store.programmes import programme_in_force, programme_labelled
from terminal_app.sync.line import Line
from terminal_app.till import (
    claiming,
    enrolling,
    handing_on,
    happenings,
    identifying,
    quoting,
    returning,
    selling,
    wanting,
)
from terminal_app.till.answers import (
    Activity,
    Claim,
    Enrolment,
    GiftCardSale,
    GoodsReturn,
    HandingOn,
    HistoryRow,
    Identified,
    KnownMember,
    KnownReceipt,
    Posted,
    Quote,
    Reason,
    Refusal,
    ReturnQuote,
    RewardOffer,
    Sale,
    TillStatus,
)
from terminal_app.till.gift_cards import sell_gift_card
from terminal_app.till.identifying import known_member
from terminal_app.till.limits import misnamed, unreturnable, unsellable
from terminal_app.till.safety import safe_for, safe_to_spend
from terminal_app.till.sold import known_receipt, sold_here
from terminal_app.till.telling import reasons_in
from terminal_app.till.voucher_check import desk_now


class Till:
    """One terminal's ledger, asked and written to by the faces of its shop.

    Every method answers from the local database within about a millisecond, whatever the line
    and the printer do, and may be called from any thread. A refusal is a value; StoreFault is
    raised when the database itself cannot be used, and then nothing was recorded.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        line: Line,
        on_posted: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._line = line
        self._on_posted = on_posted

    @property
    def programme(self) -> Programme:
        """The programme in force at this till."""
        with self._store.reading() as connection:
            return programme_in_force(connection, self._now())

    def identify(self, text: str, *, is_served: bool = True) -> Identified:
        """What a scanned or typed text is to this shop: member, voucher, goods, or why not.

        Who `is_served` here draws the rights to their points and vouchers to this till; who only
        looks leaves them where they are. Head office is asked whose an unknown card is.
        """
        with self._store.reading() as connection:
            found = identifying.identify(connection, text, self._now())
        if is_served or (isinstance(found, Refusal) and found.reason is Reason.UNKNOWN_CARD):
            self._ask_for(found)
        return found

    def member(self, member_id: str) -> KnownMember | None:
        """The member `member_id`, or None when this till has not heard of them."""
        with self._store.reading() as connection:
            member = members.member(connection, member_id)
            return None if member is None else known_member(connection, member, self._now())

    def safe_to_spend(self, member_id: str) -> Safe:
        """What a member may spend here now, whatever happens elsewhere, and why the rest waits."""
        with self._store.reading() as connection:
            now_ms = self._now()
            programme = programme_in_force(connection, now_ms)
            member = members.member(connection, member_id)
            if member is None:
                return safe_to_spend(connection, programme, member_id, now_ms)
            return safe_for(connection, programme, member, "", now_ms)

    def quote(
        self,
        basket: Basket,
        member_id: str = "",
        voucher_codes: tuple[str, ...] = (),
        pay_points: int = 0,
    ) -> Quote | Refusal:
        """What selling `basket` now would bring; nothing is written."""
        return self.quote_sale(
            Sale(
                basket=basket,
                member_id=member_id,
                voucher_codes=voucher_codes,
                pay_points=pay_points,
            )
        )

    def quote_sale(self, sale: Sale) -> Quote | Refusal:
        """What posting `sale` would bring, now or at the moment it says; nothing is written."""
        refusal = unsellable(sale.basket)
        if refusal is not None:
            return refusal
        with self._store.reading() as connection:
            desk = desk_now(connection, self._now(), sale.occurred_at_ms)
            answer = quoting.quote(connection, desk, sale)
        self._ask_for(answer)
        return answer

    def reasons(self, quote: Quote, language: str) -> tuple[str, ...]:
        """Why `quote` comes to its points: a sentence for each rule of the programme."""
        with self._store.reading() as connection:
            programme = programme_labelled(connection, quote.programme)
        return reasons_in(programme, quote.outcomes, language) if programme else ()

    def sell(self, sale: Sale) -> Posted | Refusal:
        """Ring up `sale`: committed before it is printed or told; once for ever per reference."""
        refusal = unsellable(sale.basket) or misnamed(sale.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            now_ms = self._now()
            at_ms = now_ms if sale.occurred_at_ms is None else sale.occurred_at_ms
            programme = programme_in_force(connection, at_ms)
            identity = settings.require_identity(connection)
            answer = selling.sell(connection, identity, programme, sale, now_ms)
        self._ask_for(answer)
        self._tell(answer)
        return answer

    def rewards(self, member_id: str) -> tuple[RewardOffer, ...]:
        """Every reward of the catalogue as it stands for a member here now; none for a card that
        this till has not heard of."""
        with self._store.reading() as connection:
            member = members.member(connection, member_id)
            if member is None:
                return ()
            offers = claiming.on_offer(connection, desk_now(connection, self._now()), member)
        for offer in offers:
            self._ask_for(offer.refusal)
        return offers

    def claim(self, asked: Claim) -> Posted | Refusal:
        """Give a member a reward of the catalogue for its points; once for ever per reference."""
        refusal = misnamed(asked.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            desk = desk_now(connection, self._now(), asked.occurred_at_ms)
            answer = claiming.claim(connection, desk, asked)
        self._ask_for(answer)
        self._tell(answer)
        return answer

    def sell_gift_card(self, asked: GiftCardSale) -> Posted | Refusal:
        """Sell a gift card, whose code comes out with its receipt; once for ever per reference."""
        refusal = misnamed(asked.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            desk = desk_now(connection, self._now(), asked.occurred_at_ms)
            answer = sell_gift_card(connection, desk, asked)
        self._tell(answer)
        return answer

    def happened(self, activity: Activity) -> Posted | Refusal:
        """Give a member what the programme has for an activity; once for ever per reference."""
        refusal = misnamed(activity.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            desk = desk_now(connection, self._now(), activity.occurred_at_ms)
            answer = happenings.happened(connection, desk, activity)
        self._ask_for(answer)
        self._tell(answer)
        return answer

    def hand_on(self, asked: HandingOn) -> Posted | Refusal:
        """Hand points of one member on to another; once for ever per reference."""
        refusal = misnamed(asked.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            desk = desk_now(connection, self._now(), asked.occurred_at_ms)
            answer = handing_on.hand_on(connection, desk, asked)
        self._ask_for(answer)
        self._tell(answer)
        return answer

    def take_back(self, goods: GoodsReturn) -> Posted | Refusal:
        """Take goods back: with their receipt what they earned is clawed back, to the point, and
        without it what they would earn now."""
        refusal = unreturnable(goods) or misnamed(goods.reference)
        if refusal is not None:
            return refusal
        with self._store.writing() as connection:
            now_ms = self._now()
            at_ms = now_ms if goods.occurred_at_ms is None else goods.occurred_at_ms
            programme = programme_in_force(connection, at_ms)
            identity = settings.require_identity(connection)
            answer = returning.take_back(connection, identity, programme, goods, now_ms)
        self._tell(answer)
        return answer

    def quote_return(self, goods: GoodsReturn) -> ReturnQuote | Refusal:
        """What taking `goods` back now would do; nothing is written."""
        refusal = unreturnable(goods)
        if refusal is not None:
            return refusal
        with self._store.reading() as connection:
            now_ms = self._now()
            programme = programme_in_force(connection, now_ms)
            identity = settings.require_identity(connection)
            return returning.quote_return(connection, identity, programme, goods, now_ms)

    def receipt_sold(self, reference: str) -> KnownReceipt | Refusal:
        """The sale that this till rang up as `reference`, and what is left of it to take back."""
        with self._store.reading() as connection:
            found = sold_here(connection, settings.require_identity(connection), reference)
            return found if isinstance(found, Refusal) else known_receipt(connection, found)

    def enrol(self, enrolment: Enrolment) -> KnownMember | Refusal:
        """Make someone a member, with the line up or down; the same card and facts once."""
        with self._store.writing() as connection:
            now_ms = self._now()
            programme = programme_in_force(connection, now_ms)
            identity = settings.require_identity(connection)
            member = enrolling.enrol(connection, identity, programme, enrolment, now_ms)
            if isinstance(member, Refusal):
                return member
            known = known_member(connection, member, now_ms)
        self._on_posted()
        return known

    def history(self, member_id: str, limit: int = 20) -> tuple[HistoryRow, ...]:
        """The last `limit` entries at this till of the account that a member collects on, newest
        first."""
        with self._store.reading() as connection:
            member = members.member(connection, member_id)
            account = member.account if member else member_id
            return tuple(
                HistoryRow(
                    entry.kind,
                    entry.receipt,
                    entry.points,
                    entry.amount_minor,
                    entry.occurred_at_ms,
                )
                for entry in journal.latest_of(connection, account, limit)
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
            identity = settings.require_identity(connection)
            state = settings.read_sync_state(connection)
            head = journal.head(connection, identity.terminal, identity.epoch)
            jobs = spool.counts(connection)
            return TillStatus(
                shop=identity.shop,
                branch=identity.branch_name,
                terminal=identity.terminal,
                currency=programme_in_force(connection, self._now()).currency,
                is_online=self._line.is_up,
                unsent=head.seq - state.confirmed_seq,
                heard_at_ms=state.heard_at_ms,
                waiting_jobs=jobs.get(spool.PENDING, 0) + jobs.get(spool.PRINTING, 0),
                unknown_jobs=jobs.get(spool.UNKNOWN, 0),
                trouble=spool.first_trouble(connection) or self._line.trouble,
            )

    def _ask_for(self, answer: object) -> None:
        if wanting.ask_for(self._store, answer, self._now()):
            self._on_posted()

    def _now(self) -> int:
        return epoch_ms(self._clock())

    def _tell(self, answer: Posted | Refusal) -> None:
        if isinstance(answer, Posted) and not answer.repeated:
            self._on_posted()

"""Traffic: invoices rung up at the tills, so that what comes out never depends on luck.

An invoice always goes to the same till. Before a member is served at one till, what they did at
another has been told to head office and by it to this one: so every till decides with all of
the member's past in view. When a voucher is due, the rights to its points are gathered at that
till first. So a run that was killed, slowed or repeated comes to the same sales and vouchers.
"""

import zlib
from collections.abc import Sequence

from loyalty.receipt_files.invoices import Invoice
from terminal_app.bootstrap import Shop
from terminal_app.errors import HeadOfficeRefused, HeadOfficeUnreachable
from terminal_app.replay.errors import HeadOfficeFault
from terminal_app.replay.invoices import card_of
from terminal_app.store import receipts
from terminal_app.till.answers import Enrolment, GoodsReturn, KnownMember, Posted, Refusal, Sale

MAX_GATHERING_PASSES = 3
"""Of those who hold a member's points; the second finds nothing unless something else sells."""

MAX_SETTLING_PASSES = 20
"""Of all tills: the second moves nothing unless something else sells in the chain."""


class Traffic:
    """Rings invoices up at `tills`, telling them of each other's members in time."""

    def __init__(self, tills: Sequence[Shop]) -> None:
        self._tills = tills
        count = len(tills)
        # Acts are counted per till; `_known[here][there]` is how many of there's are known here.
        self._acts = [0] * count
        self._told = [0] * count
        self._known = [[0] * count for _ in range(count)]
        self._last_acts: dict[str, dict[int, int]] = {}

    def play(self, invoice: Invoice) -> Posted | Refusal:
        """Post `invoice` at its till, enrolling its customer at first sight.

        Raises HeadOfficeFault when head office had to be asked and does not answer.
        """
        here = till_of(invoice.number, len(self._tills))
        card = card_of(invoice.customer)
        if card:
            self._hear_of(card, here)
            refusal = self._enrol(card, here, invoice)
            if refusal is not None:
                return refusal
            self._gather(card, here, invoice)
        till = self._tills[here].till
        answer: Posted | Refusal
        if invoice.is_return:
            answer = till.take_back(
                GoodsReturn(
                    basket=invoice.basket,
                    reference=invoice.number,
                    member_id=card,
                    occurred_at_ms=invoice.occurred_at_ms,
                )
            )
        else:
            answer = till.sell(_sale(invoice, card))
        if card and isinstance(answer, Posted) and not answer.repeated:
            self._acted(card, here)
        return answer

    def settle(self) -> None:
        """Sync every till until no till has anything to tell or to hear."""
        for _ in range(MAX_SETTLING_PASSES):
            moved = 0
            for place in range(len(self._tills)):
                moved += self._sync(place)
            if not moved:
                return
        raise HeadOfficeFault(
            f"The tills did not come to rest in {MAX_SETTLING_PASSES} rounds.",
            "Something else sells in this chain; run this again when it is quiet.",
        )

    def _hear_of(self, card: str, here: int) -> None:
        """Have the till `here` know what `card` did at the others."""
        for there, act in self._last_acts.get(card, {}).items():
            if there == here or self._known[here][there] >= act:
                continue
            if self._told[there] < act:
                self._sync(there)
            self._sync(here)

    def _gather(self, card: str, here: int, invoice: Invoice) -> None:
        """Bring the rights to the till `here` that the vouchers of `invoice` need."""
        if invoice.is_return or self._is_posted(here, invoice.number):
            return
        shop = self._tills[here]
        for _ in range(MAX_GATHERING_PASSES):
            if not self._is_short(shop, card, invoice):
                return
            shop.till.identify(card)
            self._sync(here)
            holders = {held.terminal for held in shop.till.safe_to_spend(card).elsewhere}
            for there, other in enumerate(self._tills):
                if there != here and other.identity.terminal in holders:
                    self._sync(there)
            self._sync(here)
        if self._is_short(shop, card, invoice):
            raise HeadOfficeFault(
                f"The points of card {card} are held by tills that are not of this replay.",
                "Something else sells in this chain; run this again when it is quiet.",
            )

    def _is_posted(self, here: int, reference: str) -> bool:
        with self._tills[here].store.reading() as connection:
            return receipts.find(connection, reference) is not None

    def _is_short(self, shop: Shop, card: str, invoice: Invoice) -> bool:
        """Whether `invoice` is due more vouchers than the rights at its till allow; points that
        wait for their day are not elsewhere."""
        quote = shop.till.quote_sale(_sale(invoice, card))
        if isinstance(quote, Refusal) or not quote.waiting_points:
            return False
        safe = shop.till.safe_to_spend(card)
        return safe.held < safe.balance

    def _enrol(self, card: str, here: int, invoice: Invoice) -> Refusal | None:
        till = self._tills[here].till
        if till.member(card) is not None:
            return None
        answer = till.enrol(
            Enrolment(
                name=f"Customer {invoice.customer}",
                card=card,
                occurred_at_ms=invoice.occurred_at_ms,
            )
        )
        if isinstance(answer, KnownMember):
            self._acted(card, here)
            return None
        return answer

    def _acted(self, card: str, here: int) -> None:
        self._acts[here] += 1
        self._last_acts.setdefault(card, {})[here] = self._acts[here]

    def _sync(self, place: int) -> int:
        """Sync one till; gives how many entries and changes went either way."""
        acts = self._acts[place]
        try:
            result = self._tills[place].sync.sync_once()
        except (HeadOfficeUnreachable, HeadOfficeRefused) as fault:
            raise HeadOfficeFault(
                f"The replay stopped: {fault.message}",
                "Nothing is lost; run the same command again and it goes on from here.",
            ) from fault
        self._told[place] = acts
        self._known[place] = list(self._told)
        return result.entries + result.changes


def _sale(invoice: Invoice, card: str) -> Sale:
    return Sale(
        basket=invoice.basket,
        reference=invoice.number,
        member_id=card,
        occurred_at_ms=invoice.occurred_at_ms,
    )


def till_of(invoice: str, tills: int) -> int:
    """Which of `tills` rings up `invoice`: the same one in every run and on every machine."""
    return zlib.crc32(invoice.encode()) % tills

"""Points that are gone: booked by head office, which alone has all entries of an account.

Lots are folded from the entries by their own versions' terms (see `loyalty.lots`). What is gone is
drawn from the tills that hold it, and booked once all of it is here. Was it not gone after all, as
a till without a line tells of a purchase later, the points come back to their lot.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

import msgspec
from sqlalchemy import Connection, Engine, bindparam, select

from loyalty.accounts import is_gift_account, is_stock, member_of, wallet_of
from loyalty.clock import Clock, epoch_ms
from loyalty.journal import ADJUST, EXPIRE, TRANSFER, Entry, decode_entry
from loyalty.lot_book import Source
from loyalty.lots import Lots, expired, fold_linked, fold_lots
from loyalty.programme.document import load_programme
from loyalty.programme.sale_facts import RETURNED_SALE
from loyalty.programme.terms.programme import Programme
from loyalty.programme.terms.wallets import NEVER, Expiry, Wallet
from loyalty.programme.transfers import WITH
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal, Posting
from sync_server.store.engine import reading
from sync_server.store.keyed import among, rows_of
from sync_server.store.programmes import find_programme, versions
from sync_server.store.settings import PROGRAMME, load_settings, read_setting
from sync_server.store.tables import entries, standings

ACCOUNTS_A_PAGE = 500
MAX_LINKED_ACCOUNTS = 2_000
"""Folded with a page of accounts, because points came from them. Of what came from beyond, which is
handed on more often than anyone is known to do, the days begin where it arrived."""

NOT_GONE_AFTER_ALL = "not-gone-after-all"


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has lost at a day's end: `points` of the lot that entry `source` opened."""

    account: str
    points: int
    source: Source
    expired_at_ms: int


class Expiring:
    """Finds and books what is gone."""

    def __init__(self, engine: Engine, clock: Clock, journal: OwnJournal) -> None:
        self._engine = engine
        self._clock = clock
        self._journal = journal

    def gone(self) -> Iterator[Gone]:
        """What is gone and not booked yet, account by account; nothing is written."""
        for account, lots in self._accounts():
            yield from _gone(account, lots, epoch_ms(self._clock()))

    def book(self, on_account: Callable[[str], None] = lambda _: None) -> Outcomes:
        """Book what is gone, and give back what was not gone after all; `on_account` hears of
        each account that was looked at."""
        return self._journal.post(self._postings(on_account))

    def _postings(self, on_account: Callable[[str], None]) -> Iterator[Posting]:
        now_ms = epoch_ms(self._clock())
        with reading(self._engine) as connection:
            label = read_setting(connection, PROGRAMME)
        for account, lots in self._accounts():
            on_account(account)
            for one in _gone(account, lots, now_ms):
                # One lot may be booked in parts, when points come back to it later.
                name = "-".join(str(part) for part in one.source)
                yield Posting(
                    account=account,
                    kind=EXPIRE,
                    points=-one.points,
                    receipt=f"gone:{name}:{_booked(lots, one.source)}",
                    programme=label,
                    occurred_at_ms=one.expired_at_ms + 1,
                    payload={RETURNED_SALE: list(one.source)},
                )
            for source, points in lots.over_expired:
                name = "-".join(str(part) for part in source)
                yield Posting(
                    account=account,
                    kind=ADJUST,
                    points=points,
                    receipt=f"back:{name}",
                    programme=label,
                    occurred_at_ms=now_ms,
                    payload={RETURNED_SALE: list(source), "reason": NOT_GONE_AFTER_ALL},
                )

    def _accounts(self) -> Iterator[tuple[str, Lots]]:
        """Each account that may have lost something, with its lots."""
        after = ""
        while True:
            with reading(self._engine) as connection:
                page = _page(connection, after)
                found = lots_of(connection, page)
            yield from found.items()
            if len(page) < ACCOUNTS_A_PAGE:
                return
            after = page[-1]


def lots_of(connection: Connection, accounts: Sequence[str]) -> dict[str, Lots]:
    """The lots of `accounts`, by all entries that head office holds of them and of whoever handed
    points on to them; the days of other wallets than the main one may go by the purchases of their
    members."""
    # A reward may be called as a wallet is; what is left of it is never gone.
    accounts = [account for account in accounts if not is_stock(account)]
    found = _lots_beside(connection, [account for account in accounts if wallet_of(account)])
    accounts = [account for account in accounts if not wallet_of(account)]
    told: list[Entry] = []
    asked, known = list(accounts), set(accounts)
    while asked:
        bodies = rows_of(connection, _BODIES, {"keys": asked})
        entries_of = [decode_entry(body) for _, body in bodies]
        told += entries_of
        givers = {str(one.payload.get(WITH)) for one in entries_of if _is_received(one)}
        asked = sorted(givers - known)[: MAX_LINKED_ACCOUNTS + len(accounts) - len(known)]
        known.update(asked)
    terms = partial(_wallets(connection), wallet="")
    folded = fold_linked(told, terms, load_settings(connection).zone)
    return found | {account: folded[account] for account in accounts if account in folded}


def _lots_beside(connection: Connection, accounts: Sequence[str]) -> dict[str, Lots]:
    """The lots of `accounts`, which are of wallets beside the main one."""
    if not accounts:
        return {}
    keys = sorted({key for account in accounts for key in (account, member_of(account))})
    told: dict[str, list[Entry]] = {key: [] for key in keys}
    for key, body in rows_of(connection, _BODIES, {"keys": keys}):
        told[key].append(decode_entry(body))
    zone, terms = load_settings(connection).zone, _wallets(connection)
    cards = _gift_cards(connection)
    return {
        account: fold_lots(
            account,
            [*told[account], *told[member_of(account)]],
            cards if is_gift_account(account) else partial(terms, wallet=wallet_of(account)),
            zone,
        )
        for account in accounts
    }


def _is_received(entry: Entry) -> bool:
    return entry.kind == TRANSFER and entry.points > 0


def _gone(account: str, lots: Lots, now_ms: int) -> list[Gone]:
    return [
        Gone(
            account=account,
            points=lot.points_left,
            source=lot.source,
            expired_at_ms=lot.expires_at_ms,
        )
        for lot in expired(lots.lots, now_ms)
        if lot.expires_at_ms is not None
    ]


def _booked(lots: Lots, source: Source) -> int:
    """How many points of the lots that an entry opened were booked as gone before."""
    return sum(lot.points_expired for lot in lots.lots if lot.source == source)


def _page(connection: Connection, after: str) -> Sequence[str]:
    if not any(_expires(load_programme(one.document)) for one in versions(connection)):
        return ()
    asked = {"after": after, "most": ACCOUNTS_A_PAGE}
    return connection.execute(_ACCOUNTS, asked).scalars().all()


def _expires(programme: Programme) -> bool:
    expiring = any(wallet.expiry != NEVER for wallet in programme.wallets.values())
    return expiring or programme.gift_cards is not None


def _wallets(connection: Connection) -> Callable[..., Wallet]:
    """A wallet (an empty name: the main one) as the programme with a label described it; one that
    nobody published promised nothing of days."""

    @cache
    def terms_of(label: str, *, wallet: str) -> Wallet:
        programme = find_programme(connection, label)
        return Wallet() if programme is None else programme.wallet(wallet)

    return terms_of


def _gift_cards(connection: Connection) -> Callable[[str], Wallet]:
    """A gift card as the programme with a label sold it."""

    @cache
    def terms_of(label: str) -> Wallet:
        programme = find_programme(connection, label)
        cards = programme.gift_cards if programme else None
        days = cards.valid_days if cards else 0
        return Wallet(kind="money", expiry=Expiry(days=days))

    return terms_of


_ACCOUNTS = (
    select(standings.c.member_id)
    .where(standings.c.points > 0, standings.c.member_id > bindparam("after"))
    .order_by(standings.c.member_id)
    .limit(bindparam("most"))
)
_BODIES = select(entries.c.member, entries.c.body).where(among(entries.c.member))

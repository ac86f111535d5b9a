"""A real till on a real database, with a fixed clock, for every test of a screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from loyalty.baskets import keyed_amount
from loyalty.clock import epoch_ms
from loyalty.identifiers import card_number
from loyalty.members import Member
from loyalty.programme.document import classic_document
from loyalty.wire import BalanceChange, Holder
from terminal_app.store import ledger, members, settings
from terminal_app.store.connection import Store, open_store
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Identity, SyncState
from terminal_app.sync.line import Line
from terminal_app.till.answers import Posted, Sale
from terminal_app.till.door import Till

NOW = datetime(2026, 3, 5, 13, 4, tzinfo=UTC)
HEARD = datetime(2026, 3, 5, 12, 58, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Warsaw")
ANNA = card_number("290000000000017")
PIOTR = card_number("290000000000025")
OLGA = card_number("290000000000033")
STRANGER = card_number("290000000000099")
COFFEE = "5900000000015"
BREAD = "5900000000022"
NOTICE = {
    "en": "Your coffee is on us this Saturday.",
    "pl": "W tę sobotę kawa na nasz koszt.",
    "ru": "В эту субботу кофе за наш счёт.",
}


class TestShop(msgspec.Struct, frozen=True):
    """One till with what stands behind it, so that a test can change the world around it."""

    __test__ = False

    till: Till
    store: Store
    line: Line

    def buys(self, card: str, amount_minor: int) -> Posted:
        """A member buys for `amount_minor` before the test begins."""
        posted = self.till.sell(
            Sale(basket=keyed_amount(amount_minor), member_id=card, print_receipt=False)
        )
        assert isinstance(posted, Posted)
        return posted

    def elsewhere(self, card: str, points: int, pool: int = 0) -> None:
        """Other tills made `points` for a member: `pool` lie at head office, Warszawa has the
        rest."""
        held = (Holder("WAW-2", points - pool),) if points > pool else ()
        told = BalanceChange(card, points, points, 0, 0, pool, held)
        with self.store.writing() as connection:
            members.put_terminal(connection, "WAW-2", "WAW", {1: b"k" * 32}, "Warszawa")
            ledger.put_told(connection, [told])

    def hears(self, moment: datetime) -> None:
        """Head office confirmed everything and was heard at `moment`."""
        with self.store.writing() as connection:
            state = settings.read_sync_state(connection)
            head = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0]
            told = replace(state, heard_at_ms=epoch_ms(moment), confirmed_seq=head)
            settings.write_sync_state(connection, told)
        self.line.found_up()


@contextmanager
def open_test_shop(home: Path, document: str = "") -> Iterator[TestShop]:
    """A till of Paragon Demo in Kraków with three members, goods and a notice for Anna, under the
    programme of `document`, or the classic one."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    identity = Identity(
        terminal="KRK-1",
        terminal_number=1,
        epoch=1,
        branch="KRK",
        branch_name="Kraków",
        shop="Paragon Demo",
        timezone="Europe/Warsaw",
        server_url="http://127.0.0.1:9",
        token="of-tests",
        private_key=key.private_bytes_raw(),
    )
    store = open_store(home / "till.sqlite")
    with store.writing() as connection:
        settings.write_identity(connection, identity)
        keep_programme(connection, document or classic_document())
        settings.write_sync_state(connection, SyncState(heard_at_ms=epoch_ms(HEARD)))
        public_key = key.public_key().public_bytes_raw()
        members.put_terminal(connection, "KRK-1", "KRK", {1: public_key})
        for card, name, language in (
            (ANNA, "Anna Smith", "en"),
            (PIOTR, "Piotr Wiśniewski", "pl"),
            (OLGA, "Ольга Иванова", "ru"),
        ):
            facts = Member(member_id=card, card=card, name=name, language=language, branch="KRK")
            members.put_member(connection, facts)
            members.put_notice(connection, f"welcome-{card}", card, NOTICE)
        members.put_product(connection, COFFEE, "Coffee beans 1 kg", 5490)
        members.put_product(connection, BREAD, "Rye bread", 890)
    line = Line()
    try:
        yield TestShop(Till(store, lambda: NOW, line), store, line)
    finally:
        store.close()

"""Head office's books against their own entries: whole books hold, every meddling shows."""

import msgspec
import pytest
from sqlalchemy import Engine, func, insert, select, update

from loyalty.clock import epoch_ms
from loyalty.journal import decode_entry, encode_entry, first_seal, next_seal
from loyalty.members import Member
from loyalty.wire import EpochRequest
from sync_server.campaigns.unsubscribe import withdraw_consent
from sync_server.reconcile.verification import verify_books
from sync_server.store.cases import COPY
from sync_server.store.engine import reading, writing
from sync_server.store.register import put_members
from sync_server.store.tables import (
    day_tallies,
    entries,
    grants,
    heads,
    holdings,
    journals,
    metadata,
    standings,
)
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.journals import keep_lost_journal, start_journal
from tests.contract.server_core.journals import START, ZONE, Journal, meddling


def found(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [f"{one.where}: {one.what}" for one in verify_books(connection, ZONE)]


@pytest.fixture
def books(engine: Engine, ingest: Ingest) -> Engine:
    """Two tills' books, a day apart, with an entry in one chain that cannot be read."""
    one, two = Journal("KRK-1"), Journal("WAW-1")
    one.enrol("anna")
    for _ in range(30):
        one.sale("anna", 50)
    one.reward("anna")
    one.bodies.append(b"no entry at all")
    one.goods_return("anna", 20)
    two.sale("anna", 7)
    two.sale("", 900)
    assert ingest.take(one.frame()).refused
    ingest.take(two.frame())
    return engine


def test_whole_books_hold(books: Engine) -> None:
    assert found(books) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM entries WHERE terminal = 'KRK-1' AND seq = 5", "entries 5 to 5 are missing"),
        ("DELETE FROM entries WHERE terminal = 'WAW-1' AND seq = 2", "it ends at entry 1"),
        ("UPDATE entries SET points = 5000 WHERE seq = 4", "entry 4: points is not"),
        ("UPDATE entries SET receipt = 'other' WHERE seq = 2", "entry 2: receipt is not"),
        ("UPDATE standings SET points = points + 5000", "member anna: the balance is"),
        ("UPDATE holdings SET earned = earned + 1", "the part is 1501 points earned"),
        (
            "UPDATE holdings SET points = points + CASE terminal WHEN 'KRK-1' THEN 5 ELSE -5 END",
            "journal WAW-1, epoch 1, member anna: the part is 2 points, the entries make 7",
        ),
        ("DELETE FROM holdings WHERE terminal = 'WAW-1'", "the part is 0 points, the entries"),
        ("UPDATE standings SET sales_minor = sales_minor + 1", "31 sales of"),
        ("DELETE FROM standings", "the balance is 0 points, the entries make"),
        ("UPDATE entries SET recorded_at_ms = 9 WHERE seq = 2", "entry 2: recorded_at_ms is not"),
        ("UPDATE entries SET day = '2026-01-01' WHERE seq = 2", "entry 2: day is not"),
        ("DELETE FROM members", "member anna: entry 1 of journal KRK-1, epoch 1, enrols them"),
        ("UPDATE members SET card = 'other'", "enrols them, and their card is other, not anna"),
        ("UPDATE members SET name = ''", "enrols them, and their name is gone"),
        (
            "UPDATE members SET email_consent = true",
            "and they did not agree to e-mail",
        ),
        ("UPDATE day_tallies SET sales_minor = 0", "are not its entries'"),
        ("DELETE FROM day_tallies WHERE day = '2026-05-02'", "the sums of 2026-05-02"),
        ("UPDATE heads SET seq = seq + 1 WHERE terminal = 'KRK-1'", "its head is"),
        ("DELETE FROM quarantine", "are missing"),
        ("DELETE FROM vouchers", "voucher KRK-1.1.33: it is gone from the books"),
        ("UPDATE vouchers SET state = 'redeemed'", "it is kept as redeemed, its entries say"),
        ("UPDATE vouchers SET amount_minor = 9", "its facts are not those that it was issued"),
        ("DELETE FROM journals WHERE terminal = 'WAW-1'", "head office keeps no word of giving"),
        ("UPDATE heads SET signature = ''", "entry 2: head office never signed it"),
        ("UPDATE heads SET history_id = 'other'", "entry 2: head office never signed it"),
        ("DELETE FROM settings WHERE key = 'server_key'", "entry 2: head office's key is gone"),
    ],
)
def test_meddling_shows(books: Engine, statement: str, said: str) -> None:
    with meddling(books) as connection:
        connection.exec_driver_sql(statement)
    assert any(said in one for one in found(books)), found(books)


@pytest.mark.parametrize("table", ["holdings", "standings", "grants", "day_tallies", "entries"])
def test_numbers_that_no_database_adds_up_are_read_as_well(books: Engine, table: str) -> None:
    names = {"entries": ["points", "amount_minor"], "grants": ["points"]}
    sums = [*names.get(table, ["points", "granted", "pool", "sales", "entries"])]
    with meddling(books) as connection:
        connection.execute(
            insert(grants),
            [
                {"terminal": "KRK-1", "epoch": 1, "number": number, "member_id": "anna"}
                | {"points": 2**62, "given_at_ms": 1}
                for number in (1, 2, 3)
            ],
        )
        kept = [metadata.tables[table].c[name] for name in sums if name in metadata.tables[table].c]
        connection.execute(update(metadata.tables[table]).values({c.name: 2**63 - 1 for c in kept}))
    assert [one for one in found(books) if "the grants come to" in one]


def test_what_lists_and_members_say_later_is_no_meddling(books: Engine) -> None:
    with writing(books) as connection:
        put_members(connection, [Member(member_id="anna", card="anna", name="Ann", phone="5")])
        withdraw_consent(connection, "anna")
    assert found(books) == []


def test_a_member_whom_a_list_brought_first_is_as_the_list_says(
    engine: Engine, ingest: Ingest
) -> None:
    listed = Member(member_id="anna", card="anna", email="a@b", email_consent=True)
    with writing(engine) as connection:
        put_members(connection, [msgspec.structs.replace(listed, enrolled_at_ms=1)])
    till = Journal("KRK-1")
    till.enrol("anna")
    ingest.take(till.frame())
    assert found(engine) == []


def test_a_changed_byte_breaks_the_seal(books: Engine) -> None:
    with meddling(books) as connection:
        body = connection.exec_driver_sql(
            "SELECT body FROM entries WHERE terminal = 'KRK-1' AND seq = 9"
        ).scalar_one()
        changed = bytes(body)[:-1] + bytes([bytes(body)[-1] ^ 1])
        mark = "%s" if books.dialect.name == "postgresql" else "?"
        connection.exec_driver_sql(
            f"UPDATE entries SET body = {mark} WHERE terminal = 'KRK-1' AND seq = 9", (changed,)
        )
    assert any(
        "KRK-1, epoch 1: entry 9: its bytes do not make its seal" in one for one in found(books)
    )


def moved(engine: Engine, changes: dict[int, int]) -> None:
    """Give entries of KRK-1 other numbers, as one who may switch the guards off."""
    with meddling(engine) as connection:
        for seq, other in [
            *((seq, -seq) for seq in changes),
            *((-s, o) for s, o in changes.items()),
        ]:
            connection.execute(
                update(entries)
                .where(entries.c.terminal == "KRK-1", entries.c.seq == seq)
                .values(seq=other)
            )


def test_two_entries_in_each_others_place_are_named(books: Engine) -> None:
    moved(books, {7: 8, 8: 7})
    said = found(books)
    assert any("KRK-1, epoch 1: entry 7: its bytes do not make its seal" in one for one in said)
    assert any("entry 8: its bytes are of another place" in one for one in said)


def test_an_entry_put_in_between_is_named(books: Engine) -> None:
    with reading(books) as connection:
        last = connection.execute(select(func.max(entries.c.seq))).scalar_one()
        row = dict(connection.execute(select(entries).where(entries.c.seq == 9)).mappings().one())
    moved(books, {seq: seq + 1 for seq in range(last, 9, -1)})
    with meddling(books) as connection:
        connection.execute(insert(entries).values(**{**row, "seq": 10}))
    assert any("KRK-1, epoch 1: entry 10: its bytes" in one for one in found(books))


def test_who_makes_all_seals_anew_still_has_no_signature_for_them(books: Engine) -> None:
    """The first sale is changed, with its columns, its sums and every seal after it."""
    with meddling(books) as connection:
        rows = connection.execute(
            select(entries.c.seq, entries.c.body, entries.c.member)
            .where(entries.c.terminal == "WAW-1")
            .order_by(entries.c.seq)
        ).all()
        seal = first_seal("WAW-1", 1)
        for row in rows:
            entry = decode_entry(row.body)
            if row.seq == 1:
                entry = msgspec.structs.replace(entry, points=8)
            body = encode_entry(entry)
            seal = next_seal(seal, body)
            connection.execute(
                update(entries)
                .where(entries.c.terminal == "WAW-1", entries.c.seq == row.seq)
                .values(body=body, seal=seal, points=entry.points)
            )
        connection.execute(update(heads).where(heads.c.terminal == "WAW-1").values(seal=seal))
        for table in (standings, holdings):
            is_theirs = table.c.member_id == "anna"
            if table is holdings:
                is_theirs &= table.c.terminal == "WAW-1"
            connection.execute(
                update(table)
                .where(is_theirs)
                .values(points=table.c.points + 1, earned=table.c.earned + 1)
            )
        connection.execute(
            update(day_tallies)
            .where(day_tallies.c.terminal == "WAW-1", day_tallies.c.points_earned == 7)
            .values(points_earned=8)
        )
    assert found(books) == [
        "journal WAW-1, epoch 1: entry 2: head office never signed it as the last one"
    ]


def test_a_journal_cut_off_with_its_head_is_missed_by_its_signature(books: Engine) -> None:
    with meddling(books) as connection:
        connection.exec_driver_sql("DELETE FROM entries WHERE terminal = 'WAW-1' AND seq = 2")
        connection.exec_driver_sql(
            "UPDATE heads SET seq = 1, seal = (SELECT seal FROM entries WHERE terminal = 'WAW-1')"
            " WHERE terminal = 'WAW-1'"
        )
    assert any("WAW-1, epoch 1: entry 1: head office never signed" in one for one in found(books))


def test_a_head_that_is_gone_is_named(books: Engine) -> None:
    with meddling(books) as connection:
        connection.exec_driver_sql("DELETE FROM heads WHERE terminal = 'WAW-1'")
    assert "journal WAW-1, epoch 1: its head is gone; it ends at entry 2" in found(books)


@pytest.mark.parametrize("epoch", [1, 4])
def test_a_key_that_was_replaced_shows_beside_the_journal_that_was_left(
    books: Engine, epoch: int
) -> None:
    request = EpochRequest(nonce="n", epoch=1, reason=COPY, public_key=bytes(32).hex())
    with writing(books) as connection:
        start_journal(connection, "KRK-1", request, epoch_ms(START))
    assert found(books) == []
    with meddling(books) as connection:
        connection.execute(
            update(journals)
            .where(journals.c.terminal == "KRK-1", journals.c.epoch == epoch)
            .values(public_key=b"k" * 32)
        )
    assert found(books) == [
        "journal KRK-1, epoch 4: its key is not that of journal 1, which its till left for it"
    ]


def test_the_key_of_a_journal_that_the_books_lost_is_a_guess(books: Engine) -> None:
    with writing(books) as connection:
        keep_lost_journal(connection, "KRK-1", 1_001, epoch_ms(START))
        request = EpochRequest(nonce="n", epoch=1_001, reason=COPY, public_key=(b"k" * 32).hex())
        start_journal(connection, "KRK-1", request, epoch_ms(START))
    assert found(books) == []

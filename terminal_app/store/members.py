"""Members, cards, notices, goods and fellow terminals: what this till can look up offline."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from loyalty.baskets import tags_in, tags_text
from loyalty.members import Member

NOTICE_WAITING = "waiting"
NOTICE_PRINTED = "printed"
NOTICE_REPORTED = "reported"

_MEMBER = "SELECT facts FROM members WHERE member_id = ?"
_BY_CARD = """
    SELECT facts FROM cards JOIN members USING (member_id) WHERE card = ?
"""
_PUT_MEMBER = """
    INSERT INTO members VALUES (?, ?) ON CONFLICT (member_id) DO UPDATE SET facts = excluded.facts
"""
_PUT_CARD = """
    INSERT INTO cards VALUES (?, ?) ON CONFLICT (card) DO UPDATE SET member_id = excluded.member_id
"""
_NOTICES = (
    "SELECT notice_id, texts FROM notices WHERE member_id = ? AND state = ? ORDER BY notice_id"
)
_PUT_NOTICE = """
    INSERT INTO notices VALUES (?, ?, ?, ?) ON CONFLICT (notice_id) DO UPDATE SET
        texts = excluded.texts
"""
_DROP_NOTICE = "DELETE FROM notices WHERE notice_id = ? AND state <> ?"
_NOTICE_STATE = "UPDATE notices SET state = ? WHERE notice_id = ?"
_PRINTED_NOTICES = "SELECT notice_id FROM notices WHERE state = ? ORDER BY notice_id LIMIT ?"
_PUT_TERMINAL = """
    INSERT INTO terminals (terminal, epoch, branch, public_key, branch_name)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (terminal, epoch) DO UPDATE SET
        branch = excluded.branch, public_key = excluded.public_key,
        branch_name = excluded.branch_name
"""
_LATER_JOURNAL = "SELECT epoch FROM terminals WHERE terminal = ? AND epoch > ?"
_PUBLIC_KEY = "SELECT public_key FROM terminals WHERE terminal = ? AND epoch = ?"
_BRANCH_OF = "SELECT branch_name FROM terminals WHERE terminal = ? ORDER BY epoch DESC LIMIT 1"
_PUT_PRODUCT = """
    INSERT INTO products (code, description, price_minor, category, tags)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET
        description = excluded.description, price_minor = excluded.price_minor,
        category = excluded.category, tags = excluded.tags
"""
_WORDS_FOR_GOODS = """
    SELECT code, category, tags FROM products
    WHERE code IN (SELECT value FROM json_each(?)) AND (category <> '' OR tags <> '')
"""
_PRODUCT = "SELECT code, description, price_minor, category, tags FROM products WHERE code = ?"

_member_decoder = msgspec.msgpack.Decoder(Member)


class Product(msgspec.Struct, frozen=True):
    """Goods of the shop; `code` is what their barcode says, the price is in minor units."""

    code: str
    description: str
    price_minor: int
    category: str = ""
    tags: tuple[str, ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """A line from head office for a member's next receipt, by language."""

    notice_id: str
    texts: dict[str, str]


def member(connection: sqlite3.Connection, member_id: str) -> Member | None:
    """The member `member_id`, or None when this till has not heard of them."""
    return _decoded(connection.execute(_MEMBER, (member_id,)).fetchone())


def member_by_card(connection: sqlite3.Connection, card: str) -> Member | None:
    """The member who holds `card`, or None when this till has not heard of it."""
    return _decoded(connection.execute(_BY_CARD, (card,)).fetchone())


def put_member(connection: sqlite3.Connection, facts: Member) -> None:
    """Record a member's facts and that the card in them is theirs; earlier cards stay theirs."""
    put_members(connection, [facts])


def put_members(connection: sqlite3.Connection, people: Sequence[Member]) -> None:
    """Record the facts of many members as `put_member` does."""
    connection.executemany(
        _PUT_MEMBER, [(facts.member_id, msgspec.msgpack.encode(facts)) for facts in people]
    )
    connection.executemany(_PUT_CARD, [(facts.card, facts.member_id) for facts in people])


def waiting_notices(connection: sqlite3.Connection, member_id: str) -> list[Notice]:
    """Notices for a member that no receipt has carried yet."""
    rows = connection.execute(_NOTICES, (member_id, NOTICE_WAITING))
    return [
        Notice(row[0], msgspec.msgpack.decode(bytes(row[1]), type=dict[str, str])) for row in rows
    ]


def put_notice(
    connection: sqlite3.Connection, notice_id: str, member_id: str, texts: dict[str, str]
) -> None:
    """Record a notice; empty `texts` takes it back. One already on paper stays so."""
    if texts:
        packed = msgspec.msgpack.encode(texts)
        connection.execute(_PUT_NOTICE, (notice_id, member_id, packed, NOTICE_WAITING))
    else:
        connection.execute(_DROP_NOTICE, (notice_id, NOTICE_PRINTED))


def mark_notice(connection: sqlite3.Connection, notice_id: str, state: str) -> None:
    """Record that a notice is on a receipt, or that head office was told so."""
    connection.execute(_NOTICE_STATE, (state, notice_id))


def printed_notices(connection: sqlite3.Connection, limit: int) -> tuple[str, ...]:
    """Ids of notices that are on a receipt and that head office was not told of."""
    rows = connection.execute(_PRINTED_NOTICES, (NOTICE_PRINTED, limit))
    return tuple(row[0] for row in rows)


def put_terminal(
    connection: sqlite3.Connection,
    terminal: str,
    branch: str,
    public_keys: Mapping[int, bytes],
    branch_name: str = "",
) -> None:
    """Record a terminal of the chain and, by epoch, the keys its vouchers are signed with."""
    connection.executemany(
        _PUT_TERMINAL,
        [(terminal, epoch, branch, key, branch_name) for epoch, key in public_keys.items()],
    )


def public_key(connection: sqlite3.Connection, terminal: str, epoch: int) -> bytes | None:
    """The key that checks vouchers of a terminal's epoch, or None when it is not known here."""
    row = connection.execute(_PUBLIC_KEY, (terminal, epoch)).fetchone()
    return None if row is None else bytes(row[0])


def has_later_journal(connection: sqlite3.Connection, terminal: str, epoch: int) -> bool:
    """Whether a terminal is known to write a journal after that of `epoch`."""
    return connection.execute(_LATER_JOURNAL, (terminal, epoch)).fetchone() is not None


def branch_of(connection: sqlite3.Connection, terminal: str) -> str:
    """The name of a terminal's branch; empty when this till was not told."""
    row = connection.execute(_BRANCH_OF, (terminal,)).fetchone()
    return "" if row is None else str(row[0])


def put_product(
    connection: sqlite3.Connection,
    code: str,
    description: str,
    price_minor: int,
    category: str = "",
    tags: Sequence[str] = (),
) -> None:
    """Record goods that can be scanned, and the words by which a programme may name them."""
    row = (code, description, price_minor, category, tags_text(tags))
    connection.execute(_PUT_PRODUCT, row)


def product(connection: sqlite3.Connection, code: str) -> Product | None:
    """The goods with barcode `code`, or None when there are none in the list."""
    row = connection.execute(_PRODUCT, (code,)).fetchone()
    if row is None:
        return None
    code_kept, description, price_minor, category, tags = row
    return Product(code_kept, description, price_minor, category, tags_in(tags))


def words_for_goods(
    connection: sqlite3.Connection, codes: Iterable[str]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Category and tags of the goods with `codes`, of those that the list of goods has any for."""
    rows = connection.execute(_WORDS_FOR_GOODS, (json.dumps(sorted(codes)),))
    return {code: (category, tags_in(tags)) for code, category, tags in rows}


def _decoded(row: tuple[bytes] | None) -> Member | None:
    return None if row is None else _member_decoder.decode(bytes(row[0]))

"""Members: found by what people remember of them, and what is known of each."""

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from loyalty.accounts import wallet_of
from sync_server.store.accounts import with_wallets
from sync_server.store.tables import branches, members, standings, vouchers

MAX_FOUND = 50
MAX_QUERY_CHARACTERS = 100
MIN_PHONE_DIGITS = 4


class FoundMember(msgspec.Struct, frozen=True):
    """A line of the search result."""

    member_id: str
    card: str
    name: str
    phone: str
    points: int
    sales: int
    last_sale_ms: int | None


class Profile(msgspec.Struct, frozen=True):
    """What is known of a member. `is_enrolled` is False while only their sales have arrived."""

    member_id: str
    is_enrolled: bool
    card: str
    name: str
    phone: str
    email: str
    email_consent: bool
    language: str
    branch_name: str
    enrolled_at_ms: int
    points: int
    earned: int
    clawed_back: int
    redeemed: int
    sales: int
    sales_minor: int
    first_sale_ms: int | None
    last_sale_ms: int | None


class HeldWallet(msgspec.Struct, frozen=True):
    """A wallet of a member beside the main one, by its name, and what it is made of."""

    name: str
    points: int
    earned: int
    clawed_back: int
    redeemed: int


class HeldVoucher(msgspec.Struct, frozen=True):
    """A voucher of a member."""

    number: str
    amount_minor: int
    currency: str
    expires_at_ms: int
    state: str


def find_members(connection: Connection, query: str) -> tuple[FoundMember, ...]:
    """Members whose name, card or phone holds `query`; for an empty one, those enrolled last.

    At most MAX_FOUND. Cards and phones are found with or without the blanks people put in. A
    member whose enrolment has not arrived is found by the whole card number.
    """
    wanted = query.strip()[:MAX_QUERY_CHARACTERS]
    rows = connection.execute(_search(wanted)).all()
    if not rows and wanted:
        rows = connection.execute(_unenrolled(_digits(wanted) or wanted)).all()
    return tuple(FoundMember(*row) for row in rows)


def read_profile(connection: Connection, member_id: str) -> Profile | None:
    """What is known of `member_id`; None when nothing is."""
    member = connection.execute(
        select(members, branches.c.name.label("branch_name"))
        .outerjoin(branches, branches.c.branch == members.c.branch)
        .where(members.c.member_id == member_id)
    ).first()
    standing = connection.execute(
        select(standings).where(standings.c.member_id == member_id)
    ).first()
    if member is None and standing is None:
        return None
    return Profile(
        member_id=member_id,
        is_enrolled=member is not None,
        card=member.card if member else member_id,
        name=member.name if member else "",
        phone=member.phone if member else "",
        email=member.email if member else "",
        email_consent=member.email_consent if member else False,
        language=member.language if member else "",
        branch_name=(member.branch_name or member.branch) if member else "",
        enrolled_at_ms=member.enrolled_at_ms if member else 0,
        points=standing.points if standing else 0,
        earned=standing.earned if standing else 0,
        clawed_back=standing.clawed_back if standing else 0,
        redeemed=standing.redeemed if standing else 0,
        sales=standing.sales if standing else 0,
        sales_minor=standing.sales_minor if standing else 0,
        first_sale_ms=standing.first_sale_ms if standing else None,
        last_sale_ms=standing.last_sale_ms if standing else None,
    )


def read_wallets(connection: Connection, member_id: str) -> tuple[HeldWallet, ...]:
    """The wallets of a member beside the main one that anything ever was in."""
    accounts = with_wallets(connection, [member_id])[1:]
    rows = connection.execute(
        select(
            standings.c.member_id,
            standings.c.points,
            standings.c.earned,
            standings.c.clawed_back,
            standings.c.redeemed,
        )
        .where(standings.c.member_id.in_(accounts))
        .order_by(standings.c.member_id)
    )
    return tuple(HeldWallet(wallet_of(account), *figures) for account, *figures in rows)


def read_vouchers(connection: Connection, member_id: str) -> tuple[HeldVoucher, ...]:
    """The vouchers of a member, those that expire last first; at most MAX_FOUND."""
    rows = connection.execute(
        select(
            vouchers.c.number,
            vouchers.c.amount_minor,
            vouchers.c.currency,
            vouchers.c.expires_at_ms,
            vouchers.c.state,
        )
        .where(vouchers.c.member_id == member_id)
        .order_by(vouchers.c.expires_at_ms.desc(), vouchers.c.number)
        .limit(MAX_FOUND)
    )
    return tuple(HeldVoucher(*row) for row in rows)


def count_vouchers(connection: Connection, member_id: str) -> int:
    """How many vouchers a member has in all."""
    held = select(func.count()).select_from(vouchers).where(vouchers.c.member_id == member_id)
    return int(connection.execute(held).scalar_one())


def _search(wanted: str) -> Select[str, str, str, str, int, int, int | None]:
    found = (
        select(
            members.c.member_id,
            members.c.card,
            members.c.name,
            members.c.phone,
            func.coalesce(standings.c.points, 0),
            func.coalesce(standings.c.sales, 0),
            standings.c.last_sale_ms,
        )
        .outerjoin(standings, standings.c.member_id == members.c.member_id)
        .limit(MAX_FOUND)
    )
    if not wanted:
        return found.order_by(members.c.enrolled_at_ms.desc(), members.c.member_id)
    return found.where(_matches(wanted)).order_by(members.c.name, members.c.member_id)


def _matches(wanted: str) -> ColumnElement[bool]:
    # SQLite folds the case of ASCII alone, so names are tried in each way people write them.
    spellings = {wanted, wanted.lower(), wanted.upper(), wanted.title()}
    tests = [members.c.name.contains(spelling, autoescape=True) for spelling in sorted(spellings)]
    digits = _digits(wanted)
    if digits:
        tests.append(members.c.card.contains(digits, autoescape=True))
        tests.append(members.c.member_id == digits)
    if len(digits) >= MIN_PHONE_DIGITS:
        phone = func.replace(func.replace(members.c.phone, " ", ""), "-", "")
        tests.append(phone.contains(digits, autoescape=True))
    return or_(*tests, members.c.card == wanted)


def _unenrolled(card: str) -> Select[str, str, str, str, int, int, int | None]:
    return select(
        standings.c.member_id,
        standings.c.member_id.label("card"),
        literal("").label("name"),
        literal("").label("phone"),
        standings.c.points,
        standings.c.sales,
        standings.c.last_sale_ms,
    ).where(standings.c.member_id == card)


def _digits(text: str) -> str:
    """The digits of `text` when it is a number as people write it; otherwise nothing."""
    bare = "".join(letter for letter in text if letter not in " -+()")
    return bare if bare.isascii() and bare.isdigit() else ""

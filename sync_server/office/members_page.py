"""Members: searched, and one of them with every entry that makes up the balance."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, QueryParameter

from loyalty.accounts import account_of
from loyalty.journal import (
    EARN,
    ENROL,
    EVENT,
    REDEEM,
    REVERSE,
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    TRANSFER,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    WALLET,
)
from sync_server.audience.explanation import explain
from sync_server.audience.groups import group_of_member, read_purchases
from sync_server.audience.members import (
    MAX_FOUND,
    count_vouchers,
    find_members,
    read_profile,
    read_vouchers,
    read_wallets,
)
from sync_server.office.desk import Desk, OfficeRequest, Page
from sync_server.reports.rights import member_rights
from sync_server.store.families import family_of, find_member

MAX_PAGE = 100_000

KINDS = {
    ENROL: "Enrolled",
    EARN: "Sale",
    EVENT: "Gift",
    TRANSFER: "Handed on",
    WALLET: "Wallet",
    REVERSE: "Return",
    REDEEM: "Points redeemed",
    VOUCHER_ISSUED: "Voucher issued",
    VOUCHER_REDEEMED: "Voucher redeemed",
    RIGHTS_GRANT: "Rights taken",
    RIGHTS_RELEASE: "Rights given back",
}


@get("/members", sync_to_thread=True)
def members_page(
    request: OfficeRequest, desk: NamedDependency[Desk], q: FromQuery[str] = ""
) -> Page:
    """Members that match `q`, or the newest ones."""
    query = q.replace("\x00", "").strip()
    with desk.reading() as connection:
        found = find_members(connection, query)
    return desk.page(request, "members.html", query=query, found=found, limit=MAX_FOUND)


@get("/members/{member_id:str}", sync_to_thread=True)
def member_page(
    request: OfficeRequest,
    desk: NamedDependency[Desk],
    member_id: FromPath[str],
    page: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 1,
    wallet: FromQuery[str] = "",
) -> Page:
    """Facts, balance, vouchers, who may spend what, and explanation of one member, or of one
    `wallet` of theirs."""
    with desk.reading() as connection:
        profile = read_profile(connection, member_id.replace("\x00", ""))
        if profile is None:
            raise NotFoundException("No member has this number. Look them up by name or card.")
        wallets = read_wallets(connection, profile.member_id)
        shown = next((one for one in wallets if one.name == wallet), None)
        account = account_of(profile.member_id, shown.name if shown else "")
        explanation = explain(connection, account, desk.settings.zone, page)
        member = find_member(connection, profile.member_id)
        family = family_of(connection, member.family) if member else ()
        vouchers = read_vouchers(connection, profile.member_id)
        more_vouchers = count_vouchers(connection, profile.member_id) - len(vouchers)
        rights = member_rights(connection, account)
        purchases = read_purchases(connection)
    scored = group_of_member(purchases, profile.member_id, desk.today(), desk.settings.zone)
    return desk.page(
        request,
        "member.html",
        profile=profile,
        wallets=wallets,
        family=family,
        shown=shown,
        explanation=explanation,
        vouchers=vouchers,
        more_vouchers=more_vouchers,
        scored=scored,
        rights=rights,
        kinds=KINDS,
    )

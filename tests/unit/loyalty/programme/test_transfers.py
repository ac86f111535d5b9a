"""Points handed on, and families that collect on one account."""

from typing import Any

import pytest
from msgspec.structs import replace

from loyalty.journal import TRANSFER
from loyalty.members import Member
from loyalty.programme.families import (
    FamilyAccount,
    NoMembership,
    may_spend,
    no_membership,
)
from loyalty.programme.transfers import (
    NoTransfer,
    Transfer,
    no_transfer,
    told_of,
    transfer_sums,
)
from loyalty.sums import added
from tests.unit.loyalty.lot_account import Account
from tests.unit.loyalty.programme.happening_shop import at, programme

ANNA = Member(member_id="anna", card="anna", family="anna")
JAN = Member(member_id="jan", card="jan", family="anna")
STRANGER = Member(member_id="stranger", card="stranger")
NOVEMBER = at("2026-11-30T23:59:59")
ANYBODY = '[transfers]\nto = "anybody"\nleast = 10\na_month = 100\n'
FAMILY = '[transfers]\nto = "family"\n[family]\nmembers = 3\n'


def transfer(points: int = 10, **facts: Any) -> Transfer:
    return Transfer(
        **{"giver": "anna", "receiver": "jan", "spendable": 500, **facts}, points=points
    )


@pytest.mark.parametrize(
    ("terms", "asked", "before", "reason"),
    [
        ("", transfer(), 0, NoTransfer.NOT_OFFERED),
        (ANYBODY, transfer(), 0, None),
        (ANYBODY, transfer(receiver="anna"), 0, NoTransfer.SELF),
        (ANYBODY, transfer(9), 0, NoTransfer.TOO_FEW),
        (ANYBODY, transfer(-10), 0, NoTransfer.TOO_FEW),
        (ANYBODY, transfer(100), 0, None),
        (ANYBODY, transfer(101), 0, NoTransfer.TOO_MANY),
        (ANYBODY, transfer(50), 50, None),
        (ANYBODY, transfer(51), 50, NoTransfer.TOO_MANY),
        (ANYBODY, transfer(spendable=9), 0, NoTransfer.NOT_ENOUGH),
        (ANYBODY, transfer(spendable=10), 0, None),
        (FAMILY, transfer(1), 0, NoTransfer.NOT_FAMILY),
        (FAMILY, transfer(1, giver_family="anna"), 0, NoTransfer.NOT_FAMILY),
        (FAMILY, transfer(1, giver_family="anna", receiver_family="ola"), 0, "not-family"),
        (FAMILY, transfer(400, giver_family="anna", receiver_family="anna"), 9_999, None),
        (FAMILY, transfer(0, giver_family="anna", receiver_family="anna"), 0, NoTransfer.TOO_FEW),
    ],
)
def test_points_are_handed_on_as_the_document_says(
    terms: str, asked: Transfer, before: int, reason: str | None
) -> None:
    history = {"handed-on|2026-11": before, "handed-on|2026-10": 10_000}
    assert no_transfer(programme(terms), asked, history, NOVEMBER) == reason


def test_a_month_begins_anew() -> None:
    shop = programme(ANYBODY)
    history = transfer_sums(shop, 60, NOVEMBER)
    assert history == {"handed-on|2026-11": 60}
    history = added(history, transfer_sums(shop, 40, NOVEMBER))
    assert no_transfer(shop, transfer(), history, NOVEMBER) is NoTransfer.TOO_MANY
    assert no_transfer(shop, transfer(100), history, at("2026-12-01T00:00")) is None
    assert transfer_sums(programme(FAMILY), 60, NOVEMBER) == {}


ANNAS = FamilyAccount(
    "anna", {"jan": "belongs", "ola": "invited", "ewa": "left", "max": "declined"}
)


@pytest.mark.parametrize(
    ("member", "next_state", "families", "reason"),
    [
        ("new", "invited", {}, None),
        ("new", "belongs", {}, NoMembership.NOT_NOW),
        ("new", "left", {}, NoMembership.NOT_NOW),
        ("new", "invited", {"new": "kim"}, NoMembership.ELSEWHERE),
        ("ola", "belongs", {}, None),
        ("ola", "belongs", {"ola": "ola"}, NoMembership.ELSEWHERE),
        ("ola", "declined", {"ola": "ola"}, None),
        ("jan", "left", {"jan": "anna"}, None),
        ("jan", "invited", {"jan": "anna"}, NoMembership.NOT_NOW),
        ("ewa", "invited", {}, None),
        ("ewa", "belongs", {}, NoMembership.NOT_NOW),
        ("max", "invited", {}, None),
        ("anna", "left", {"anna": "anna"}, NoMembership.OWNER),
        ("anna", "invited", {}, NoMembership.OWNER),
    ],
)
def test_a_family_is_joined_by_invitation(
    member: str, next_state: str, families: dict[str, str], reason: NoMembership | None
) -> None:
    assert no_membership(programme(FAMILY), ANNAS, member, next_state, families) == reason


def test_a_family_has_so_many_members() -> None:
    full = FamilyAccount("anna", {"jan": "belongs", "ewa": "belongs", "ola": "invited"})
    assert full.belonging == ("anna", "jan", "ewa")
    shop = programme(FAMILY)
    assert no_membership(shop, full, "ola", "belongs", {}) is NoMembership.FULL
    assert no_membership(shop, full, "new", "invited", {}) is NoMembership.FULL
    assert no_membership(shop, full, "jan", "left", {"jan": "anna"}) is None
    assert no_membership(programme(), full, "jan", "left", {}) is NoMembership.NOT_OFFERED


@pytest.mark.parametrize(
    ("terms", "member", "may"),
    [
        ("[family]\n", ANNA, True),
        ("[family]\n", JAN, True),
        ("[family]\n", STRANGER, True),
        ('[family]\nspend = "owner"\n', ANNA, True),
        ('[family]\nspend = "owner"\n', JAN, False),
        ('[family]\nspend = "owner"\n', STRANGER, True),
        ("", JAN, False),
        ("", STRANGER, True),
    ],
)
def test_who_may_spend_from_the_account(terms: str, member: Member, may: bool) -> None:
    assert may_spend(programme(terms), member) is may


def test_an_entry_says_where_its_points_went() -> None:
    account = Account()
    given = account.post("03-03T10:00", TRANSFER, -30, **{"with": "jan"})
    assert told_of(given) == "handed on to jan"
    assert told_of(replace(given, points=30)) == "handed on by jan"

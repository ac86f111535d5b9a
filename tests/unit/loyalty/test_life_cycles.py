"""Life-cycles: what the tables allow is all that is allowed, and each has an end."""

import pytest

from loyalty import life_cycles
from loyalty.life_cycles import LifeCycle, may_become

TABLES: dict[str, tuple[LifeCycle, str]] = {
    "voucher": (life_cycles.VOUCHER, "issued"),
    "lot": (life_cycles.LOT, "pending"),
    "order": (life_cycles.ORDER, "claimed"),
    "referral": (life_cycles.REFERRAL, "referred"),
    "membership": (life_cycles.MEMBERSHIP, "invited"),
}


def reached_from(table: LifeCycle, state: str) -> set[str]:
    reached, next_states = {state}, {state}
    while next_states:
        next_states = set().union(*(table[one] for one in next_states)) - reached
        reached |= next_states
    return reached


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_known_and_reached(name: str) -> None:
    table, first = TABLES[name]
    assert reached_from(table, first) == set(table)


@pytest.mark.parametrize("name", ["voucher", "order", "referral"])
def test_every_state_leads_to_an_end(name: str) -> None:
    table, _ = TABLES[name]
    ends = {state for state, after in table.items() if not after}
    assert ends
    assert all(reached_from(table, state) & ends for state in table)


@pytest.mark.parametrize(
    ("table", "state", "next_state", "may"),
    [
        ("voucher", "issued", "redeemed", True),
        ("voucher", "issued", "reserved", True),
        ("voucher", "reserved", "issued", True),
        ("voucher", "reserved", "redeemed", True),
        ("voucher", "reserved", "revoked", False),
        ("voucher", "redeemed", "revoked", False),
        ("voucher", "revoked", "redeemed", False),
        ("voucher", "expired", "redeemed", True),
        ("voucher", "expired", "issued", False),
        ("lot", "pending", "available", True),
        ("lot", "available", "pending", False),
        ("lot", "spent", "available", True),
        ("lot", "expired", "spent", True),
        ("order", "claimed", "received", True),
        ("order", "claimed", "sent", False),
        ("order", "ordered", "sent", True),
        ("order", "sent", "cancelled", False),
        ("order", "sent", "complaint", True),
        ("order", "complaint", "sent", True),
        ("order", "complaint", "cancelled", True),
        ("order", "settled", "cancelled", False),
        ("referral", "referred", "paid", True),
        ("referral", "paid", "paid", False),
        ("referral", "paid", "taken-back", True),
        ("referral", "void", "paid", False),
        ("membership", "invited", "belongs", True),
        ("membership", "declined", "belongs", False),
        ("membership", "left", "invited", True),
        ("membership", "nowhere", "invited", False),
    ],
)
def test_what_may_become_what(table: str, state: str, next_state: str, may: bool) -> None:
    assert may_become(TABLES[table][0], state, next_state) is may

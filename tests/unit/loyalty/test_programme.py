"""The programme: what its document promises, and documents that promise nothing sensible."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.clock import epoch_ms, from_epoch_ms
from loyalty.errors import ProgrammeInvalid
from loyalty.programme.document import (
    Programme,
    classic_document,
    load_programme,
)
from loyalty.programme.plain import points_of_total
from loyalty.programme.rewards import (
    MAX_VOUCHERS_A_RECEIPT,
    NOTHING_DUE,
    points_to_next,
    vouchers_due,
)
from loyalty.programme.terms.earning import Earning
from loyalty.programme.terms.offline import Offline
from loyalty.programme.terms.rewards import Reward

CLASSIC = load_programme(classic_document())
WARSAW = ZoneInfo("Europe/Warsaw")
NOON_MS = epoch_ms(datetime(2024, 6, 1, 12, tzinfo=UTC))


def test_the_classic_programme() -> None:
    promised = Programme(
        name="classic",
        version=1,
        currency="GBP",
        earning=Earning("1.00", 1),
        reward=Reward(500, "5.00", 90),
    )
    assert load_programme(classic_document()) == promised
    assert CLASSIC.label == "classic@1"
    assert CLASSIC.reward is not None
    assert CLASSIC.minor(CLASSIC.reward.voucher) == 500
    assert CLASSIC.earning is not None
    assert CLASSIC.minor(CLASSIC.earning.per) == 100


@pytest.mark.parametrize(
    ("amount_minor", "points"), [(0, 0), (99, 0), (100, 1), (199, 1), (-500, 0), (123_456, 1234)]
)
def test_points_for_each_full_step(amount_minor: int, points: int) -> None:
    assert points_of_total(CLASSIC, amount_minor) == points


@given(st.integers(-(10**6), 10**6))
def test_due_vouchers_leave_less_than_one_behind(balance: int) -> None:
    due = vouchers_due(CLASSIC, balance, NOON_MS, WARSAW)
    left = balance - due.count * due.points
    if due.count < MAX_VOUCHERS_A_RECEIPT:
        assert left < 500
    assert left >= min(balance, 0)
    to_next = points_to_next(CLASSIC, left)
    assert to_next is not None
    assert vouchers_due(CLASSIC, left + to_next, NOON_MS, WARSAW).count >= 1
    if due.count < MAX_VOUCHERS_A_RECEIPT:
        assert vouchers_due(CLASSIC, left + to_next - 1, NOON_MS, WARSAW).count == 0


def test_a_debt_adds_to_the_distance() -> None:
    assert points_to_next(CLASSIC, -1_401) == 1_901
    assert points_to_next(CLASSIC, 0) == 500
    assert points_to_next(CLASSIC, 1_499) == 1


def test_a_receipt_gives_no_more_vouchers_than_its_limit() -> None:
    due = vouchers_due(CLASSIC, 500 * (MAX_VOUCHERS_A_RECEIPT + 7), NOON_MS, WARSAW)
    assert due.count == MAX_VOUCHERS_A_RECEIPT


def test_a_voucher_lasts_to_the_end_of_its_last_day() -> None:
    due = vouchers_due(CLASSIC, 500, NOON_MS, WARSAW)
    assert (due.count, due.points, due.amount_minor) == (1, 500, 500)
    assert from_epoch_ms(due.expires_at_ms) == datetime(
        2024, 8, 30, 23, 59, 59, 999_000, tzinfo=WARSAW
    )


def test_a_programme_without_a_reward_owes_nothing() -> None:
    programme = replace(CLASSIC, reward=None)
    assert vouchers_due(programme, 10**6, NOON_MS, WARSAW) == NOTHING_DUE
    assert vouchers_due(CLASSIC, 499, NOON_MS, WARSAW) == NOTHING_DUE
    assert points_to_next(programme, 10) is None


PLAIN = 'name = "{name}"\nversion = {version}\ncurrency = "{currency}"\n'
EARNING = '[earning]\nper = "{per}"\npoints = {points}\n'
REWARD = '[reward]\nat_points = {at}\nvoucher = "{voucher}"\nvalid_days = {days}\n'
SOUND: dict[str, object] = {
    "name": "autumn",
    "version": 2,
    "currency": "PLN",
    "per": "2,50",
    "points": 3,
    "at": 100,
    "voucher": "10",
    "days": 30,
}


def written(**changed: object) -> str:
    return (PLAIN + EARNING + REWARD).format(**(SOUND | changed))


def test_a_document_of_a_shop_is_loaded() -> None:
    programme = load_programme(written())
    assert programme == Programme(
        name="autumn",
        version=2,
        currency="PLN",
        earning=Earning("2,50", 3),
        reward=Reward(100, "10", 30),
    )


def test_a_programme_may_do_without_a_reward() -> None:
    assert load_programme((PLAIN + EARNING).format(**SOUND)).reward is None


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"name": "two words"}, "name"),
        ({"name": "żółty"}, "name"),
        ({"version": 0}, "version"),
        ({"currency": "pln"}, "currency"),
        ({"currency": "ZŁOTY"}, "currency"),
        ({"currency": "ŻŁĆ"}, "currency"),
        ({"currency": "P1N"}, "currency"),
        ({"per": "0"}, "earning.per"),
        ({"per": "-1"}, "earning.per"),
        ({"per": "one"}, "earning.per"),
        ({"points": 0}, "earning.points"),
        ({"points": 10**6 + 1}, "earning.points"),
        ({"points": '"many"'}, "earning.points"),
        ({"at": 0}, "reward.at_points"),
        ({"days": 0}, "reward.valid_days"),
        ({"days": 9999}, "reward.valid_days"),
        ({"voucher": "free"}, "reward.voucher"),
        ({"voucher": "0.00"}, "reward.voucher"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(changed: dict[str, object], key: str) -> None:
    with pytest.raises(ProgrammeInvalid) as caught:
        load_programme(written(**changed), "autumn.toml")
    assert caught.value.message.startswith("autumn.toml")
    assert key in caught.value.message


def test_what_a_till_may_give_out_offline() -> None:
    assert CLASSIC.offline == Offline(None, 7, 7, 0, "held")
    assert CLASSIC.kept_points == 500
    assert replace(CLASSIC, reward=None).kept_points == 0
    assert replace(CLASSIC, offline=Offline(keep=120)).kept_points == 120
    assert replace(CLASSIC, offline=Offline(keep=0)).kept_points == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("keep", -1),
        ("keep", 1_000_001),
        ("days", 0),
        ("days", 367),
        ("grace_days", -1),
        ("grace_days", 367),
        ("overdraft", -1),
        ("overdraft", 1_000_001),
        ("vouchers", '"nowhere"'),
        ("keeps", 5),
    ],
)
def test_offline_terms_out_of_range_are_refused_by_name(key: str, value: object) -> None:
    document = f"{classic_document()}\n[offline]\n{key} = {value}\n"
    with pytest.raises(ProgrammeInvalid, match=key):
        load_programme(document)


def test_offline_terms_as_a_shop_writes_them() -> None:
    terms = 'keep = 200\ndays = 3\ngrace_days = 0\noverdraft = 50\nvouchers = "anywhere"\n'
    programme = load_programme(f"{classic_document()}\n[offline]\n{terms}")
    assert programme.offline == Offline(200, 3, 0, 50, "anywhere")

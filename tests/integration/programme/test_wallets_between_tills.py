"""Points, stamps and credit side by side: earned, spent, brought back and gone, as a chain."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.receipts import WalletLine
from terminal_app.till.answers import Claim, Posted, Reason, Refusal
from tests.integration.programme.examples import agree, bought, brought_back, enrolled, may
from tests.integration.programme.wallet_shop import booked, chain_of_cups, wallets
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.tills import sync, till_of


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    yield from chain_of_cups(tmp_path)


def test_each_wallet_is_earned_told_and_brought_back(office: HeadOffice, tmp_path: Path) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "WAW-1") as two,
    ):
        ala = enrolled(one, may(1, 9))
        first = bought(one, ala, may(1), "COF*4", "CAKE")
        assert first.points == 82
        assert first.wallets == (
            WalletLine("Coffee stamps", "stamps", 4, 0, 4),
            WalletLine("Credit", "money", 8_20, 0, 8_20),
        )
        sync(one, two)
        assert [row[:2] for row in wallets(two, ala)] == [("Coffee stamps", 4), ("Credit", 8_20)]
        # The second visit brings three stamps more, wherever it is.
        second = bought(two, ala, may(2), "COF")
        assert second.wallets[0] == WalletLine("Coffee stamps", "stamps", 4, 0, 8)
        sync(two, one)
        assert booked(one) == {ala: 98, f"{ala}/stamps": 8, f"{ala}/credit": 9_80}
        part = brought_back(one, may(3), first, "COF*3")
        assert part.wallets[0] == WalletLine("Coffee stamps", "stamps", -3, 0, 5)
        rest = brought_back(one, may(3), first)
        assert [line.points for line in rest.wallets] == [-1, -3_40]
        agree(office, one, ala, 16)
        agree(office, two, ala, 16)
        assert booked(one) == {ala: 16, f"{ala}/stamps": 4, f"{ala}/credit": 1_60}


def test_a_free_cup_comes_of_its_own_wallet_and_a_mug_is_claimed_of_it(
    office: HeadOffice, tmp_path: Path
) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        ala = enrolled(one, may(1, 9))
        cups = bought(one, ala, may(1), "COF*17")
        [free] = cups.vouchers
        assert cups.wallets[0] == WalletLine("Coffee stamps", "stamps", 17, 10, 7)
        assert (cups.points_redeemed, cups.balance) == (0, 272)
        mug = one.till.claim(Claim(member_id=ala, reward="mug"))
        assert isinstance(mug, Posted)
        assert mug.receipt.wallets[0] == WalletLine("Coffee stamps", "stamps", 0, 6, 1)
        again = one.till.claim(Claim(member_id=ala, reward="mug"))
        assert isinstance(again, Refusal)
        assert (again.reason, again.facts) == (Reason.CLAIM_TOO_FEW, {"missing": "5"})
        assert bought(one, ala, may(2), "COF", vouchers=(free.code,)).to_pay_minor == 0
        # The stamps were spent: those that are left go, and the rest is forgiven.
        assert brought_back(one, may(3), cups).wallets[0].balance == 0
        agree(office, one, ala, 16)


def test_stamps_are_spent_at_one_till_only_though_both_have_no_line(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "WAW-1") as two,
    ):
        ala = enrolled(one, may(1, 9))
        bought(one, ala, may(1), "COF*8")
        sync(one, two)
        asked = Claim(member_id=ala, reward="mug")
        assert isinstance(two.till.claim(asked), Refusal), "the rights are at the home till"
        assert wallets(two, ala)[0] == ("Coffee stamps", 8, 0)
        assert isinstance(one.till.claim(asked), Posted)
        sync(one, two)
        # Scanned there, what is left follows the member.
        two.till.identify(ala)
        sync(two, one, two, one, two)
        assert wallets(two, ala)[0] == ("Coffee stamps", 2, 2)
        agree(office, two, ala, 128)


def test_credit_waits_and_is_gone_by_the_terms_of_its_wallet(
    office: HeadOffice, tmp_path: Path
) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        ala = enrolled(one, may(1, 9))
        bought(one, ala, may(1), "CAKE*10")
        assert wallets(one, ala)[1] == ("Credit", 18_00, 18_00), "three days are over"
        agree(office, one, ala, 180)
        gone = office.run("points", "expire")
        assert "1" in gone
        sync(one, one, one)
        assert wallets(one, ala)[1][:2] == ("Credit", 0)
        agree(office, one, ala, 180)

"""Accounts: one text for each wallet of a member, and back."""

from loyalty.accounts import (
    account_of,
    accounts_of,
    gift_account,
    is_gift_account,
    is_stock,
    member_of,
    stock_account,
    told_with,
    wallet_of,
)

ALA = "2900000000178504"


def test_the_main_wallet_is_the_members_own_account() -> None:
    assert account_of(ALA) == ALA
    assert (member_of(ALA), wallet_of(ALA)) == (ALA, "")


def test_another_wallet_names_the_member_and_itself() -> None:
    account = account_of(ALA, "stamps")
    assert account == "2900000000178504/stamps"
    assert (member_of(account), wallet_of(account)) == (ALA, "stamps")
    assert accounts_of(ALA, ["stamps", "credit"]) == [ALA, account, f"{ALA}/credit"]


def test_nobody_has_no_account() -> None:
    assert account_of("", "stamps") == ""


def test_a_wallet_is_told_with_its_member_and_a_gift_card_by_itself() -> None:
    assert told_with(f"{ALA}/stamps") == ALA
    card = gift_account("KRK-1.1.7")
    assert (card, told_with(card)) == ("GIFT/KRK-1.1.7", card)


def test_what_is_left_of_a_reward_is_told_by_itself() -> None:
    mugs = stock_account("mug")
    assert (mugs, told_with(mugs)) == ("STOCK/mug", mugs)
    assert is_stock(mugs)
    assert not is_stock(f"{ALA}/stamps")


def test_a_gift_card_is_an_account_of_its_own() -> None:
    assert is_gift_account(gift_account("KRK-1.1.7"))
    assert not is_gift_account(account_of(ALA, "stamps"))
    assert not is_gift_account(stock_account("mug"))

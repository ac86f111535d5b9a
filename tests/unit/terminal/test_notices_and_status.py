"""What else the Till answers: notices, reprints, and how the shop stands."""

from pathlib import Path
from string import Formatter

import pytest

from drivers.connect import open_printer
from loyalty.balances import Balance
from loyalty.wire import BalanceChange
from terminal_app.bootstrap import Shop, open_till
from terminal_app.locale.words import Words
from terminal_app.store import ledger, members, settings, spool
from terminal_app.store.settings import SyncState
from terminal_app.till.answers import Enrolment, GoodsReturn, Reason, Refusal, Sale
from terminal_app.till.door import Till
from terminal_app.till.refusals import SENTENCES, sentence
from tests.unit.terminal.counter import ShopClock, goods, known, posted


def test_a_notice_is_said_once_in_the_members_language(shop: Shop) -> None:
    till = shop.till
    member = known(till.enrol(Enrolment(name="Ala", language="pl"))).member.member_id
    with shop.store.writing() as connection:
        members.put_notice(connection, "n1", member, {"en": "Hello", "pl": "Witaj"})
        members.put_notice(connection, "n2", member, {"en": "Tea day"})
        members.put_notice(connection, "n3", member, {"ru": "Чай"})
        members.put_notice(connection, "n4", "somebody else", {"pl": "Nie"})
    said = ("Witaj", "Tea day", "Чай")
    assert known(till.member(member)).notices == said
    unprinted = Sale(basket=goods(100), member_id=member, print_receipt=False)
    assert posted(till.sell(unprinted)).receipt.notices == ()
    sale = Sale(basket=goods(100), member_id=member, reference="R")
    assert posted(till.sell(sale)).receipt.notices == said
    assert posted(till.sell(sale)).receipt.notices == said
    assert posted(till.sell(Sale(basket=goods(100), member_id=member))).receipt.notices == ()
    with shop.store.reading() as connection:
        assert members.printed_notices(connection, 10) == ("n1", "n2", "n3")


def test_a_notice_taken_back_is_not_said(shop: Shop) -> None:
    member = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
    with shop.store.writing() as connection:
        members.put_notice(connection, "n1", member, {"en": "Hello"})
        members.put_notice(connection, "n1", member, {})
    assert known(shop.till.member(member)).notices == ()


def test_a_reprint_is_the_same_receipt_marked_copy(shop: Shop) -> None:
    till = shop.till
    member = known(till.enrol(Enrolment(name="Ala"))).member.member_id
    first = posted(till.sell(Sale(basket=goods(500_00), member_id=member, reference="R"))).receipt
    unsent = till.status().unsent
    copy = posted(till.reprint("R")).receipt
    assert copy.is_copy
    assert copy.vouchers == first.vouchers
    assert (till.status().unsent, till.status().waiting_jobs) == (unsent, 2)
    assert till.last_receipt() == first
    assert till.reprint("X") == Refusal(Reason.RECEIPT_UNKNOWN, {"receipt": "X"})


def test_a_till_says_how_it_stands(shop: Shop, clock: ShopClock) -> None:
    till = shop.till
    assert till.last_receipt() is None
    status = till.status()
    assert (status.shop, status.branch, status.terminal) == ("Paragon Gifts", "Kraków", "KRK-1")
    assert (status.currency, status.is_online, status.unsent) == ("GBP", False, 0)
    assert (status.heard_at_ms, status.waiting_jobs, status.unknown_jobs) == (0, 0, 0)
    posted(till.sell(Sale(basket=goods(1))))
    posted(till.take_back(GoodsReturn(basket=goods(1), print_receipt=False)))
    assert (till.status().unsent, till.status().waiting_jobs) == (2, 1)
    with shop.store.writing() as connection:
        job = spool.next_job(connection)
        assert job is not None
        spool.mark(connection, job.job, spool.UNKNOWN, "no answer")
        settings.write_sync_state(connection, SyncState(confirmed_seq=2, heard_at_ms=5))
    status = till.status()
    assert (status.unsent, status.waiting_jobs, status.unknown_jobs) == (0, 0, 1)
    assert status.heard_at_ms == 5


def test_what_other_tills_made_counts_in_the_balance(shop: Shop) -> None:
    member = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
    with shop.store.writing() as connection:
        ledger.put_told(connection, [BalanceChange(member, 480, 980, 0, 500)])
    assert known(shop.till.member(member)).balance == Balance(480, 980, 0, 500)
    receipt = posted(shop.till.sell(Sale(basket=goods(20_00), member_id=member))).receipt
    # It is theirs, but this till holds the rights to its own 20 alone.
    assert (receipt.points_redeemed, receipt.balance, len(receipt.vouchers)) == (0, 500, 0)


def test_a_member_keeps_earlier_cards(shop: Shop) -> None:
    facts = known(shop.till.enrol(Enrolment(name="Ala"))).member
    from msgspec.structs import replace

    from loyalty.identifiers import card_number

    moved = replace(facts, card=card_number("290000777777777"))
    with shop.store.writing() as connection:
        members.put_member(connection, moved)
    assert known(shop.till.identify(facts.card)).member == moved
    assert known(shop.till.identify(moved.card)).member == moved


def test_everything_is_there_after_a_restart(home: Path, shop: Shop, clock: ShopClock) -> None:
    member = known(shop.till.enrol(Enrolment(name="Ala"))).member
    first = posted(shop.till.sell(Sale(basket=goods(900), member_id=member.card, reference="R")))
    with open_till(home, clock=clock, printer=open_printer("sim:")) as again:
        assert known(again.till.identify(member.card)).balance.points == 9
        assert again.till.last_receipt() == first.receipt
        sale = Sale(basket=goods(900), member_id=member.card, reference="R")
        assert posted(again.till.sell(sale)).repeated


@pytest.mark.parametrize("language", ["en", "pl", "ru"])
@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_is_a_sentence_in_every_language(reason: Reason, language: str) -> None:
    named = (name for _, name, _, _ in Formatter().parse(SENTENCES[reason]) if name)
    facts = dict.fromkeys(named, "12")
    said = sentence(Refusal(reason, facts), Words(language))
    assert said.endswith(".")
    assert said[0].isupper() or said[0].isdigit()
    assert "{" not in said
    assert "…" not in said
    if language != "en":
        assert said != SENTENCES[reason].format(**facts)


def test_the_programme_in_force_is_told(till: Till) -> None:
    assert till.programme.label == "classic@1"

"""Data that may be a copy: another name of the file, and card numbers that would be given twice."""

import os
from pathlib import Path

import pytest

from loyalty.identifiers import card_number
from loyalty.members import LANGUAGES
from loyalty.rights import Wait
from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.locale.words import Words
from terminal_app.store import settings
from terminal_app.store.fingerprint import fingerprint_of
from terminal_app.till.answers import Enrolment, Reason, Refusal, Sale
from terminal_app.till.refusals import sentence
from tests.unit.terminal.counter import ShopClock, found_till, goods, known, posted

PRINTED = card_number("290000900000077")


def test_a_copy_gives_no_card_number_and_takes_a_printed_card(shop: Shop) -> None:
    with shop.store.writing() as connection:
        settings.write_suspension(connection, "copy")
    assert shop.till.enrol(Enrolment(name="Jan")) == Refusal(Reason.CARD_NOT_MINTED)
    assert known(shop.till.enrol(Enrolment(name="Jan", card=PRINTED))).member.card == PRINTED
    with shop.store.writing() as connection:
        settings.write_suspension(connection, "")
    assert known(shop.till.enrol(Enrolment(name="Ewa"))).member.card != PRINTED


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_to_do_without_a_new_number(language: str) -> None:
    said = sentence(Refusal(Reason.CARD_NOT_MINTED), Words(language))
    assert said.count(".") == 2


def test_a_file_with_two_names_is_spent_from_by_neither(
    home: Path, tmp_path: Path, clock: ShopClock
) -> None:
    found_till(home)
    with open_till(home, clock=clock) as shop:
        member = known(shop.till.enrol(Enrolment(name="Ala Kot"))).member.member_id
        posted(shop.till.sell(Sale(basket=goods(90_00), member_id=member)))
    linked = tmp_path / "linked"
    linked.mkdir()
    os.link(home / STORE_FILE, linked / STORE_FILE)
    assert fingerprint_of(home / STORE_FILE) != fingerprint_of(linked / STORE_FILE)
    for place in (home, linked):
        with open_till(place, clock=clock) as shop:
            safe = shop.till.safe_to_spend(member)
            assert (safe.points, safe.held, safe.wait) == (0, 90, Wait.COPY)

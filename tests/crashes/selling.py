"""POS software that sells over the agent and repeats what nobody answered, as such software does.

Everything it was told is written down, to be held against the ledgers afterwards.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from tests.crashes.chains import CARDS
from tests.crashes.tills import TillProcess

PAUSE_S = 0.02
RETRY_S = 0.05
END_TIMEOUT_S = 60.0
MAX_AMOUNT_MINOR = 40_00
GIVEN_UP = 0.04
"""How often a sale that got no answer is given up: the cashier has taken cash and forgot it."""

ASKED_AGAIN = 0.05
PAID_BY_VOUCHER = 0.4
WITHOUT_CARD = 0.1


class Confirmed(msgspec.Struct, frozen=True):
    """A sale that the agent confirmed, and what it said."""

    till: str
    sale: dict[str, Any]
    answer: dict[str, Any]


class Told(msgspec.Struct):
    """Everything that the POS of a shop were told, and what they were not."""

    confirmed: list[Confirmed] = []
    refused: list[str] = []
    """References that were refused: nothing of them may be in a ledger."""
    unanswered: list[str] = []
    """References that were given up without an answer: in the ledger once, or not at all."""
    repeats: int = 0
    """Requests that were sent again because the first was not answered."""
    answered_as_repeated: int = 0
    """Sales that had been committed although their first request was not answered."""
    contradictions: list[str] = []
    vouchers: list[str] = []
    """Codes that came out and that nobody has paid with yet."""


@contextmanager
def selling(tills: list[TillProcess], told: Told, seed: int) -> Iterator[None]:
    """Sell at each of `tills` for as long as the block lasts, and to the end of each last sale."""
    sellers = [_Pos(till, told, seed) for till in tills]
    for pos in sellers:
        pos.start()
    try:
        yield
    finally:
        for pos in sellers:
            pos.finish()
        for pos in sellers:
            pos.join(END_TIMEOUT_S)
    assert [pos.fault for pos in sellers] == [None] * len(tills)
    assert not any(pos.is_alive() for pos in sellers), "a till never answers"


class _Pos(threading.Thread):
    """One POS at one till, which sells until it is told to stop."""

    def __init__(self, till: TillProcess, told: Told, seed: int) -> None:
        super().__init__(name=f"pos-{till.name}", daemon=True)
        self._till = till
        self._told = told
        self._dice = random.Random(f"{seed} {till.name}")
        self._over = threading.Event()
        self.fault: Exception | None = None

    def finish(self) -> None:
        """End after the sale in hand."""
        self._over.set()

    def run(self) -> None:
        """Sell, sale after sale."""
        number = 0
        try:
            while not self._over.is_set():
                number += 1
                self._settle(self._next_sale(number))
                time.sleep(PAUSE_S)
        except Exception as fault:
            self.fault = fault

    def _next_sale(self, number: int) -> dict[str, Any]:
        dice = self._dice
        vouchers = []
        if dice.random() < PAID_BY_VOUCHER and self._told.vouchers:
            try:
                vouchers.append(self._told.vouchers.pop(0))
            except IndexError:
                vouchers = []  # the other POS was faster
        return {
            "sale": f"{self._till.name}-{number}",
            "card": "" if dice.random() < WITHOUT_CARD else dice.choice(CARDS),
            "lines": [
                {"amount_minor": dice.randrange(1, MAX_AMOUNT_MINOR), "description": "GOODS"}
            ],
            "vouchers": vouchers,
            "print_receipt": False,
        }

    def _settle(self, sale: dict[str, Any]) -> None:
        asked = 0
        while True:
            answer = self._ask(sale)
            asked += 1
            if answer is not None:
                break
            if self._dice.random() < GIVEN_UP:
                self._told.unanswered.append(sale["sale"])
                return
            time.sleep(RETRY_S)
        self._told.repeats += asked - 1
        if answer.status_code != HTTPStatus.OK:
            self._told.refused.append(sale["sale"])
            # Refused, because the right to it lies elsewhere or nobody here has heard of it yet.
            self._told.vouchers += sale["vouchers"]
            return
        said = answer.json()
        self._told.answered_as_repeated += said["repeated"]
        self._told.confirmed.append(Confirmed(self._till.name, sale, said))
        self._told.vouchers += [voucher["code"] for voucher in said["vouchers"]]
        if self._dice.random() < ASKED_AGAIN:
            self._ask_again()

    def _ask(self, sale: dict[str, Any]) -> httpx.Response | None:
        try:
            answer = self._till.post(sale)
        except httpx.HTTPError:
            return None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # In words, and nothing was recorded: the POS asks again.
            if "Traceback" in answer.text or not answer.json()["detail"]:
                self._told.contradictions.append(f"{sale['sale']}: {answer.text}")
            return None
        return answer

    def _ask_again(self) -> None:
        before = self._dice.choice(
            [each for each in self._told.confirmed if each.till == self._till.name]
        )
        answer = self._ask(before.sale)
        if answer is None:
            return
        if answer.json() != {**before.answer, "repeated": True}:
            self._told.contradictions.append(
                f"{before.sale['sale']} was answered {before.answer}, then {answer.text}"
            )

"""The cashier's screen: shows the counter, and hands every key to it."""

import re
from datetime import tzinfo
from pathlib import PurePath
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher

from loyalty.clock import Clock, epoch_ms
from loyalty.programme.document import Programme
from terminal_app.till.answers import TillStatus
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.cashier.counter import Counter
from terminal_app.ui.cashier.desk import BasketPanel, MemberPanel, promised
from terminal_app.ui.cashier.enrolment import EnrolmentForm
from terminal_app.ui.cashier.help_page import HelpPage, key_labels
from terminal_app.ui.cashier.outcome import OutcomePanel
from terminal_app.ui.cashier.rewards_page import RewardsPage
from terminal_app.ui.cashier.why_page import WhyPage
from terminal_app.ui.face import Face
from terminal_app.ui.widgets.banner import Banner
from terminal_app.ui.widgets.entry import EntryField
from terminal_app.ui.widgets.key_bar import KeyBar
from terminal_app.ui.widgets.paper import PAPER_COLUMNS, PaperFeed, PaperPane
from terminal_app.ui.widgets.speech import Speech

REWARD_NUMBER = re.compile(r"[1-9][0-9]?", re.ASCII)

MIN_TILL_COLUMNS = 60

DESK, OUTCOME, ENROLMENT, HELP, WHY = "desk", "outcome", "enrolment", "help", "why"
REWARDS = "rewards"


class CashierApp(Face):
    """One main screen, by keyboard alone; the field below always takes the next scan.

    `paper` puts the printer's paper, `paper_columns` wide, beside the till. `hint` stands under
    the invitation to scan a card, and in the help: a demo lists its cards there.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["../paragon.tcss", "cashier.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", priority=True, show=False),
        Binding("f2", "post", priority=True, show=False),
        Binding("f3", "turn", priority=True, show=False),
        Binding("f4", "enrol", priority=True, show=False),
        Binding("f5", "reprint", priority=True, show=False),
        Binding("f6", "next_language", priority=True, show=False),
        Binding("f7", "pay", priority=True, show=False),
        Binding("f8", "clear", priority=True, show=False),
        Binding("f9", "why", priority=True, show=False),
        Binding("f10", "rewards", priority=True, show=False),
        Binding("f11", "gift_card", priority=True, show=False),
        Binding("f12", "hand_on", priority=True, show=False),
        Binding("pageup", "scroll_page(-1)", priority=True, show=False),
        Binding("pagedown", "scroll_page(1)", priority=True, show=False),
    ]

    def __init__(
        self,
        till: Till,
        *,
        language: str,
        clock: Clock,
        paper: PaperFeed | None = None,
        paper_columns: int = PAPER_COLUMNS,
        hint: str = "",
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(till, language=language, clock=clock, zone=zone)
        self.counter = Counter(till)
        self._paper = paper
        self._paper_columns = paper_columns
        self._hint = hint
        self._stage = DESK

    def compose(self) -> ComposeResult:
        """The till, and the paper beside it when there is some."""
        with Horizontal():
            with Vertical(id="till"):
                yield Banner(id="banner")
                with ContentSwitcher(initial=DESK, id="stage"):
                    with Horizontal(id=DESK):
                        yield MemberPanel(id="member")
                        yield BasketPanel(id="basket")
                    yield OutcomePanel(id=OUTCOME)
                    yield EnrolmentForm(id=ENROLMENT)
                    yield HelpPage(id=HELP)
                    yield WhyPage(id=WHY)
                    yield RewardsPage(id=REWARDS)
                yield Speech(id="speech")
                yield EntryField(id="entry")
                yield KeyBar(id="keys")
            if self._paper is not None:
                yield PaperPane(self._paper, self._paper_columns)

    def show_all(self) -> None:
        """Show the counter as it is now, in the language spoken now."""
        words, counter = self.words, self.counter
        checkout = counter.checkout
        member = self.query_one(MemberPanel)
        member.show(
            words, checkout, self._hint, self.currency, is_online=self._is_online(self.status)
        )
        member.show_bar(checkout.member, self._goal())
        member.show_age(words, checkout.member, self.zone)
        self.query_one(BasketPanel).show(
            words, checkout, counter.quote, self.currency, counter.returned
        )
        if counter.outcome is not None:
            self.query_one(OutcomePanel).show(words, counter.outcome, self.zone)
        self.query_one(EnrolmentForm).show(words)
        self.query_one(HelpPage).show(words, self.status, self._hint)
        self._show_why()
        if self._stage == REWARDS:
            self.query_one(RewardsPage).show(words, counter.offers(), self.currency)
        self.query_one(Speech).show(words, counter.said)
        self.query_one(KeyBar).show(key_labels(words))
        for pane in self.query(PaperPane):
            pane.show(words)
        self._show_banner()
        entry = self.query_one(EntryField)
        entry.border_title = words.text("Scan or type")
        entry.display = self._stage != ENROLMENT
        self.query_one(ContentSwitcher).current = self._stage

    def show_status(self, before: TillStatus | Unanswered) -> None:
        """Show line and paper; look the member up again when head office told something."""
        self._show_banner()
        if isinstance(before, Unanswered) or isinstance(self.status, Unanswered):
            return
        if not self.counter.checkout.has_card:
            return
        if before.heard_at_ms != self.status.heard_at_ms:
            self.counter.refresh()
            self.show_all()
        elif self._is_online(before) != self._is_online(self.status):
            self.show_all()

    @staticmethod
    def _is_online(status: TillStatus | Unanswered) -> bool:
        return not isinstance(status, Unanswered) and status.is_online

    @on(EntryField.Entered)
    def _take_entry(self, event: EntryField.Entered) -> None:
        if self._stage == REWARDS and REWARD_NUMBER.fullmatch(event.text):
            self.counter.claim(int(event.text))
        else:
            self.counter.enter(event.text)
        self._back_to_counter()

    @on(EntryField.TookBack)
    def _take_back_last(self) -> None:
        self.counter.take_back_last()
        self._back_to_counter()

    @on(EnrolmentForm.GivenUp)
    def _give_up_enrolment(self) -> None:
        self.counter.resume()
        self._back_to_counter()

    def action_post(self) -> None:
        """F2: save the form when it is open, else post the sale or return in hand."""
        if self._stage == ENROLMENT:
            if not self.counter.enrol(self.query_one(EnrolmentForm).filled()):
                self.show_all()
                return
        elif self.counter.outcome is None:
            self.counter.post()
        self._back_to_counter()

    def action_turn(self) -> None:
        """F3: from sale to return and back."""
        self.counter.turn()
        self._back_to_counter()

    def action_enrol(self) -> None:
        """F4: open the form for a new member, or close it."""
        if self._stage == ENROLMENT:
            self._give_up_enrolment()
            return
        self._stage = ENROLMENT
        self.counter.invite()
        self.show_all()
        form = self.query_one(EnrolmentForm)
        programme = ask(lambda: self.till.programme)
        asks = isinstance(programme, Programme) and any(
            event.on == "referral" for event in programme.event
        )
        form.begin(self.counter.unknown_card, self.words.language, asks_referrer=asks)

    def action_reprint(self) -> None:
        """F5: print the last receipt again."""
        self.counter.reprint()
        self.ask_status()
        self.show_all()

    def action_next_language(self) -> None:
        """F6: speak the next language."""
        self.speak(self.next_language())

    def action_clear(self) -> None:
        """F8: forget the sale in hand."""
        self.counter.clear()
        self.query_one(EntryField).clear()
        self._back_to_counter()

    def action_help(self) -> None:
        """F1: show the help, or go back."""
        if self._stage == HELP:
            self._back_to_counter()
            return
        self._stage = HELP
        self.show_all()
        self.query_one(EntryField).focus()

    def action_pay(self) -> None:
        """F7: the member's card pays a part, or does not after all."""
        self.counter.pay_with_points()
        self._back_to_counter()

    def action_why(self) -> None:
        """F9: show why the sale earns what it earns, or go back."""
        if self._stage == WHY:
            self._back_to_counter()
            return
        self._stage = WHY
        self.show_all()
        self.query_one(EntryField).focus()

    def action_rewards(self) -> None:
        """F10: show what the member can have of the catalogue, or go back."""
        if self._stage == REWARDS:
            self._back_to_counter()
            return
        self._stage = REWARDS
        self.show_all()
        self.query_one(EntryField).focus()

    def action_gift_card(self) -> None:
        """F11: sell the amount in hand as a gift card."""
        self.counter.sell_gift_card()
        self._back_to_counter()

    def action_hand_on(self) -> None:
        """F12: hand points of the member on to another one, or give that up."""
        self.counter.hand_on()
        self._back_to_counter()

    def action_scroll_page(self, pages: int) -> None:
        """Page up, page down: the rest of the help or the reasons, or older receipts."""
        if self._stage == HELP:
            self.query_one(HelpPage).scroll_pages(pages)
            return
        if self._stage == WHY:
            self.query_one(WhyPage).scroll_pages(pages)
            return
        if self._stage == REWARDS:
            self.query_one(RewardsPage).scroll_pages(pages)
            return
        for pane in self.query(PaperPane):
            pane.scroll_pages(pages)

    def on_resize(self, event: events.Resize) -> None:
        """The paper makes way where it would leave the till too little room."""
        for pane in self.query(PaperPane):
            pane.display = event.size.width - pane.columns_taken >= MIN_TILL_COLUMNS

    def _back_to_counter(self) -> None:
        self._stage = DESK if self.counter.outcome is None else OUTCOME
        self.ask_status()
        self.show_all()
        self.query_one(EntryField).focus()

    def _goal(self) -> int | None:
        programme: Programme | Unanswered = ask(lambda: self.till.programme)
        if isinstance(programme, Unanswered) or programme.reward is None:
            return None
        return programme.reward.at_points

    def _show_why(self) -> None:
        """The reasons are worked out when somebody looks at them."""
        if self._stage != WHY:
            return
        asked = self.counter.asked
        promise = promised(self.words, asked, self.currency) if asked else ""
        self.query_one(WhyPage).show(self.words, promise, self.counter.reasons(self.words.language))

    def _show_banner(self) -> None:
        now_ms = epoch_ms(self.clock())
        self.query_one(Banner).show(self.words, self.status, now_ms, self.zone)

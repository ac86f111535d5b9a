"""The kiosk: scan, look, walk away; the next person sees nothing of the one before."""

from datetime import tzinfo
from pathlib import PurePath
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Button, ContentSwitcher, Input

from loyalty.clock import Clock
from loyalty.members import LANGUAGES
from terminal_app.till.answers import HistoryRow, KnownMember, RewardOffer, TillStatus
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.face import Face
from terminal_app.ui.kiosk.claiming import (
    CLAIM_PREFIX,
    RewardButtons,
    choose,
    claim,
    within_reach,
)
from terminal_app.ui.kiosk.pages import HISTORY_ROWS, MemberPage, WelcomePage
from terminal_app.ui.kiosk.reading import answered
from terminal_app.ui.sayings import Saying, Tone, saying
from terminal_app.ui.widgets.entry import EntryField
from terminal_app.ui.widgets.speech import Speech

IDLE_SECONDS = 45
LANGUAGE_KEYS = {str(number): language for number, language in enumerate(LANGUAGES, start=1)}
LANGUAGE_KEY_PAUSE_S = 0.6
"""A digit that stays alone for so long is a language key; a scanner's next one comes at once."""

WELCOME, MEMBER = "welcome", "own-page"
QUIET = saying(Tone.CALM, "Hold the code of your card under the scanner, or type its number.")


class KioskApp(Face):
    """Shows a member their own points for `idle_seconds` after the last touch, then forgets."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["../paragon.tcss", "kiosk.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", priority=True, show=False)]

    def __init__(
        self,
        till: Till,
        *,
        language: str,
        clock: Clock,
        idle_seconds: int = IDLE_SECONDS,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(till, language=language, clock=clock, zone=zone)
        self._shop_language = language
        self._language_is_chosen = False
        self._idle_seconds = idle_seconds
        self._seconds_left = idle_seconds
        self._known: KnownMember | None = None
        self._history: tuple[HistoryRow, ...] = ()
        self._offers: tuple[RewardOffer, ...] = ()
        self._chosen = ""
        self._said: Saying = QUIET
        self._language_key: Timer | None = None

    def compose(self) -> ComposeResult:
        """The two pages, a sentence, and the field of the scanner."""
        with ContentSwitcher(initial=WELCOME, id="pages"):
            yield WelcomePage(id=WELCOME)
            yield MemberPage(id=MEMBER)
        yield Speech(id="speech")
        yield EntryField(id="entry")

    def on_mount(self) -> None:
        """Count the seconds of idleness."""
        super().on_mount()
        self.set_interval(1.0, self.count_second)
        self.query_one(EntryField).focus()

    def show_all(self) -> None:
        """Show the page in hand in the language spoken now."""
        words = self.words
        shop = "Paragon" if isinstance(self.status, Unanswered) else self.status.shop
        self.query_one(WelcomePage).show(words, shop)
        page = self.query_one(MemberPage)
        if self._known is None:
            page.forget()
        else:
            page.show(words, self._known, self._history, self.currency, self.zone)
            page.count_down(words, self._seconds_left)
            page.query_one(RewardButtons).show(words, self._offers, self.currency)
        self.query_one(ContentSwitcher).current = WELCOME if self._known is None else MEMBER
        self.query_one(Speech).show(words, self._said)
        self.query_one(EntryField).border_title = words.text("Card number")

    def show_status(self, before: TillStatus | Unanswered) -> None:
        """The kiosk has nothing to say of line and paper."""

    def stay(self) -> None:
        """Somebody is there: the page stays."""
        self._seconds_left = self._idle_seconds

    async def on_event(self, event: events.Event) -> None:
        """Any key or touch counts as somebody being there."""
        if isinstance(event, events.Key | events.MouseDown):
            self.stay()
        await super().on_event(event)

    @on(EntryField.Entered)
    def _take_entry(self, event: EntryField.Entered) -> None:
        if not event.text:
            return
        self.stay()
        found = ask(lambda: self.till.identify(event.text, is_served=False))
        if not isinstance(found, KnownMember):
            self._forget()
            self._said = answered(found, self.currency, self.zone)
            self.show_all()
            return
        history = ask(lambda: self.till.history(found.member.member_id, HISTORY_ROWS))
        self._known = found
        self._history = () if isinstance(history, Unanswered) else history
        self._offers = within_reach(self.till, found)
        self._chosen = ""
        self._said = QUIET
        self.speak(self.words.language if self._language_is_chosen else found.member.language)

    @on(Input.Changed)
    def _maybe_language_key(self, event: Input.Changed) -> None:
        """A lone 1, 2 or 3 chooses the language: soon, unless more digits follow."""
        if self._language_key is not None:
            self._language_key.stop()
            self._language_key = None
        if event.value in LANGUAGE_KEYS:
            language = LANGUAGE_KEYS[event.value]
            self._language_key = self.set_timer(
                LANGUAGE_KEY_PAUSE_S, lambda: self._choose(language)
            )

    @on(Button.Pressed)
    def _touched(self, event: Button.Pressed) -> None:
        name = event.button.id or ""
        if name.startswith(CLAIM_PREFIX):
            self._reward_touched(int(name.removeprefix(CLAIM_PREFIX)))
        else:
            self._choose(name.removeprefix("speak-"))

    def _reward_touched(self, place: int) -> None:
        """The first touch says the price, the second on the same reward claims it."""
        known = self._known
        if known is None or place >= len(self._offers):
            return
        offer = self._offers[place]
        if self._chosen != offer.name:
            self._said = choose(self.till, known, offer, self.currency)
            self._chosen = offer.name
        else:
            self._said = claim(self.till, known, offer)
            self._chosen = ""
            again = ask(lambda: self.till.member(known.member.member_id))
            self._known = again if isinstance(again, KnownMember) else known
            self._offers = within_reach(self.till, self._known)
        self.show_all()

    def count_second(self) -> None:
        """One second of idleness; at the last one everything personal goes."""
        self._seconds_left = max(self._seconds_left - 1, 0)
        if self._seconds_left == 0:
            self._seconds_left = self._idle_seconds
            self.action_leave()
        elif self._known is not None:
            self.query_one(MemberPage).count_down(self.words, self._seconds_left)

    def action_leave(self) -> None:
        """Back to the welcome at once."""
        self._forget()
        self._said = QUIET
        self._language_is_chosen = False
        self.query_one(EntryField).clear()
        self.speak(self._shop_language)

    def _choose(self, language: str) -> None:
        self._language_is_chosen = True
        self.query_one(EntryField).clear()
        self.speak(language)

    def _forget(self) -> None:
        self._known = None
        self._history = ()
        self._offers = ()
        self._chosen = ""

"""Making a member in under twenty seconds: a form by keyboard alone, in place of the desk."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Checkbox, Input, RadioButton, RadioSet, Static

from loyalty.identifiers import is_card_number
from loyalty.members import LANGUAGES
from terminal_app.locale.words import LANGUAGE_NAMES, Words
from terminal_app.till.answers import Enrolment

MAX_FIELD_CHARACTERS = 120
FIELDS = ("name", "phone", "email", "birthday", "card", "referrer")
CARDS = ("new-card", "new-referrer")
"""The fields that a scanned card may stay in."""


class Tick(Checkbox):
    """A box that is empty or ticked by its sign, not by its colour."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Draw the tick, or take it away."""
        self.BUTTON_INNER = "✓" if self.value else " "
        super().watch_value()


class Choice(RadioButton):
    """One of several, marked by its sign, not by its colour."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Draw the mark, or take it away."""
        self.BUTTON_INNER = "●" if self.value else " "
        super().watch_value()


class EnrolmentForm(Vertical):
    """Name, phone, e-mail, birthday, card, consent, language; who brought them, where the
    programme gives something for it.

    Enter goes on, F2 saves, Esc goes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("down", "screen.focus_next", show=False),
        Binding("up", "screen.focus_previous", show=False),
    ]

    class GivenUp(Message):
        """Nobody is to be enrolled after all."""

    def compose(self) -> ComposeResult:
        """One field a line."""
        for field in FIELDS:
            with Horizontal(id=f"line-{field}", classes="field"):
                yield Static(id=f"label-{field}", classes="label")
                yield Input(
                    id=f"new-{field}",
                    compact=True,
                    max_length=MAX_FIELD_CHARACTERS,
                    select_on_focus=False,
                )
        with Horizontal(classes="field"):
            yield Static(id="label-consent", classes="label")
            yield Tick(id="new-consent", compact=True)
        with Horizontal(classes="field"):
            yield Static(id="label-language", classes="label")
            with RadioSet(id="new-language", compact=True):
                for language in LANGUAGES:
                    yield Choice(LANGUAGE_NAMES[language], compact=True)
        yield Static(id="form-keys")

    def begin(self, card: str, language: str, *, asks_referrer: bool) -> None:
        """Empty the form for the next person; `card` is the number of a card not known yet."""
        self.query_one("#line-referrer").display = asks_referrer
        for field in FIELDS:
            self._field(field).value = card if field == "card" else ""
        self.query_one("#new-consent", Tick).value = False
        self.query(Choice)[LANGUAGES.index(language)].value = True
        self._field("name").focus()

    def show(self, words: Words) -> None:
        """Say the form's own words."""
        self.border_title = words.text("New member")
        labels = {
            "name": words.text("Name"),
            "phone": words.text("Phone"),
            "email": words.text("E-mail"),
            "birthday": words.text("Birthday"),
            "card": words.text("Card"),
            "referrer": words.text("Brought by"),
            "consent": words.text("Agrees"),
            "language": words.text("Language"),
        }
        for field, label in labels.items():
            self.query_one(f"#label-{field}", Static).update(Text(label))
        self._field("birthday").placeholder = words.text("28.02 or 28.02.1990, may stay empty")
        self._field("card").placeholder = words.text("empty: the till gives a new number")
        self._field("referrer").placeholder = words.text("A member's card, may stay empty")
        consent = self.query_one("#new-consent", Tick)
        consent.label = words.text("may be sent offers by e-mail (Space)")
        self.query_one("#form-keys", Static).update(
            Text(words.text("Enter: next field · F2: save · Esc: back without saving"))
        )

    def filled(self) -> Enrolment:
        """What is in the form now."""
        pressed = self.query_one("#new-language", RadioSet).pressed_index
        return Enrolment(
            name=self._field("name").value,
            phone=self._field("phone").value,
            email=self._field("email").value,
            birthday=self._field("birthday").value,
            card=self._field("card").value.replace(" ", ""),
            referred_by=self._field("referrer").value,
            email_consent=self.query_one("#new-consent", Tick).value,
            language=LANGUAGES[max(pressed, 0)],
        )

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next field; a card scanned into any field goes where it belongs."""
        event.stop()
        text = event.value.strip()
        if event.input.id not in CARDS and is_card_number(text):
            event.input.clear()
            self._field("card").value = text
            return
        self.screen.focus_next()

    def action_give_up(self) -> None:
        """Go back without saving."""
        self.post_message(self.GivenUp())

    def _field(self, field: str) -> Input:
        return self.query_one(f"#new-{field}", Input)

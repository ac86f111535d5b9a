"""What the cashier's screen and the kiosk have in common: language, light, the Till's status."""

from datetime import tzinfo
from pathlib import PurePath
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from loyalty.clock import Clock
from loyalty.members import LANGUAGES
from terminal_app.locale.words import Words
from terminal_app.till.answers import TillStatus
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.theme import DARK, LIGHT
from terminal_app.ui.widgets.entry import EntryField

STATUS_EVERY_S = 1.0


class Face(App[None]):
    """A face of the Till, in `language`.

    `clock` gives the present; `zone` is the shop's, in which times are shown (without one, the
    machine's own). The status is asked every second; nothing else runs by itself.
    """

    ENABLE_COMMAND_PALETTE = False
    TITLE = "Paragon"
    AUTO_FOCUS = "#entry"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["paragon.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", priority=True, show=False),
        Binding("ctrl+t", "turn_light", priority=True, show=False),
    ]

    def __init__(
        self, till: Till, *, language: str, clock: Clock, zone: tzinfo | None = None
    ) -> None:
        super().__init__()
        self.till = till
        self.clock = clock
        self.zone = zone
        self.words = Words(language)
        self.status: TillStatus | Unanswered = ask(till.status)
        for theme in (LIGHT, DARK):
            self.register_theme(theme)
        self.theme = LIGHT.name

    def on_mount(self) -> None:
        """Show everything, and ask for the status from now on."""
        self.show_all()
        self.set_interval(STATUS_EVERY_S, self.ask_status)

    def action_help_quit(self) -> None:
        """Ctrl+C is no way out of a till, and asks nothing in a language nobody chose."""

    def action_turn_light(self) -> None:
        """Light to dark, dark to light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def scanned(self, text: str) -> None:
        """Take what a scanner of its own read; may be called from any thread."""
        self.post_message(EntryField.Entered(text))

    def speak(self, language: str) -> None:
        """Say everything on the screen in `language`."""
        self.words = Words(language)
        self.show_all()

    def next_language(self) -> str:
        """The language after the one spoken now, in the order of the product's languages."""
        return LANGUAGES[(LANGUAGES.index(self.words.language) + 1) % len(LANGUAGES)]

    @property
    def currency(self) -> str:
        """The currency of the shop; empty while the Till cannot say."""
        return "" if isinstance(self.status, Unanswered) else self.status.currency

    def show_all(self) -> None:
        """Show the state of this face anew, in the language spoken now."""
        raise NotImplementedError

    def show_status(self, before: TillStatus | Unanswered) -> None:
        """Show what the Till says of line and paper; `before` is what it said last."""
        raise NotImplementedError

    def ask_status(self) -> None:
        """Ask how line and paper are, and show it: every second, and at once after an entry."""
        before = self.status
        self.status = ask(self.till.status)
        self.show_status(before)

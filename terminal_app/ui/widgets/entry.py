"""The field that a scanner types into, and a person too."""

import time
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from loyalty.scans import MAX_SCAN_CHARACTERS

EMPTY_ENTER_PAUSE_S = 0.25
"""An empty Enter this soon after an entry is the scanner's second line end, not a person's key."""


class EntryField(Input):
    """Takes one line at a time and is empty again at once, however fast the scans follow."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "submit", show=False)]

    @dataclass
    class Entered(Message):
        """A line was ended; `text` is empty when a person pressed Enter alone."""

        text: str

    class TookBack(Message):
        """Backspace in the empty field: the last thing should go."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, max_length=MAX_SCAN_CHARACTERS, select_on_focus=False)
        self._entered_at_s = 0.0

    async def action_submit(self) -> None:
        """Hand the line over. Some scanners end a scan with Tab, so Tab does it too."""
        text = self.value.strip()
        self.clear()
        now_s = time.monotonic()
        if not text and now_s - self._entered_at_s < EMPTY_ENTER_PAUSE_S:
            return
        self._entered_at_s = now_s
        self.post_message(self.Entered(text))

    def action_delete_left(self) -> None:
        """Take back a letter, or what was entered last when there is none."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.TookBack())

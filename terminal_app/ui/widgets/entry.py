"""The field that a scanner types into, and a person too."""

import time
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Input

from loyalty.scans import MAX_SCAN_CHARACTERS

LINE_ENDS = ("enter", "tab")
EMPTY_ENTER_PAUSE_S = 0.25
"""An empty Enter this soon after an entry is the scanner's second line end, not a person's key."""


MAX_PASTED_LINES = 200


class EntryField(Input):
    """Takes one line at a time and is empty again at once, however fast the scans follow."""

    @dataclass
    class Entered(Message):
        """A line was ended; `text` is empty when a person pressed Enter alone."""

        text: str

    class TookBack(Message):
        """Backspace in the empty field: the last thing should go."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, max_length=MAX_SCAN_CHARACTERS, select_on_focus=False)
        self._entered_at_s = 0.0

    def on_key(self, event: events.Key) -> None:
        """End the line at Enter, and at Tab, which some scanners send instead.

        Here and not by a binding: a binding is looked up only after the key has travelled to the
        app and back, and the next scan's first digits would overtake it.
        """
        if event.key in LINE_ENDS:
            event.stop()
            event.prevent_default()
            self._end_line()

    def _on_paste(self, event: events.Paste) -> None:
        """Take a paste of several lines as so many entries, and of one line as typing."""
        lines = [line.strip() for line in event.text.splitlines() if line.strip()]
        if len(lines) > 1:
            event.stop()
            event.prevent_default()
            self.clear()
            for line in lines[:MAX_PASTED_LINES]:
                self.post_message(self.Entered(line))

    def _end_line(self) -> None:
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

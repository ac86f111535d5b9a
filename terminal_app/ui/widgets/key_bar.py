"""The keys that always work, on the last line."""

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.widgets import Static

GAPS = (3, 2, 1)
"""Blanks between two keys: as many as the width allows."""


class KeyBar(Static):
    """Keys with their labels; wraps between keys, never inside one."""

    _keys: Sequence[tuple[str, str]] = ()

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show `keys`: what is printed on each key, and what it does."""
        self._keys = keys
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Give the keys the air that the new width allows."""
        del event
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        letters = sum(map(_letters, self._keys))
        gaps = max(len(self._keys) - 1, 0)
        gap = next((gap for gap in GAPS if letters + gap * gaps <= width), min(GAPS))
        rows = [Text(no_wrap=True)]
        for key in self._keys:
            if rows[-1] and len(rows[-1]) + gap + _letters(key) > width:
                rows.append(Text(no_wrap=True))
            rows[-1].append(" " * gap if rows[-1] else "")
            rows[-1].append(key[0], style="bold reverse").append(f" {key[1]}")
        self.update(Text("\n").join(rows))


def _letters(key: tuple[str, str]) -> int:
    return len(key[0]) + 1 + len(key[1])

"""The keys that always work, on the last line."""

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.widgets import Static


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
        gap = next(gap for gap in ("   ", "  ", " ") if gap == " " or self._fits(gap, width))
        line = Text(no_wrap=False)
        for key, label in self._keys:
            if line:
                line.append(gap)
            line.append(key, style="bold reverse").append("\u00a0" + label.replace(" ", "\u00a0"))
        self.update(line)

    def _fits(self, gap: str, width: int) -> bool:
        letters = sum(len(key) + 1 + len(label) for key, label in self._keys)
        return letters + len(gap) * max(len(self._keys) - 1, 0) <= width

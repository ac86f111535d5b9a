"""A scanner that types like a keyboard, and eyes that read the whole screen."""

import time
from collections.abc import Callable

from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.pilot import Pilot

PATIENCE_S = 15.0

NAMED = {"enter": "\r", "tab": "\t"}


async def burst(pilot: Pilot[None], *parts: str) -> None:
    """Send all letters of `parts` at once, faster than any scanner; "enter" and "tab" are keys."""
    driver = pilot.app._driver
    assert driver is not None
    for part in parts:
        keys = [(part, NAMED[part])] if part in NAMED else [(_key(sign), sign) for sign in part]
        for name, sign in keys:
            key = events.Key(name, sign)
            key.set_sender(pilot.app)
            driver.send_message(key)
    await pilot.pause()


async def scan(pilot: Pilot[None], text: str) -> None:
    """Scan or type `text` and end the line."""
    await burst(pilot, text, "enter")


async def until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    """Wait for what comes by itself; fails when it does not come."""
    patient_until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < patient_until, seen(pilot.app)
        await pilot.pause(0.05)


def seen(app: App[None]) -> str:
    """All that can be read on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def _key(sign: str) -> str:
    return sign if sign.isalnum() else _character_to_key(sign)

"""Asking the Till: a fault becomes a sentence for the screen and an entry in the log."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
import structlog

from terminal_app.errors import StoreBusy, StoreFault, StoreFull
from terminal_app.locale.words import phrase

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")

_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (
        StoreFull,
        phrase("The disk of this till is full, so this was not recorded. Make room, then again."),
    ),
    (
        StoreBusy,
        phrase("Another program holds the till's database, so this was not recorded. Try again."),
    ),
    (
        StoreFault,
        phrase("The till's database cannot be used, so this was not recorded. Call support."),
    ),
    (
        Exception,
        phrase("The till met a fault and wrote it in its log. Check the last receipt, then again."),
    ),
)


class Unanswered(msgspec.Struct, frozen=True):
    """The Till could not answer; `message` is the sentence, to be put into the face's language."""

    message: str


def ask(question: Callable[[], Answer]) -> Answer | Unanswered:
    """What the Till answers to `question`, or Unanswered when it met a fault.

    The one place where a face meets a fault of the Till: a cashier never sees a traceback, what
    is on the screen stays as it was, and the log has the whole story.
    """
    try:
        return question()
    except Exception as fault:
        log.exception("till_fault", fault=type(fault).__name__)
        return Unanswered(fault_message(fault))


def fault_message(fault: Exception) -> str:
    """The message that tells a cashier of `fault`: what it means and what to do."""
    return next(message for kind, message in _FAULTS if isinstance(fault, kind))

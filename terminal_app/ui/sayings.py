"""What a face says to a person: a tone with its sign, and words that follow the language."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from drivers.documents import clean
from terminal_app.locale.words import Words
from terminal_app.till.answers import Refusal
from terminal_app.till.refusals import sentence


class Tone(StrEnum):
    """How a sentence is meant."""

    CALM = "calm"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


SIGNS = {Tone.CALM: "›", Tone.GOOD: "✓", Tone.WARN: "!", Tone.BAD: "✗"}
"""In front of every sentence, so that its tone is told without colour too."""


class Saying(NamedTuple):
    """A sentence not yet in a language, so that it is said anew when the language changes."""

    tone: Tone
    say: Callable[[Words], str]


def saying(tone: Tone, message: str, **facts: object) -> Saying:
    """The Saying of one message of the catalogues; `facts` fill its `{names}`."""
    return Saying(tone, lambda words: words.text(message, **facts))


def shown(text: str) -> str:
    """`text` from outside on one line, without what could command the terminal it is shown on."""
    return " ".join(clean(text).split())


def refused(refusal: Refusal) -> Saying:
    """The Saying of a refusal; what it names comes from a scan, and is shown as plain letters."""
    return Saying(Tone.BAD, lambda words: shown(sentence(refusal, words)))

"""Programmes written in a line or two, for tests of what they give beside purchases."""

from datetime import datetime
from zoneinfo import ZoneInfo

from loyalty.programme.document import Programme, load_programme

WARSAW = ZoneInfo("Europe/Warsaw")
HEAD = 'name = "shop"\nversion = 1\ncurrency = "PLN"\nearning = { per = "1.00" }\n'


def programme(terms: str = "") -> Programme:
    """A programme with `terms` beside a point for each zloty."""
    return load_programme(HEAD + terms)


def at(text: str) -> datetime:
    """A moment by the shop's clock, "2026-11-22" or "2026-11-22T14:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)

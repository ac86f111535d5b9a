"""The programme in force at this till, read once for each of its versions."""

import sqlite3
from functools import lru_cache

from loyalty.programme.document import Programme, load_programme
from terminal_app.store import settings

_programme_of = lru_cache(maxsize=4)(load_programme)


def programme_in_force(connection: sqlite3.Connection) -> Programme:
    """What the shop promises now. Raises ProgrammeInvalid before the till joined a chain."""
    return _programme_of(settings.read_programme_document(connection), "the programme in force")
